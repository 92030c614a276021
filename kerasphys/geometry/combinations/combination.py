"""Union, difference and intersection: what they share."""

from __future__ import annotations

import abc
import functools
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from kerasphys._registry import pack, unpack
from kerasphys._validation import message
from kerasphys.geometry.box import Box
from kerasphys.geometry.combinations.naming import name_faces
from kerasphys.geometry.faces.curve import Curve, cut, nodes_for
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.faces.segment import as_curve
from kerasphys.geometry.faces.trimmed_face import TrimmedFace, kept_share
from kerasphys.geometry.geometry import Geometry
from kerasphys.geometry.plane_rule import plane_rule
from kerasphys.geometry.quadrature import Rule
from kerasphys.geometry.samplers import unit_samples

ROUNDING = 1e-13  # of the largest coordinate: distances below it are zero
THIN = 1e-6  # of the extent: where two faces lie on each other, how far to look beside them
WIDE = 1e-2  # the same, for a look that reaches beyond a cell of `kept_share`
PROBES = 4096


class Combination(Geometry):
    """Two domains of the same coordinates, combined.

    In the plane the boundary consists of the parents' edges and arcs, cut where they meet: its
    lengths, areas, samples and distances are exact. In other dimensions faces are sampled by
    keeping what belongs to them, and their measures are those of a fine grid.

    A subclass says how distances combine, which side of the other parent the faces of each are
    kept on (-1 inside, 1 outside), and whether a seam where the parents touch lies inside.
    """

    fills = False
    keep_left: ClassVar[int]
    keep_right: ClassVar[int]
    flip_right: ClassVar[bool] = False
    seam_inside: ClassVar[bool] = False
    symbol: ClassVar[str]

    def __init__(self, left: Geometry, right: Geometry):
        for name, parent in (("left", left), ("right", right)):
            if not isinstance(parent, Geometry):
                raise TypeError(message(name, "a geometry such as kp.geometry.Box", parent))
        if left.coordinates != right.coordinates:
            expected = f"a geometry of the coordinates {', '.join(left.coordinates)}"
            raise ValueError(message("right", expected, right))
        self.left = left
        self.right = right
        self.coordinates = left.coordinates
        if self._is_empty():
            kind = type(self).__name__.lower()
            expected = f"a geometry whose {kind} with `left` is not empty"
            raise ValueError(message("right", expected, right, f"`left` is {left!r}."))

    @staticmethod
    @abc.abstractmethod
    def combine(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """A distance from those to the parents: exact in sign, a bound from below in size."""

    @abc.abstractmethod
    def parents_bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """The corners of a box around the domain, as the parents know them."""

    @abc.abstractmethod
    def parents_around(self) -> Sequence[Geometry]:
        """The parents that contain the domain."""

    @functools.cached_property
    def measure(self) -> float:
        lower, _ = self.bounds
        if self._curves is not None:
            return sum(curve.area(lower) for curve in self._curves)
        if self.dim == 1:
            return sum(_moment(face, lower) for face in self.faces)
        return self._around.measure * kept_share(self._around, lambda x: -self._bound(x))

    @functools.cached_property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        if self._curves is None:
            return self.parents_bounds()
        lower, upper = zip(*(curve.bounds for curve in self._curves), strict=True)
        return np.min(lower, axis=0), np.max(upper, axis=0)

    @functools.cached_property
    def faces(self) -> tuple[Face, ...]:
        return name_faces(*self._pieces, self.left.parts, self.coordinates, self.bounds)

    @property
    def unit_dim(self) -> int:
        return self._around.unit_dim

    @property
    def periodic_axes(self) -> tuple[int, ...]:
        return self._around.periodic_axes

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        return self._around.from_unit(unit)

    def signed_distance(self, points: np.ndarray) -> np.ndarray:
        points = self._check_points(points)
        bound = self._bound(points)
        if self._curves is None:
            return bound
        distance = np.min([curve.distance(points) for curve in self._curves], axis=0)
        seam = np.abs(bound) <= self._rounding
        return np.where(np.where(seam, self.seam_inside, bound < 0.0), -distance, distance)

    def rule(self, n: int) -> Rule:
        cells = None if self._curves is None else plane_rule(self._curves, self.measure, n)
        return cells or super().rule(n)

    def get_config(self) -> dict[str, Any]:
        return {"left": pack(self.left), "right": pack(self.right)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Combination:
        return cls(**unpack(config, "left", "right"))

    def __repr__(self) -> str:
        return f"({self.left!r} {self.symbol} {self.right!r})"

    @functools.cached_property
    def _around(self) -> Geometry:
        """What `from_unit` maps to: the smallest domain around this one."""
        parents = [
            parent._around if isinstance(parent, Combination) else parent
            for parent in self.parents_around()
        ]
        lower, upper = self.bounds
        box = Box(lower.tolist(), upper.tolist(), self.coordinates)
        return min([box, *parents], key=lambda domain: domain.measure)

    @functools.cached_property
    def _pieces(self) -> tuple[list[Face], list[Face]]:
        """What is kept of the faces of the left and of the right parent."""
        return (
            self._trimmed(self.left, self.right, self.keep_left, True),
            self._trimmed(self.right, self.left, self.keep_right, False),
        )

    @functools.cached_property
    def _curves(self) -> list[Curve] | None:
        """The boundary of a plane domain as curves, where it is made of such."""
        faces = [face for faces in self._pieces for face in faces]
        curves = [face for face in faces if isinstance(face, Curve)]
        return curves if len(curves) == len(faces) and curves else None

    @functools.cached_property
    def _rounding(self) -> float:
        return ROUNDING * float(np.abs([self.left.bounds, self.right.bounds]).max())

    def _bound(self, points: np.ndarray) -> np.ndarray:
        return self.combine(self.left.signed_distance(points), self.right.signed_distance(points))

    def _is_empty(self) -> bool:
        lower, upper = self.parents_bounds()
        if np.any(lower >= upper):
            return True
        if self.dim > 2:
            unit = unit_samples(PROBES, self.dim)
            if np.any(self._bound(lower + (upper - lower) * unit) < 0.0):
                return False
        return not any(self._pieces)

    def _trimmed(self, parent: Geometry, other: Geometry, side: int, first: bool) -> list[Face]:
        """The pieces of a parent's faces that lie on one side of the other parent."""
        flipped = self.flip_right and not first
        curves = [as_curve(face) for face in parent.faces]
        pieces: list[Face] = []
        for face, curve in zip(parent.faces, curves, strict=True):
            level = self._level(face, other, side, first)
            if curve is not None and all(curves):
                kept = cut(curve, level, nodes_for(other.signed_distance, curve))
                pieces.extend(piece.flipped() if flipped else piece for piece in kept)
            else:
                share = kept_share(face, functools.partial(level, reach=WIDE))
                if share > 0.0:
                    piece = TrimmedFace(
                        face,
                        level,
                        parent.bounds,
                        face.parts,
                        share,
                        flipped,
                        rest_outside=not self.seam_inside,
                    )
                    pieces.append(piece)
        return pieces

    def _level(self, face: Face, other: Geometry, side: int, first: bool) -> Callable:
        """A function that is positive on the part of a face that is kept.

        Where the faces of both lie on each other, that of the left parent is kept if the other
        parent is where it should be beside it, and that of the right parent is not.
        """
        lower, upper = self.parents_bounds()
        extent = float((upper - lower).max())

        def level(points: np.ndarray, reach: float = THIN) -> np.ndarray:
            values = side * other.signed_distance(points)
            on = np.abs(values) <= self._rounding
            if on.any():
                shift = reach * extent if self.seam_inside else -reach * extent
                beside = points[on] + shift * face.normals(points[on])
                there = side * other.signed_distance(beside)
                values[on] = there if first else -np.abs(there)
            return values

        return level


def _moment(face: Face, origin: np.ndarray) -> float:
    """The share of an end of an interval in its length, by the divergence theorem."""
    point = face.from_unit(np.zeros((1, 0)))
    return float(np.sum(face.normals(point) * (point - origin)))
