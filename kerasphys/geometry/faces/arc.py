"""A circle, or an arc of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasphys.geometry._arrays import unit_vectors
from kerasphys.geometry.faces.curve import Curve
from kerasphys.geometry.faces.smooth_distance import TINY, Implicit


class Arc(Curve):
    """An arc of a circle, with the domain on its left; the whole circle by default.

    Args:
        center: Array `(2,)`.
        radius: Positive number.
        parts: The names of the parts that it belongs to.
        angle: Where it starts, in radians.
        sweep: The angle that it covers; counterclockwise, the domain inside, where positive.
    """

    def __init__(
        self,
        center: np.ndarray,
        radius: float,
        parts: tuple[str, ...],
        angle: float = 0.0,
        sweep: float = 2.0 * np.pi,
    ):
        self.center = center
        self.radius = radius
        self.parts = parts
        self.angle = angle
        self.sweep = sweep
        self.measure = float(np.abs(sweep) * radius)
        self.scale = 2.0 * radius
        self.closed = bool(np.abs(sweep) == 2.0 * np.pi)
        self.periodic_axes = (0,) if self.closed else ()

    @property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        axes = self.center + self.radius * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
        ends = self.from_unit(np.array([[0.0], [1.0]]))
        points = np.concatenate([ends, axes[self.covers(axes)]])
        return points.min(axis=0), points.max(axis=0)

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        angle = self.angle + self.sweep * unit
        return self.center + self.radius * np.hstack([np.cos(angle), np.sin(angle)])

    def normals(self, points: np.ndarray) -> np.ndarray:
        return unit_vectors((points - self.center) * np.sign(self.sweep))

    def piece(self, start: float, end: float) -> Arc:
        angle = self.angle + start * self.sweep
        return Arc(self.center, self.radius, self.parts, angle, (end - start) * self.sweep)

    def flipped(self) -> Arc:
        return Arc(self.center, self.radius, self.parts, self.angle + self.sweep, -self.sweep)

    def distance(self, points: np.ndarray) -> np.ndarray:
        from_center = np.linalg.norm(points - self.center, axis=1)
        to_circle = np.abs(from_center - self.radius)
        if self.closed:
            return to_circle
        ends = self.from_unit(np.array([[0.0], [1.0]]))
        to_ends = np.linalg.norm(points[:, None] - ends, axis=2).min(axis=1)
        return np.where(self.covers(points), to_circle, to_ends)

    def implicit(self, x: Any, y: Any) -> Implicit:
        left, bottom = self.center.tolist()
        x, y = (x - left) / self.radius, (y - bottom) / self.radius
        square = x * x + y * y
        smooth = (1.0 - square) / 2.0  # in the middle too
        across = self.radius * (smooth if self.sweep > 0.0 else np.sqrt(square + TINY) - 1.0)
        if self.closed:
            return across, ()
        middle = self.angle + self.sweep / 2.0
        along = float(np.cos(middle)) * x + float(np.sin(middle)) * y
        return across, (self.radius * (along - float(np.cos(self.sweep / 2.0))),)

    def area(self, origin: np.ndarray) -> float:
        ends = self.angle, self.angle + self.sweep
        sine, cosine = np.diff(np.sin(ends))[0], np.diff(np.cos(ends))[0]
        moved = self.center - origin
        along = moved[0] * sine - moved[1] * cosine + self.radius * self.sweep
        return float(self.radius * along / 2.0)

    def covers(self, points: np.ndarray) -> np.ndarray:
        """Which points `(n, 2)` lie in the directions that the arc covers from its center."""
        x, y = (points - self.center).T
        turned = np.sign(self.sweep) * (np.arctan2(y, x) - self.angle) % (2.0 * np.pi)
        return turned <= np.abs(self.sweep)
