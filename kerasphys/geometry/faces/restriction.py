"""Faces on which a predicate holds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kerasphys._requested import requested_names
from kerasphys.geometry.drawing import draw
from kerasphys.geometry.faces.curve import cut
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.faces.segment import as_curve
from kerasphys.geometry.faces.trimmed_face import TrimmedFace
from kerasphys.geometry.predicate import holds
from kerasphys.geometry.product import ProductFace

SAMPLES = 2**15  # for the measure of a piece of a surface
NODES = np.linspace(0.0, 1.0, 1025)


def restrict(
    face: Face,
    predicate: Callable,
    coordinates: tuple[str, ...],
    bounds: tuple[np.ndarray, np.ndarray],
) -> list[Face]:
    """The pieces of a face on which a predicate holds.

    Edges and arcs are cut where it changes, and so are those of a product with time as long as it
    does not name time. Other faces are sampled by keeping the points where it holds.

    Args:
        face: The face.
        predicate: Function of some of the coordinates.
        coordinates: The names of the coordinates.
        bounds: The corners of the box around the domain.
    """
    if isinstance(face, ProductFace):
        dim = face.left.dim
        names = set(requested_names(predicate).names)
        left, right = (coordinates[:dim], coordinates[dim:])
        (lower, other_lower), (upper, other_upper) = (np.split(corner, [dim]) for corner in bounds)
        if isinstance(face.left, Face) and names <= set(left):
            pieces = restrict(face.left, predicate, left, (lower, upper))
            return [ProductFace(piece, face.right) for piece in pieces]
        if isinstance(face.right, Face) and names <= set(right):
            pieces = restrict(face.right, predicate, right, (other_lower, other_upper))
            return [ProductFace(face.left, piece) for piece in pieces]

    def inside(points: np.ndarray) -> np.ndarray:
        return holds(predicate, points, coordinates)

    curve = as_curve(face)
    if curve is not None:
        return list(cut(curve, inside, NODES))

    def level(points: np.ndarray) -> np.ndarray:
        return np.where(inside(points), 1.0, -1.0)

    share = float(inside(draw(face, SAMPLES)).mean())
    return [TrimmedFace(face, level, bounds, face.parts, share)] if share else []
