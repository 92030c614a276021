"""Faces of which a part is kept, in any number of dimensions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasphys.geometry._arrays import slack
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.faces.smooth_distance import Implicit

if TYPE_CHECKING:
    from kerasphys.geometry.geometry import Geometry

CELLS = {1: 4095, 2: 255, 3: 95}  # along each axis, by the number of axes
OTHER_CELLS = 23


class TrimmedFace(Face):
    """The part of a face on which a function is not negative.

    Args:
        face: The face.
        level: Function of points `(n, d)`.
        bounds: The corners of the box around the domain, by which tolerances are measured.
        parts: The names of the parts that it belongs to.
        share: The share of the face that is kept, from 0 to 1.
        flipped: Whether the domain is on the other side.
        rest_outside: Whether what is not kept lies outside the domain.
    """

    def __init__(
        self,
        face: Face,
        level: Callable[[np.ndarray], np.ndarray],
        bounds: tuple[np.ndarray, np.ndarray],
        parts: tuple[str, ...],
        share: float,
        flipped: bool = False,
        rest_outside: bool = False,
    ):
        self.face = face
        self.level = level
        self.bounds = bounds
        self.parts = parts
        self.sign = -1.0 if flipped else 1.0
        self.rest_outside = rest_outside
        self.dim = face.dim
        self.unit_dim = face.unit_dim
        self.periodic_axes = face.periodic_axes
        self.measure = face.measure * share
        self.fills = face.fills and share == 1.0

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        return self.face.from_unit(unit)

    def keeps(self, points: np.ndarray) -> np.ndarray:
        return self.face.keeps(points) & (self.level(points) >= -slack(*self.bounds, 0.0).max())

    def contains(self, points: np.ndarray, tolerance: float) -> np.ndarray:
        inside = self.level(points) >= -slack(*self.bounds, tolerance).max()
        return self.face.contains(points, tolerance) & inside

    def normals(self, points: np.ndarray) -> np.ndarray:
        return self.sign * self.face.normals(points)

    def implicit(self, *columns: Any) -> Implicit:
        if not (self.fills or self.rest_outside):
            raise NotImplementedError("A piece of a surface has no closed form.")
        distance, kept = self.face.implicit(*columns)
        return self.sign * distance, kept


def kept_share(piece: Face | Geometry, level: Callable[[np.ndarray], np.ndarray]) -> float:
    """The share of a piece on which a function is not negative.

    The mean over cells of the unit cube; a cell that the zero of the function crosses counts by
    the fraction on the positive side of the plane that approximates it there.
    """
    axes = piece.unit_dim
    if axes == 0:
        return float(level(piece.from_unit(np.zeros((1, 0))))[0] >= 0.0)
    count = CELLS.get(axes, OTHER_CELLS)
    centers = [(np.arange(count) + 0.5) / count] * axes
    points = piece.from_unit(np.stack(np.meshgrid(*centers), axis=-1).reshape(-1, axes))
    values = level(points).reshape((count,) * axes)
    slopes = np.gradient(values, axis=tuple(range(axes))) if axes > 1 else [np.gradient(values)]
    steepness = np.linalg.norm(slopes, axis=0) + np.finfo(np.float64).tiny
    with np.errstate(over="ignore"):  # where the function is constant
        fractions = np.clip(0.5 + values / steepness, 0.0, 1.0).ravel()[piece.keeps(points)]
    return float(fractions.mean()) if fractions.size else 0.0
