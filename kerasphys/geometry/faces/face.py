"""One piece of the boundary of a geometry."""

from __future__ import annotations

import abc
from typing import Any

import numpy as np

from kerasphys.geometry.faces.smooth_distance import Implicit
from kerasphys.geometry.quadrature import Rule, sampled_rule


class Face(abc.ABC):
    """One piece of a boundary, such as a side of a box or the circle around a disk.

    Whoever writes a new geometry supplies its faces; whoever uses one meets them as `Boundary`.
    The points that a face receives have been checked already.

    Attributes:
        dim: The number of coordinates of the space it lies in.
        parts: The names that include this face in `Geometry.boundary(...)`. A side of a box
            belongs to two parts, `"x"` and `"start(x)"`; all edges of a polygon share one.
        measure: Length or area; 1 for a single point.
        unit_dim: The dimension of the unit cube that `from_unit` maps to the face.
        periodic_axes: The axes of that cube whose two ends are the same place.
        fills: Whether every point of that cube goes to the face; otherwise `from_unit` goes to a
            larger surface, and `keeps` says which of its points belong to the face.
    """

    dim: int
    parts: tuple[str, ...]
    measure: float
    unit_dim: int
    periodic_axes: tuple[int, ...] = ()
    fills: bool = True

    @abc.abstractmethod
    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        """Maps the unit cube, `(n, unit_dim)`, evenly to points of the face, `(n, dim)`."""

    def rule(self, n: int) -> Rule:
        """At most `n` quadrature points `(m, dim)` and their weights `(m,)`."""
        return sampled_rule(self, n)

    @abc.abstractmethod
    def contains(self, points: np.ndarray, tolerance: float) -> np.ndarray:
        """Which points lie on the face, `(n,)`."""

    @abc.abstractmethod
    def normals(self, points: np.ndarray) -> np.ndarray:
        """Outward unit normals `(n, dim)` at points of the face."""

    def keeps(self, points: np.ndarray) -> np.ndarray:
        """Which points that `from_unit` gave belong to the face, `(n,)`."""
        return np.ones(len(points), dtype=bool)

    @property
    def pieces(self) -> tuple[Face, ...]:
        """Faces with a closed form that make it up."""
        return (self,)

    def implicit(self, *columns: Any) -> Implicit:
        """The face as the zeros of a smooth function, and the part of them that it is.

        It is written with NumPy's elementary functions: tensors that take these go through too.

        Args:
            *columns: For each coordinate an array or tensor.

        Returns:
            A function that is zero on the face, positive inside and has slope 1 across it; and
            functions that are not negative on the face, of which one is negative at the other zeros
            of the first, with slope 1 across the rim.

        Raises:
            NotImplementedError: If the face has no such form.
        """
        raise NotImplementedError(f"{type(self).__name__} has no closed form.")
