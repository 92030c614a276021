"""An interval of one coordinate."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasphys._registry import serializable
from kerasphys._validation import check_number, message
from kerasphys.geometry._arrays import between
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.faces.flat_face import flat_faces
from kerasphys.geometry.geometry import Geometry
from kerasphys.geometry.quadrature import Rule, gauss_rule
from kerasphys.geometry.region import check_coordinates
from kerasphys.geometry.samplers import check_unit


@serializable
class Interval(Geometry):
    """The interval `[lower, upper]` of one coordinate, in space or in time.

    Its boundary is its two ends, the part named as the coordinate.

    Args:
        lower: Number, the lower end.
        upper: Number greater than `lower`, the upper end.
        name: Name of the coordinate.

    Raises:
        ValueError: If `upper` is not greater than `lower`.

    Example:
        ```python
        import kerasphys as kp

        domain = kp.geometry.Interval(-1, 1, "x") * kp.geometry.Interval(0, 2, "t")
        walls = domain.boundary("x")  # x = -1 and x = 1, at all times
        initial = domain.start("t")
        assert walls.measure == 4.0
        assert initial.sample(100).shape == (100, 2)
        ```
    """

    def __init__(self, lower: float, upper: float, name: str = "x"):
        self.lower = check_number("lower", lower)
        self.upper = check_number("upper", upper)
        if self.upper <= self.lower:
            raise ValueError(message("upper", f"greater than lower={self.lower}", upper))
        (self.name,) = self.coordinates = check_coordinates("name", (name,), 1)

    @property
    def measure(self) -> float:
        return self.upper - self.lower

    @property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        return np.array([self.lower]), np.array([self.upper])

    @property
    def faces(self) -> tuple[Face, ...]:
        return flat_faces(*self.bounds, self.coordinates)

    def signed_distance(self, points: np.ndarray) -> np.ndarray:
        x = self._check_points(points)[:, 0]
        return np.maximum(self.lower - x, x - self.upper)

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        return between(*self.bounds, check_unit(unit, 1))

    def rule(self, n: int) -> Rule:
        return gauss_rule(self, n)

    def get_config(self) -> dict[str, Any]:
        return {"lower": self.lower, "upper": self.upper, "name": self.name}

    def __repr__(self) -> str:
        return f"Interval({self.lower}, {self.upper}, {self.name!r})"
