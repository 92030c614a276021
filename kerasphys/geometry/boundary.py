"""Parts of the boundary of a domain."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kerasphys._functions import MissingFunction, decode, encode, short_name
from kerasphys._registry import pack, serializable, unpack
from kerasphys._validation import check_choice, check_int, check_positive_int, message
from kerasphys.geometry._arrays import TOLERANCE
from kerasphys.geometry.drawing import draw
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.faces.restriction import restrict
from kerasphys.geometry.geometry import Geometry
from kerasphys.geometry.predicate import check_predicate
from kerasphys.geometry.quadrature import Rule, joined_rule
from kerasphys.geometry.region import Region
from kerasphys.geometry.samplers import SAMPLERS, TENSOR_RULES, points_per_axis


@serializable
class Boundary(Region):
    """The union of parts of the boundary of a geometry; written `geometry.boundary(...)`.

    Points are shared among the faces in proportion to their measures, at least one to each face
    where there are enough, and come face after face. On a face that is a single point, that point
    is repeated. The rules `"grid"` and `"chebyshev"` include edges, so that points where faces meet
    may occur twice; on faces of two and more dimensions they give each face the same number, or at
    most its share of `n` where one is not the whole image of a cube (trimmed surfaces). At a
    point that lies on several faces, the normal is that of the first.

    Where a predicate cuts edges and arcs, also at all times, the cut is exact; pieces of surfaces
    are sampled by keeping the points where it holds, and their measure is counted, to about 1e-3.

    Args:
        geometry: The geometry.
        names: Names among `geometry.parts`; none for the whole boundary.
        predicates: A NumPy function of some coordinates that returns booleans, or several that
            must all hold; see `where`.

    Raises:
        ValueError: If the geometry has no part of that name, or a predicate holds nowhere.

    Example:
        ```python
        import kerasphys as kp

        disk = kp.geometry.Disk((0, 0), 1)
        circle = disk.boundary("circle")
        points = circle.sample(100, seed=0)
        assert circle.contains(points).all()
        assert circle.normals([[0.0, 1.0]]).tolist() == [[0.0, 1.0]]
        ```
    """

    def __init__(
        self,
        geometry: Geometry,
        names: str | Sequence[str] = (),
        predicates: Callable | Sequence[Callable] = (),
    ):
        if not isinstance(geometry, Geometry):
            raise TypeError(
                message("geometry", "a geometry such as kp.geometry.Interval", geometry)
            )
        names = (names,) if isinstance(names, str) else names
        if not isinstance(names, Sequence):
            raise TypeError(message("names", "a sequence of names of parts", names))
        self.geometry = geometry
        self.names = tuple(
            dict.fromkeys(check_choice("names", name, geometry.parts) for name in names)
        )
        self.coordinates = geometry.coordinates
        self.predicates = tuple(
            check_predicate("predicates", predicate, self.coordinates)
            for predicate in (predicates if isinstance(predicates, Sequence) else (predicates,))
        )
        if self.predicates and not self.missing_functions and not self.faces:
            raise ValueError(message("predicates", "true somewhere on the boundary", predicates))

    def where(self, predicate: Callable) -> Boundary:
        """The part of this boundary where a predicate holds.

        Args:
            predicate: NumPy function of some coordinates that returns a boolean for each point.

        Example:
            ```python
            import kerasphys as kp

            plate = kp.geometry.Box((0, 0), (2, 1))
            heated = plate.boundary("y").where(lambda x, y: (x < 0.5) & (y == 1))
            assert abs(heated.measure - 0.5) < 1e-12
            ```
        """
        return Boundary(self.geometry, self.names, (*self.predicates, predicate))

    @functools.cached_property
    def faces(self) -> tuple[Face, ...]:
        """The faces of the geometry that belong to the boundary, in the geometry's order."""
        wanted = set(self.names or self.geometry.parts)
        faces = [face for face in self.geometry.faces if wanted.intersection(face.parts)]
        for predicate in self.predicates:
            faces = [
                piece
                for face in faces
                for piece in restrict(face, predicate, self.coordinates, self.geometry.bounds)
            ]
        return tuple(faces)

    @property
    def missing_functions(self) -> tuple[str, ...]:
        """The predicates that a loaded boundary names but does not have."""
        return tuple(f.name for f in self.predicates if isinstance(f, MissingFunction))

    @property
    def measure(self) -> float:
        return float(sum(face.measure for face in self.faces))

    def sample(self, n: int, sampler: str = "sobol", seed: int = 0) -> np.ndarray:
        counts = self._counts(
            check_positive_int("n", n), check_choice("sampler", sampler, SAMPLERS)
        )
        fewer = not all(face.fills for face in self.faces)
        seeds = np.random.SeedSequence(check_int("seed", seed, minimum=0))
        return np.concatenate(
            [
                draw(face, count, sampler, int(state), fewer)
                for face, count, state in zip(
                    self.faces, counts, seeds.generate_state(len(counts)), strict=True
                )
                if count
            ]
        )

    def rule(self, n: int) -> Rule:
        measures = np.array([face.measure for face in self.faces])
        return joined_rule(self.faces, apportion(n, measures))

    def contains(self, points: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
        points = self._check_points(points)
        return np.any([face.contains(points, tolerance) for face in self.faces], axis=0)

    def normals(self, points: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
        points = self._check_points(points)
        normals = np.zeros_like(points)
        found = np.zeros(len(points), dtype=bool)
        for face in self.faces:
            here = face.contains(points, tolerance) & ~found
            normals[here] = face.normals(points[here])
            found |= here
        self._check_all_on(points, found)
        return normals

    def __mul__(self, other: Geometry) -> Boundary:
        """The same parts of the boundary of the product, such as walls at all times."""
        if not isinstance(other, Geometry):
            return NotImplemented
        names = self.names or self.geometry.parts
        return Boundary(self.geometry * other, names, self.predicates)

    def get_config(self) -> dict[str, Any]:
        config: dict[str, Any] = {"geometry": pack(self.geometry), "names": list(self.names)}
        if self.predicates:
            config["predicates"] = [encode(predicate) for predicate in self.predicates]
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Boundary:
        predicates = [decode(entry) for entry in config.get("predicates", ())]
        return cls(**unpack(config, "geometry") | {"predicates": predicates})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Boundary) and (self.geometry, self.names, self.predicates) == (
            other.geometry,
            other.names,
            other.predicates,
        )

    __hash__ = Region.__hash__

    def __repr__(self) -> str:
        whole = repr(self.geometry)
        if len(self.geometry.factors) > 1:
            whole = f"({whole})"
        cuts = "".join(f".where({short_name(predicate)})" for predicate in self.predicates)
        return f"{whole}.boundary({', '.join(repr(name) for name in self.names)}){cuts}"

    def _counts(self, n: int, sampler: str) -> list[int]:
        """How many of `n` points each face gets."""
        faces = self.faces
        axes = faces[0].unit_dim  # the same for all: the boundary has one dimension
        if sampler in TENSOR_RULES and axes > 1 and all(face.fills for face in faces):
            return [points_per_axis(n, axes, sampler, len(faces)) ** axes] * len(faces)
        return apportion(n, np.array([face.measure for face in faces]))


def apportion(n: int, measures: np.ndarray) -> list[int]:
    """Shares `n` by largest remainder; each gets at least one where `n` is large enough."""
    shares = n * (measures / measures.sum())
    counts = np.floor(shares).astype(int)
    order = np.argsort(-(shares - counts), kind="stable")  # ties: the first face first
    counts[order[: n - counts.sum()]] += 1
    if n >= len(counts):
        while not counts.all():
            counts[counts.argmax()] -= 1
            counts[counts.argmin()] += 1
    return counts.tolist()
