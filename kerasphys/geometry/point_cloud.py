"""The user's own points."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy

from kerasphys._registry import serializable
from kerasphys._validation import (
    check_array,
    check_choice,
    check_int,
    check_nonnegative,
    check_positive_int,
    message,
)
from kerasphys.geometry._arrays import TOLERANCE
from kerasphys.geometry.quadrature import Rule
from kerasphys.geometry.region import Region, check_coordinates
from kerasphys.geometry.samplers import SAMPLERS


@serializable
class PointCloud(Region):
    """Points given one by one, with outward normals where the user has them.

    A cloud is sampled by choosing among its points; asked for all of them, it returns them in the
    order given. Its measure is the number of points.

    Args:
        points: Array `(n, d)`.
        coordinates: Names of the `d` columns.
        normals: Array `(n, d)` of unit vectors, zero in the column of time; or `None`. A point that
            is listed twice may get either of its normals.

    Raises:
        ValueError: If a shape does not fit, a value is not finite, or a normal is not of length 1.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        angle = np.linspace(0, 6, 50)
        ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        wall = kp.geometry.PointCloud(ring, ("x", "y"), normals=ring)
        some = wall.sample(10, seed=0)
        assert (wall.normals(some) == some).all()
        ```
    """

    def __init__(
        self,
        points: np.ndarray,
        coordinates: str | Sequence[str],
        normals: np.ndarray | None = None,
    ):
        self.points = check_array("points", points, (None, None))
        if not self.points.size:
            raise ValueError(message("points", "at least one point", points))
        self.coordinates = check_coordinates("coordinates", coordinates, self.points.shape[1])
        self._normals = None
        if normals is not None:
            self._normals = check_array("normals", normals, self.points.shape)
            lengths = np.linalg.norm(self._normals, axis=1)
            wrong = np.flatnonzero(np.abs(lengths - 1.0) > 1e-6)
            if len(wrong):
                raise ValueError(
                    f"Argument `normals` must be vectors of length 1. Received: {len(wrong)} of "
                    f"another length, the first is {lengths[wrong[0]]:.6g} at index {wrong[0]}. "
                    "Divide each by its length."
                )

    @property
    def measure(self) -> float:
        return float(len(self.points))

    def sample(self, n: int | None = None, sampler: str = "sobol", seed: int = 0) -> np.ndarray:
        """Chooses `n` of the points without replacement, in random order.

        Args:
            n: Positive integer, at most the number of points; `None` for all, in the order given.
            sampler: Checked, and without influence: there is nothing to draw from but the points.
            seed: Non-negative integer.

        Returns:
            Array `(n, d)`.
        """
        check_choice("sampler", sampler, SAMPLERS)
        seed = check_int("seed", seed, minimum=0)
        n = len(self.points) if n is None else check_positive_int("n", n)
        if n > len(self.points):
            cure = "A cloud has no points but its own."
            raise ValueError(message("n", f"at most {len(self.points)}", n, cure))
        if n == len(self.points):
            return self.points.copy()
        return self.points[np.random.default_rng(seed).choice(len(self.points), n, replace=False)]

    def rule(self, n: int) -> Rule:
        """All points with the weight 1, whatever `n` is."""
        return self.points.copy(), np.ones(len(self.points))

    def contains(self, points: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
        return self._nearest(self._check_points(points), tolerance)[1]

    def normals(self, points: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
        if self._normals is None:
            raise ValueError(
                f"{self!r} has no normals. Give them: kp.geometry.PointCloud(points, coordinates, "
                "normals=...)."
            )
        points = self._check_points(points)
        index, near = self._nearest(points, tolerance)
        self._check_all_on(points, near)
        return self._normals[index]

    def get_config(self) -> dict[str, Any]:
        return {
            "points": self.points.tolist(),
            "coordinates": list(self.coordinates),
            "normals": None if self._normals is None else self._normals.tolist(),
        }

    def __repr__(self) -> str:
        names = ", ".join(self.coordinates)
        normals = "" if self._normals is None else " with normals"
        return f"<PointCloud of {len(self.points)} points{normals} in ({names})>"

    @functools.cached_property
    def _scale(self) -> np.ndarray:
        """The extent of each column; one whose values are all equal has that of its value."""
        extent = np.ptp(self.points, axis=0)
        return np.where(extent > 0.0, extent, np.maximum(np.abs(self.points[0]), 1.0))

    @functools.cached_property
    def _tree(self) -> Any:
        return scipy.spatial.cKDTree(self.points / self._scale)

    def _nearest(self, points: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
        """Indices of the nearest points, and which of those are near enough to be the same."""
        tolerance = check_nonnegative("tolerance", tolerance)
        distance, index = self._tree.query(points / self._scale)
        return index, distance <= tolerance
