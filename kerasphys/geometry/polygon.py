"""A polygon in the plane."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from kerasphys._registry import serializable
from kerasphys._validation import check_array, check_int, message
from kerasphys.geometry._arrays import between
from kerasphys.geometry.faces.segment import Segment
from kerasphys.geometry.geometry import Geometry
from kerasphys.geometry.plane_rule import plane_rule
from kerasphys.geometry.predicate import check_predicate, holds
from kerasphys.geometry.quadrature import Rule
from kerasphys.geometry.region import check_coordinates
from kerasphys.geometry.samplers import check_unit

TOUCHING = 1e-12  # of the extent: what is nearer than this touches


@serializable
class Polygon(Geometry):
    """A simple polygon: its edges meet at the vertices only.

    Edge `i` runs from vertex `i` to the next and is the part `"edge(i)"`; all edges are the part
    `"edges"`. Samples are the points inside of those of the box around it; `"grid"` and
    `"chebyshev"` give the finest grid that has at most `n` points inside.

    Args:
        vertices: Array `(m, 2)`, one after the other, in either direction; the first is not
            repeated at the end.
        names: Names of the two coordinates.
        parts: For each further name the edges of that part: their indices, or a NumPy function of
            some coordinates, which is true at their middles.

    Raises:
        ValueError: If there are fewer than three vertices, two that follow each other are equal,
            or edges cross or touch; if a part has no edges.

    Example:
        ```python
        import kerasphys as kp

        step = kp.geometry.Polygon(
            [(0, 0), (4, 0), (4, 1), (1, 1), (1, 2), (0, 2)],
            parts={"outlet": lambda x: x == 4, "inlet": [5]},
        )
        assert abs(step.measure - 5.0) < 1e-12
        assert step.boundary("outlet").normals([[4.0, 0.5]]).tolist() == [[1.0, 0.0]]
        ```
    """

    fills = False

    def __init__(
        self,
        vertices: np.ndarray | Sequence,
        names: Sequence[str] = ("x", "y"),
        parts: Mapping[str, Callable | Sequence[int]] | None = None,
    ):
        self._vertices = check_array("vertices", vertices, (None, 2))
        if len(self._vertices) < 3:
            raise ValueError(message("vertices", "at least three points", vertices))
        self.names = self.coordinates = check_coordinates("names", names, 2)
        self._ends = np.stack([self._vertices, np.roll(self._vertices, -1, axis=0)], axis=1)
        _check_simple(self._ends)
        self._named = self._check_parts({} if parts is None else parts)

    @property
    def vertices(self) -> tuple[tuple[float, float], ...]:
        return tuple((float(x), float(y)) for x, y in self._vertices)

    @property
    def measure(self) -> float:
        return abs(self._area)

    @property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        return self._vertices.min(axis=0), self._vertices.max(axis=0)

    @functools.cached_property
    def faces(self) -> tuple[Segment, ...]:
        lower, upper = self.bounds
        scale = float((upper - lower).max())
        step = 1 if self._area > 0.0 else -1
        return tuple(
            Segment(start, end, self._parts_of(index), scale)
            for index, (start, end) in enumerate(self._ends[:, ::step])
        )

    def signed_distance(self, points: np.ndarray) -> np.ndarray:
        points = self._check_points(points)
        distance = np.full(len(points), np.inf)
        inside = np.zeros(len(points), dtype=bool)
        x, y = points.T
        for edge, ((ax, ay), (bx, by)) in zip(self.faces, self._ends, strict=True):
            distance = np.minimum(distance, edge.distance(points))
            side = (bx - ax) * (y - ay) - (x - ax) * (by - ay)
            inside ^= ((ay <= y) != (by <= y)) & ((side > 0.0) == (by > ay))
        return np.where(inside, -distance, distance)

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        return between(*self.bounds, check_unit(unit, 2))

    def rule(self, n: int) -> Rule:
        return plane_rule(self.faces, self.measure, n) or super().rule(n)

    def get_config(self) -> dict[str, Any]:
        return {
            "vertices": self._vertices.tolist(),
            "names": list(self.names),
            "parts": {name: list(edges) for name, edges in self._named.items()} or None,
        }

    def __repr__(self) -> str:
        if len(self._vertices) > 8:
            return f"<Polygon of {len(self._vertices)} vertices in {self.names}>"
        parts = f", parts={self._named}" if self._named else ""
        return f"Polygon({self.vertices}, {self.names}{parts})"

    @functools.cached_property
    def _area(self) -> float:
        """The area, positive where the vertices run counterclockwise."""
        (ax, ay), (bx, by) = (self._ends - self._vertices[0]).transpose(1, 2, 0)
        return float(np.sum(ax * by - bx * ay) / 2.0)

    def _parts_of(self, index: int) -> tuple[str, ...]:
        named = (name for name, edges in self._named.items() if index in edges)
        return (*named, f"edge({index})", "edges")

    def _check_parts(self, parts: Any) -> dict[str, tuple[int, ...]]:
        if not isinstance(parts, Mapping):
            raise TypeError(message("parts", "a dict of edges by name", parts))
        middles = self._ends.mean(axis=1)
        reserved = {"edges", *self.names, *(f"edge({i})" for i in range(len(middles)))}
        checked: dict[str, tuple[int, ...]] = {}
        for name, edges in parts.items():
            if not isinstance(name, str) or name in reserved:
                raise ValueError(message("parts", "a dict of new names", parts))
            if isinstance(edges, Sequence) and not isinstance(edges, str):
                indices = tuple(check_int(f"parts[{name!r}]", index, minimum=0) for index in edges)
            else:
                predicate = check_predicate(f"parts[{name!r}]", edges, self.names)
                (found,) = np.nonzero(holds(predicate, middles, self.names))
                indices = tuple(found.tolist())
            if not indices or max(indices) >= len(middles):
                expected = f"some of the edges 0 to {len(middles) - 1}"
                raise ValueError(message(f"parts[{name!r}]", expected, edges))
            checked[name] = indices
        return checked


def _check_simple(ends: np.ndarray) -> None:
    """Refuses edges `(m, 2, 2)` of no length, and those that cross or touch another."""
    starts, along = ends[:, 0], ends[:, 1] - ends[:, 0]
    room = TOUCHING * np.ptp(starts, axis=0).max()
    lengths = np.linalg.norm(along, axis=1)
    short = np.flatnonzero(lengths <= room)
    if len(short):
        raise ValueError(
            "Argument `vertices` must be points each different from the next. Received: vertex "
            f"{short[0]} at {starts[short[0]].tolist()} twice. The first is not repeated at the "
            "end."
        )
    count = len(ends)
    for i in range(count):
        after = (i + 1) % count
        others = np.array([j for j in range(count) if j not in (i, after, (i - 1) % count)], int)
        crossing = _meets(ends[i], ends[others], room)
        turn = along[i] @ along[after] / (lengths[i] * lengths[after])
        back = np.abs(np.cross([*along[i], 0.0], [*along[after], 0.0])[2]) <= room * lengths[i]
        if np.any(crossing) or (back and turn < 0.0):
            other = others[crossing][0] if np.any(crossing) else after
            raise ValueError(
                "Argument `vertices` must be those of a simple polygon, whose edges meet at "
                f"vertices only. Received: edge {i} from {ends[i][0].tolist()} to "
                f"{ends[i][1].tolist()} meets edge {other} from {ends[other][0].tolist()} to "
                f"{ends[other][1].tolist()}."
            )


def _meets(edge: np.ndarray, others: np.ndarray, room: float) -> np.ndarray:
    """Which of the others `(m, 2, 2)` an edge `(2, 2)` crosses or touches."""

    def side(a: np.ndarray, b: np.ndarray, point: np.ndarray) -> np.ndarray:
        along, to = b - a, point - a
        across = along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0]
        return across / np.linalg.norm(along, axis=-1)

    start, end = edge
    own = [side(start, end, others[:, k]) for k in range(2)]
    theirs = [side(others[:, 0], others[:, 1], point) for point in edge]
    apart = (np.minimum(*own) > room) | (np.maximum(*own) < -room)
    apart |= (np.minimum(*theirs) > room) | (np.maximum(*theirs) < -room)
    low, high = edge.min(axis=0), edge.max(axis=0)
    apart |= np.any((others.min(axis=1) > high + room) | (others.max(axis=1) < low - room), axis=1)
    return ~apart
