"""Products of domains, such as space and time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasphys._registry import pack, serializable, unpack
from kerasphys._validation import message
from kerasphys.geometry._arrays import TOLERANCE, combine_distances
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.faces.smooth_distance import Implicit, within
from kerasphys.geometry.geometry import Geometry
from kerasphys.geometry.quadrature import Rule, product_rule
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
            *(ProductFace(face, self.right) for face in self.left.faces),
            *(ProductFace(self.left, face) for face in self.right.faces),
        )

    @property
    def unit_dim(self) -> int:
        return self.left.unit_dim + self.right.unit_dim

    @property
    def periodic_axes(self) -> tuple[int, ...]:
        return _periodic_axes(self.left, self.right)

    @property
    def fills(self) -> bool:  # type: ignore[override]
        return self.left.fills and self.right.fills

    def keeps(self, points: np.ndarray) -> np.ndarray:
        return _keeps(self.left, self.right, points)

    def signed_distance(self, points: np.ndarray) -> np.ndarray:
        left, right = np.hsplit(self._check_points(points), [self.left.dim])
        distances = [self.left.signed_distance(left), self.right.signed_distance(right)]
        return combine_distances(np.stack(distances, axis=1))

    def contains(self, points: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
        return _contains(self.left, self.right, self._check_points(points), tolerance)

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        return _from_unit(self.left, self.right, check_unit(unit, self.unit_dim))

    def rule(self, n: int) -> Rule:
        return product_rule((self.left, self.right), n)

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


class ProductFace(Face):
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
        self.fills = left.fills and right.fills

    def keeps(self, points: np.ndarray) -> np.ndarray:
        return _keeps(self.left, self.right, points)

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        return _from_unit(self.left, self.right, unit)

    def rule(self, n: int) -> Rule:
        return product_rule((self.left, self.right), n)

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

    def implicit(self, *columns: Any) -> Implicit:
        sides = (self.left, columns[: self.left.dim]), (self.right, columns[self.left.dim :])
        (face, own), (other, others) = sides if isinstance(self.left, Face) else sides[::-1]
        assert isinstance(face, Face)
        assert isinstance(other, Geometry)
        distance, kept = face.implicit(*own)
        for factor in other.factors:
            kept = (*kept, *_inside(factor, others[: factor.dim]))
            others = others[factor.dim :]
        return distance, kept


def _from_unit(left: Face | Geometry, right: Face | Geometry, unit: np.ndarray) -> np.ndarray:
    first, second = np.hsplit(unit, [left.unit_dim])
    return np.hstack([left.from_unit(first), right.from_unit(second)])


def _contains(
    left: Face | Geometry, right: Face | Geometry, points: np.ndarray, tolerance: float
) -> np.ndarray:
    first, second = np.hsplit(points, [left.dim])
    return left.contains(first, tolerance) & right.contains(second, tolerance)


def _keeps(left: Face | Geometry, right: Face | Geometry, points: np.ndarray) -> np.ndarray:
    first, second = np.hsplit(points, [left.dim])
    return left.keeps(first) & right.keeps(second)


def _periodic_axes(left: Face | Geometry, right: Face | Geometry) -> tuple[int, ...]:
    return left.periodic_axes + tuple(left.unit_dim + axis for axis in right.periodic_axes)


def _inside(domain: Geometry, columns: Sequence[Any]) -> tuple[Any, ...]:
    """Functions that are all positive inside of a domain, with slope 1 across its boundary."""
    lower, upper = domain.bounds
    if np.isclose(domain.measure, np.prod(upper - lower), rtol=1e-12, atol=0.0):  # a box
        return within(lower, upper, columns)
    forms = [face.implicit(*columns) for face in domain.faces]
    if any(kept for _, kept in forms):
        raise NotImplementedError(f"A face times {domain!r} has no closed form.")
    return tuple(distance for distance, _ in forms)
