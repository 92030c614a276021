"""A straight edge."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasphys.geometry.faces.curve import Curve
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.faces.smooth_distance import Implicit


class Segment(Curve):
    """The straight edge from one point to another, with the domain on its left."""

    def __init__(
        self,
        start: np.ndarray,
        end: np.ndarray,
        parts: tuple[str, ...],
        scale: float | None = None,
    ):
        self.start = start
        self.end = end
        self.parts = parts
        self.measure = float(np.linalg.norm(end - start))
        self.scale = self.measure if scale is None else scale
        self.direction = (end - start) / self.measure

    @property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        return np.minimum(self.start, self.end), np.maximum(self.start, self.end)

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        return np.clip(self.start * (1.0 - unit) + self.end * unit, *self.bounds)

    def normals(self, points: np.ndarray) -> np.ndarray:
        return np.tile([self.direction[1], -self.direction[0]], (len(points), 1))

    def piece(self, start: float, end: float) -> Segment:
        first, last = self.from_unit(np.array([[start], [end]]))
        return Segment(first, last, self.parts, self.scale)

    def flipped(self) -> Segment:
        return Segment(self.end, self.start, self.parts, self.scale)

    def distance(self, points: np.ndarray) -> np.ndarray:
        along = (points - self.start) @ self.direction
        across = (points - self.start) @ [self.direction[1], -self.direction[0]]
        beyond = np.maximum(0.0, np.maximum(-along, along - self.measure))
        return np.hypot(across, beyond)

    def implicit(self, x: Any, y: Any) -> Implicit:
        (left, bottom), (along_x, along_y) = self.start.tolist(), self.direction.tolist()
        x, y = x - left, y - bottom
        along = along_x * x + along_y * y
        return along_x * y - along_y * x, (along, self.measure - along)

    def area(self, origin: np.ndarray) -> float:
        first, last = self.start - origin, self.end - origin
        return float(first[0] * last[1] - first[1] * last[0]) / 2.0


def as_curve(face: Face) -> Curve | None:
    """A face of a plane domain as a curve; `None` if it is neither one nor straight."""
    if isinstance(face, Curve):
        return face
    if face.dim != 2 or face.unit_dim != 1 or not face.fills:
        return None
    unit = np.linspace(0.0, 1.0, 9)[:, None]
    points = face.from_unit(unit)
    (outward,) = face.normals(points[4:5])
    start, end = points[[0, -1]]
    if outward @ [end[1] - start[1], start[0] - end[0]] < 0.0:
        start, end, unit = end, start, 1.0 - unit
    edge = Segment(start, end, face.parts)
    return edge if np.abs(edge.from_unit(unit) - points).max() <= edge.rounding else None
