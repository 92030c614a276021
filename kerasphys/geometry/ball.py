"""A ball in space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasphys._registry import serializable
from kerasphys._validation import check_array, check_positive
from kerasphys.geometry._arrays import slack, unit_vectors
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.faces.smooth_distance import Implicit
from kerasphys.geometry.geometry import Geometry
from kerasphys.geometry.quadrature import Rule, unit_gauss
from kerasphys.geometry.region import check_coordinates
from kerasphys.geometry.samplers import check_unit


@serializable
class Ball(Geometry):
    """The ball of a given center and radius. Its boundary is one part, `"sphere"`.

    Points of the unit cube are mapped to the ball by a map that keeps ratios of volumes, takes
    cubes around the middle to spheres and is one to one: low discrepancy survives, and a grid of
    the cube becomes a grid of the ball in which no point occurs twice. On the sphere a grid of the
    unit square is folded onto an octahedron: points on its edge occur twice.

    Args:
        center: Three numbers.
        radius: Positive number.
        names: Names of the three coordinates.

    Raises:
        ValueError: If `center` is not three numbers or `radius` is not positive.

    Reference:
        The ball: Rosca and Plonka, 2011, Uniform spherical grids via equal area projection from
        the cube to the sphere, https://doi.org/10.1016/j.cam.2011.07.009. The sphere: Clarberg,
        2008, Fast equal-area mapping of the (hemi)sphere using SIMD,
        https://doi.org/10.1080/2151237X.2008.10129263

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        ball = kp.geometry.Ball((0, 0, 0), 2)
        assert np.isclose(ball.measure, 32 * np.pi / 3)
        assert ball.boundary("sphere").normals([[0, 0, 2.0]]).tolist() == [[0, 0, 1]]
        ```
    """

    def __init__(
        self, center: Sequence[float], radius: float, names: Sequence[str] = ("x", "y", "z")
    ):
        self._center = check_array("center", center, (3,))
        self.radius = check_positive("radius", radius)
        self.names = self.coordinates = check_coordinates("names", names, 3)

    @property
    def center(self) -> tuple[float, ...]:
        return tuple(self._center.tolist())

    @property
    def measure(self) -> float:
        return float(4.0 / 3.0 * np.pi * self.radius**3)

    @property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        return self._center - self.radius, self._center + self.radius

    @property
    def faces(self) -> tuple[Face, ...]:
        return (Sphere(self._center, self.radius),)

    def signed_distance(self, points: np.ndarray) -> np.ndarray:
        return np.linalg.norm(self._check_points(points) - self._center, axis=1) - self.radius

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        cube = 2.0 * check_unit(unit, 3) - 1.0
        order = np.argsort(np.abs(cube), axis=1)  # the largest is the distance from the middle
        small, middle, large = np.take_along_axis(cube, order, axis=1).T
        size = np.where(large == 0.0, 1.0, large)
        # On a side of the cube: its square onto the azimuthal equal-area image of a sixth sphere.
        a, b = middle / size, small / size
        angle = np.pi / 12.0 * b / np.where(a == 0.0, 1.0, a)
        stretch = 2.0**0.25 * a / np.sqrt(np.sqrt(2.0) - np.cos(angle))
        a, b = (
            stretch * (np.sqrt(2.0) * np.cos(angle) - 1.0),
            stretch * np.sqrt(2.0) * np.sin(angle),
        )
        square = a**2 + b**2
        lift = np.sqrt(1.0 - square / 4.0)
        turned = np.stack([lift * b, lift * a, 1.0 - square / 2.0], axis=1) * large[:, None]
        points = np.empty_like(turned)
        np.put_along_axis(points, order, turned, axis=1)
        return self._center + self.radius * points

    def rule(self, n: int) -> Rule:
        rings = max(round((n / 2.0) ** (1.0 / 3.0)), 1)
        radius, share = unit_gauss(rings)
        share = share * radius**2 / (share @ radius**2)
        sphere, weights = Sphere(np.zeros(3), 1.0).rule(max(n // len(radius), 1))
        points = self._center + self.radius * radius[:, None, None] * sphere
        total = self.measure / (4.0 * np.pi) * share[:, None] * weights
        return points.reshape(-1, 3), total.ravel()

    def get_config(self) -> dict[str, Any]:
        return {"center": list(self.center), "radius": self.radius, "names": list(self.names)}

    def __repr__(self) -> str:
        return f"Ball({self.center}, {self.radius}, {self.names})"


class Sphere(Face):
    """The boundary of a ball."""

    dim = 3
    parts = ("sphere",)
    unit_dim = 2

    def __init__(self, center: np.ndarray, radius: float):
        self.center = center
        self.radius = radius
        self.measure = float(4.0 * np.pi * radius**2)

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        u, v = 2.0 * unit.T - 1.0
        depth = 1.0 - np.abs(u) - np.abs(v)
        r = 1.0 - np.abs(depth)
        turn = (np.abs(v) - np.abs(u)) / np.where(r == 0.0, 1.0, r)
        angle = np.pi / 4.0 * (turn + 1.0)
        wide = r * np.sqrt(2.0 - r**2)
        x = np.copysign(wide * np.cos(angle), u)
        y = np.copysign(wide * np.sin(angle), v)
        z = np.copysign(1.0 - r**2, depth)
        return self.center + self.radius * np.stack([x, y, z], axis=1)

    def contains(self, points: np.ndarray, tolerance: float) -> np.ndarray:
        lower, upper = self.center - self.radius, self.center + self.radius
        distance = np.linalg.norm(points - self.center, axis=1) - self.radius
        return np.abs(distance) <= slack(lower, upper, tolerance).max()

    def normals(self, points: np.ndarray) -> np.ndarray:
        return unit_vectors(points - self.center)

    def implicit(self, *columns: Any) -> Implicit:
        moved = [x - middle for x, middle in zip(columns, self.center.tolist(), strict=True)]
        square = sum(x * x for x in moved)
        return (self.radius - square / self.radius) / 2.0, ()

    def rule(self, n: int) -> Rule:
        circles = max(round((n / 2.0) ** 0.5), 1)
        height, share = unit_gauss(circles)
        angles = max(n // len(height), 1)
        angle = 2.0 * np.pi * np.arange(angles) / angles
        z = 2.0 * height - 1.0
        ring = np.sqrt(1.0 - z**2)
        points = np.stack(
            [
                np.outer(ring, np.cos(angle)),
                np.outer(ring, np.sin(angle)),
                np.tile(z[:, None], (1, angles)),
            ],
            axis=-1,
        )
        weights = np.repeat(self.measure * share / angles, angles)
        return self.center + self.radius * points.reshape(-1, 3), weights
