"""A disk in the plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasphys._registry import serializable
from kerasphys._validation import check_array, check_positive
from kerasphys.geometry.faces.arc import Arc
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.geometry import Geometry
from kerasphys.geometry.quadrature import Rule, unit_gauss
from kerasphys.geometry.region import check_coordinates
from kerasphys.geometry.samplers import check_unit


@serializable
class Disk(Geometry):
    """The disk of a given center and radius. Its boundary is one part, `"circle"`.

    Points of the unit square are mapped to the disk by the concentric map, which keeps ratios of
    areas and is one to one: low discrepancy survives, and a grid of the square (its edge goes to
    the circle) becomes a grid of the disk in which no point occurs twice. On the circle itself,
    `"grid"` and `"chebyshev"` are equally spaced.

    Args:
        center: Two numbers.
        radius: Positive number.
        names: Names of the two coordinates.

    Raises:
        ValueError: If `center` is not two numbers or `radius` is not positive.

    Reference:
        Shirley and Chiu, 1997, A low distortion map between disk and square,
        https://doi.org/10.1080/10867651.1997.10487479

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        pipe = kp.geometry.Disk((0, 0), 0.5) * kp.geometry.Interval(0, 2, "z")
        assert np.isclose(pipe.boundary("circle").measure, 2 * np.pi * 0.5 * 2)
        ```
    """

    def __init__(self, center: Sequence[float], radius: float, names: Sequence[str] = ("x", "y")):
        self._center = check_array("center", center, (2,))
        self.radius = check_positive("radius", radius)
        self.names = self.coordinates = check_coordinates("names", names, 2)

    @property
    def center(self) -> tuple[float, ...]:
        return tuple(self._center.tolist())

    @property
    def measure(self) -> float:
        return float(np.pi * self.radius**2)

    @property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        return self._center - self.radius, self._center + self.radius

    @property
    def faces(self) -> tuple[Face, ...]:
        return (Arc(self._center, self.radius, ("circle",)),)

    def signed_distance(self, points: np.ndarray) -> np.ndarray:
        return np.linalg.norm(self._check_points(points) - self._center, axis=1) - self.radius

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        a, b = 2.0 * check_unit(unit, 2).T - 1.0
        wide = np.abs(a) > np.abs(b)
        r = np.where(wide, a, b)
        ratio = np.where(wide, b, a) / np.where(r == 0.0, 1.0, r)
        angle = np.pi / 4.0 * np.where(wide, ratio, 2.0 - ratio)
        return self._center + self.radius * (r * np.stack([np.cos(angle), np.sin(angle)])).T

    def rule(self, n: int) -> Rule:
        circles = max(round((n / 2.0) ** 0.5), 1)
        square, share = unit_gauss(circles)  # the square of the radius, by that of the disk
        angles = max(n // len(square), 1)
        angle = 2.0 * np.pi * np.arange(angles) / angles
        ring = self.radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        points = self._center + np.sqrt(square)[:, np.newaxis, np.newaxis] * ring
        return points.reshape(-1, 2), np.repeat(self.measure * share / angles, angles)

    def get_config(self) -> dict[str, Any]:
        return {"center": list(self.center), "radius": self.radius, "names": list(self.names)}

    def __repr__(self) -> str:
        return f"Disk({self.center}, {self.radius}, {self.names})"
