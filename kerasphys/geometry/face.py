"""One piece of the boundary of a geometry."""

from __future__ import annotations

import abc

import numpy as np


class Face(abc.ABC):
    """One piece of a boundary, such as a side of a box or the circle around a disk.

    Whoever writes a new geometry supplies its faces; whoever uses one meets them as `Boundary`.
    The points that a face receives have been checked already.

    Attributes:
        dim: The number of coordinates of the space it lies in.
        parts: The names that include this face in `Geometry.boundary(...)`. A side of a box
            belongs to two parts, `"x"` and `"start(x)"`; all edges of a polygon could share one.
        measure: Length or area; 1 for a single point.
        unit_dim: The dimension of the unit cube that `from_unit` maps to the face.
        periodic_axes: The axes of that cube whose two ends are the same place.
    """

    dim: int
    parts: tuple[str, ...]
    measure: float
    unit_dim: int
    periodic_axes: tuple[int, ...] = ()

    @abc.abstractmethod
    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        """Maps the unit cube, `(n, unit_dim)`, evenly to points of the face, `(n, dim)`."""

    @abc.abstractmethod
    def contains(self, points: np.ndarray, tolerance: float) -> np.ndarray:
        """Which points lie on the face, `(n,)`."""

    @abc.abstractmethod
    def normals(self, points: np.ndarray) -> np.ndarray:
        """Outward unit normals `(n, dim)` at points of the face."""
