"""Domains: regions with an interior."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING

import numpy as np

from kerasphys._validation import check_choice
from kerasphys.geometry._arrays import TOLERANCE, slack
from kerasphys.geometry.drawing import draw
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.quadrature import Rule, sampled_rule
from kerasphys.geometry.region import Region

if TYPE_CHECKING:
    from kerasphys.geometry.boundary import Boundary
    from kerasphys.geometry.combinations.difference import Difference
    from kerasphys.geometry.combinations.intersection import Intersection
    from kerasphys.geometry.combinations.union import Union
    from kerasphys.geometry.product import Product


class Geometry(Region):
    """A domain: a region with an interior, a signed distance and a boundary of named parts.

    A subclass supplies `coordinates` (an attribute), `measure`, `bounds`, `faces`,
    `signed_distance`, `from_unit`, `get_config` and `__repr__`, and is decorated so that Keras can
    save it. It overrides `unit_dim` and `periodic_axes` if its map needs another unit cube,
    `contains` if one tolerance does not suit all its sides, and `fills` and `keeps` if `from_unit`
    goes to something larger. It gets sampling with every rule, `boundary`, `start`, `end`,
    equality, products with other geometries, and union `a | b`, difference `a - b` and
    intersection `a & b` with geometries of the same coordinates.

    Attributes:
        fills: Whether `from_unit` stays in the domain; otherwise samples are those of its points
            that lie inside.
    """

    fills: bool = True

    @property
    @abc.abstractmethod
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """The lower and the upper corner, `(d,)` each, of the box around the domain."""

    @property
    @abc.abstractmethod
    def faces(self) -> tuple[Face, ...]:
        """The pieces of the boundary; together they are the whole of it."""

    @abc.abstractmethod
    def signed_distance(self, points: np.ndarray) -> np.ndarray:
        """The Euclidean distance `(n,)` of points `(n, d)` to the boundary, negative inside."""

    @abc.abstractmethod
    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        """Maps points of the unit cube, `(n, unit_dim)`, to points of the domain, `(n, d)`.

        Equal volumes go to equal volumes: evenly spread points stay evenly spread. Where `fills`
        is false, the points are those of a domain around this one.
        """

    def keeps(self, points: np.ndarray) -> np.ndarray:
        """Which points that `from_unit` gave belong to the domain, `(n,)`."""
        return np.ones(len(points), dtype=bool) if self.fills else self.contains(points, 0.0)

    @property
    def unit_dim(self) -> int:
        """The dimension of the unit cube that `from_unit` maps to the domain."""
        return self.dim

    @property
    def periodic_axes(self) -> tuple[int, ...]:
        """The axes of the unit cube whose two ends are mapped to the same place."""
        return ()

    @property
    def factors(self) -> tuple[Geometry, ...]:
        """The geometries of which this is the product; itself if it is none."""
        return (self,)

    @property
    def parts(self) -> tuple[str, ...]:
        """The names that `boundary` knows."""
        return tuple(dict.fromkeys(part for face in self.faces for part in face.parts))

    def sample(self, n: int, sampler: str = "sobol", seed: int = 0) -> np.ndarray:
        return draw(self, n, sampler, seed)

    def rule(self, n: int) -> Rule:
        return sampled_rule(self, n)

    def contains(self, points: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
        return self.signed_distance(points) <= slack(*self.bounds, tolerance).max()

    def normals(self, points: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
        raise ValueError(
            f"Only boundaries have normals, and {self!r} is a domain. Take a part of its boundary: "
            f"boundary() or boundary(name) with a name among {', '.join(self.parts)}."
        )

    def boundary(self, *names: str) -> Boundary:
        """The union of parts of the boundary.

        Args:
            *names: Names among `parts`. The name of a coordinate stands for both its ends,
                `"start(t)"` for one of them. Without names: the whole boundary.

        Raises:
            ValueError: If there is no part of that name.
        """
        from kerasphys.geometry.boundary import Boundary

        return Boundary(self, names)

    def start(self, coordinate: str) -> Boundary:
        """The face on which a coordinate has its lowest value, such as the initial time."""
        return self._side("start", coordinate)

    def end(self, coordinate: str) -> Boundary:
        """The face on which a coordinate has its highest value."""
        return self._side("end", coordinate)

    def __mul__(self, other: Geometry) -> Product:
        """All pairs of a point of this domain and a point of another, such as space and time."""
        from kerasphys.geometry.product import Product

        if not isinstance(other, Geometry):
            return NotImplemented
        return Product(self, other)

    def __or__(self, other: Geometry) -> Union:
        """The points of this domain or of another."""
        from kerasphys.geometry.combinations.union import Union

        return Union(self, other) if isinstance(other, Geometry) else NotImplemented

    def __sub__(self, other: Geometry) -> Difference:
        """The points of this domain outside another, such as a channel around a cylinder."""
        from kerasphys.geometry.combinations.difference import Difference

        return Difference(self, other) if isinstance(other, Geometry) else NotImplemented

    def __and__(self, other: Geometry) -> Intersection:
        """The points of this domain that lie in another as well."""
        from kerasphys.geometry.combinations.intersection import Intersection

        return Intersection(self, other) if isinstance(other, Geometry) else NotImplemented

    def _side(self, side: str, coordinate: str) -> Boundary:
        name = f"{side}({check_choice('coordinate', coordinate, self.coordinates)})"
        if name not in self.parts:
            raise ValueError(
                f"{coordinate!r} has no flat {side} in {self!r}. Name a part of its boundary "
                f"instead: boundary(name) with a name among {', '.join(self.parts)}."
            )
        return self.boundary(name)
