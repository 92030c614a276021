"""Products of domains, such as space and time."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasphys._registry import pack, serializable, unpack
from kerasphys._validation import message
from kerasphys.geometry._arrays import TOLERANCE, combine_distances
from kerasphys.geometry.face import Face
from kerasphys.geometry.geometry import Geometry
from kerasphys.geometry.samplers import check_unit


@serializable
class Product(Geometry):
    """All pairs of a point of one domain and a point of another; written `left * right`.

    The coordinates of `right` follow those of `left`. The parts of the boundary are those of both:
    `boundary("x")` of space times time is the walls at all times, `start("t")` is the whole space
    at the initial time, and `boundary()` is everything, both ends of time included. Points are
    drawn in both factors jointly, so that low discrepancy holds in the product. Products of three
    factors are equal however they are bracketed.

    Args:
        left: Geometry.
        right: Geometry, with other coordinates.

    Raises:
        ValueError: If the factors share a coordinate, or one has a part named as a coordinate of
            the other.

    Example:
        ```python
        import kerasphys as kp

        space = kp.geometry.Box((0, 0), (1, 1))
        domain = space * kp.geometry.Interval(0, 5, "t")
        assert domain.coordinates == ("x", "y", "t")
        assert domain.boundary("x", "y").measure == 20.0
        assert domain.start("t").normals([[0.5, 0.5, 0.0]]).tolist() == [[0.0, 0.0, -1.0]]
        ```
    """

    def __init__(self, left: Geometry, right: Geometry):
        for name, factor in (("left", left), ("right", right)):
            if not isinstance(factor, Geometry):
                raise TypeError(message(name, "a geometry such as kp.geometry.Interval", factor))
        shared = [name for name in right.coordinates if name in left.coordinates]
        if shared:
            raise ValueError(
                message("right", f"a geometry without the coordinates of {left!r}", right)
                + f" Both have {', '.join(shared)}: rename them in one of the two."
            )
        for one, other in ((left, right), (right, left)):
            for name in set(one.parts) & set(other.coordinates):
                raise ValueError(
                    message("right", "a geometry whose names are not those of `left`", right)
                    + f" {name!r} is a part of {one!r} and a coordinate of {other!r}."
                )
        self.left = left
        self.right = right
        self.coordinates = left.coordinates + right.coordinates

    @property
    def factors(self) -> tuple[Geometry, ...]:
        return self.left.factors + self.right.factors

    @property
    def measure(self) -> float:
        return self.left.measure * self.right.measure

    @property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        lower, upper = zip(self.left.bounds, self.right.bounds, strict=True)
        return np.concatenate(lower), np.concatenate(upper)

    @property
    def faces(self) -> tuple[Face, ...]:
        return (
            *(_ProductFace(face, self.right) for face in self.left.faces),
            *(_ProductFace(self.left, face) for face in self.right.faces),
        )

    @property
    def unit_dim(self) -> int:
        return self.left.unit_dim + self.right.unit_dim

    @property
    def periodic_axes(self) -> tuple[int, ...]:
        return _periodic_axes(self.left, self.right)

    def signed_distance(self, points: np.ndarray) -> np.ndarray:
        left, right = np.hsplit(self._check_points(points), [self.left.dim])
        distances = [self.left.signed_distance(left), self.right.signed_distance(right)]
        return combine_distances(np.stack(distances, axis=1))

    def contains(self, points: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
        return _contains(self.left, self.right, self._check_points(points), tolerance)

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        return _from_unit(self.left, self.right, check_unit(unit, self.unit_dim))

    def get_config(self) -> dict[str, Any]:
        return {"left": pack(self.left), "right": pack(self.right)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Product:
        return cls(**unpack(config, "left", "right"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Product) and self.factors == other.factors

    __hash__ = Geometry.__hash__

    def __repr__(self) -> str:
        return " * ".join(repr(factor) for factor in self.factors)


class _ProductFace(Face):
    """A face of one factor times the whole of the other."""

    def __init__(self, left: Face | Geometry, right: Face | Geometry):
        face = left if isinstance(left, Face) else right
        self.left = left
        self.right = right
        self.dim = left.dim + right.dim
        self.parts = face.parts
        self.measure = left.measure * right.measure
        self.unit_dim = left.unit_dim + right.unit_dim
        self.periodic_axes = _periodic_axes(left, right)

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        return _from_unit(self.left, self.right, unit)

    def contains(self, points: np.ndarray, tolerance: float) -> np.ndarray:
        return _contains(self.left, self.right, points, tolerance)

    def normals(self, points: np.ndarray) -> np.ndarray:
        return np.hstack(
            [
                factor.normals(part) if isinstance(factor, Face) else np.zeros_like(part)
                for factor, part in zip(
                    (self.left, self.right), np.hsplit(points, [self.left.dim]), strict=True
                )
            ]
        )


def _from_unit(left: Face | Geometry, right: Face | Geometry, unit: np.ndarray) -> np.ndarray:
    first, second = np.hsplit(unit, [left.unit_dim])
    return np.hstack([left.from_unit(first), right.from_unit(second)])


def _contains(
    left: Face | Geometry, right: Face | Geometry, points: np.ndarray, tolerance: float
) -> np.ndarray:
    first, second = np.hsplit(points, [left.dim])
    return left.contains(first, tolerance) & right.contains(second, tolerance)


def _periodic_axes(left: Face | Geometry, right: Face | Geometry) -> tuple[int, ...]:
    return left.periodic_axes + tuple(left.unit_dim + axis for axis in right.periodic_axes)
