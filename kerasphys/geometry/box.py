"""A box of any dimension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasphys._registry import serializable
from kerasphys._validation import check_array, message
from kerasphys.geometry._arrays import TOLERANCE, between, combine_distances, slack
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.faces.flat_face import flat_faces
from kerasphys.geometry.geometry import Geometry
from kerasphys.geometry.quadrature import Rule, gauss_rule
from kerasphys.geometry.region import check_coordinates
from kerasphys.geometry.samplers import check_unit


@serializable
class Box(Geometry):
    """A rectangle, cuboid or box of any dimension, its sides along the coordinates.

    The part of the boundary named as a coordinate is the pair of faces at its two ends.

    Args:
        lower: Numbers, the lower end of each coordinate.
        upper: Numbers, the upper end of each coordinate.
        names: Names of the coordinates; by default as many of x, y, z as there are.

    Raises:
        ValueError: If an upper end is not greater than the lower one, or the lengths differ.

    Example:
        ```python
        import kerasphys as kp

        plate = kp.geometry.Box((0, 0), (2, 1))
        assert plate.coordinates == ("x", "y")
        assert plate.boundary("y").measure == 4.0  # below and above
        assert plate.signed_distance([[1.0, 0.25]]) == -0.25
        ```
    """

    def __init__(
        self,
        lower: Sequence[float],
        upper: Sequence[float],
        names: str | Sequence[str] | None = None,
    ):
        self._lower = check_array("lower", lower, (None,))
        if not len(self._lower):
            raise ValueError(message("lower", "one number for each coordinate", lower))
        self._upper = check_array("upper", upper, self._lower.shape)
        if names is None and len(self._lower) > 3:
            raise ValueError(message("names", f"{len(self._lower)} names of coordinates", names))
        self.names = self.coordinates = check_coordinates(
            "names", tuple("xyz"[: len(self._lower)]) if names is None else names, len(self._lower)
        )
        for name, low, high in zip(self.names, self._lower, self._upper, strict=True):
            if high <= low:
                raise ValueError(message("upper", f"greater than lower={low} in {name!r}", upper))

    @property
    def lower(self) -> tuple[float, ...]:
        return tuple(self._lower.tolist())

    @property
    def upper(self) -> tuple[float, ...]:
        return tuple(self._upper.tolist())

    @property
    def measure(self) -> float:
        return float(np.prod(self._upper - self._lower))

    @property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        return self._lower.copy(), self._upper.copy()

    @property
    def faces(self) -> tuple[Face, ...]:
        return flat_faces(self._lower, self._upper, self.names)

    def signed_distance(self, points: np.ndarray) -> np.ndarray:
        points = self._check_points(points)
        return combine_distances(np.maximum(self._lower - points, points - self._upper))

    def contains(self, points: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
        points = self._check_points(points)
        room = slack(self._lower, self._upper, tolerance)
        return np.all((points >= self._lower - room) & (points <= self._upper + room), axis=1)

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        return between(self._lower, self._upper, check_unit(unit, self.dim))

    def rule(self, n: int) -> Rule:
        return gauss_rule(self, n)

    def get_config(self) -> dict[str, Any]:
        return {"lower": list(self.lower), "upper": list(self.upper), "names": list(self.names)}

    def __repr__(self) -> str:
        return f"Box({self.lower}, {self.upper}, {self.names})"
