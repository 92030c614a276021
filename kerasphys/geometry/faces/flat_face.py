"""Faces of intervals and boxes."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasphys.geometry._arrays import between, slack
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.faces.smooth_distance import Implicit, within
from kerasphys.geometry.quadrature import Rule, gauss_rule


class FlatFace(Face):
    """The face of a box on which one coordinate has its lowest or its highest value."""

    def __init__(
        self, lower: np.ndarray, upper: np.ndarray, names: tuple[str, ...], axis: int, end: bool
    ):
        name = names[axis]
        self.names = names
        self.end = end
        self.dim = len(names)
        self.parts = (name, f"end({name})" if end else f"start({name})")
        self.unit_dim = self.dim - 1
        self.measure = float(np.prod(np.delete(upper - lower, axis)))
        self.box = (lower, upper)
        self.axis = axis
        self.value = (upper if end else lower)[axis]
        self.sign = 1.0 if end else -1.0

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        points = between(*self.box, np.insert(unit, self.axis, 0.0, axis=1))
        points[:, self.axis] = self.value
        return points

    def rule(self, n: int) -> Rule:
        return gauss_rule(self, n)

    def contains(self, points: np.ndarray, tolerance: float) -> np.ndarray:
        lower, upper = (corner.copy() for corner in self.box)
        lower[self.axis] = upper[self.axis] = self.value
        room = slack(*self.box, tolerance)
        return np.all((points >= lower - room) & (points <= upper + room), axis=1)

    def normals(self, points: np.ndarray) -> np.ndarray:
        normals = np.zeros_like(points)
        normals[:, self.axis] = self.sign
        return normals

    def implicit(self, *columns: Any) -> Implicit:
        lower, upper = (np.delete(corner, self.axis) for corner in self.box)
        others = [*columns[: self.axis], *columns[self.axis + 1 :]]
        distance = self.sign * (float(self.value) - columns[self.axis])
        return distance, within(lower, upper, others)


def flat_faces(
    lower: np.ndarray, upper: np.ndarray, names: tuple[str, ...]
) -> tuple[FlatFace, ...]:
    """The faces of a box: start and end of each coordinate."""
    return tuple(
        FlatFace(lower, upper, names, axis, end)
        for axis in range(len(names))
        for end in (False, True)
    )
