"""What a mesh must be: whole cells, side by side, and closed."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasphys._validation import as_real_array, check_array, message
from kerasphys.geometry.meshes.facets import rims

FLAT = 1e-12  # of the volume of a cube around a cell


def check_points(points: Any) -> np.ndarray:
    """Points of the plane or of space, `(n, d)`."""
    points = check_array("points", points, (None, None))
    if points.shape[1] not in (2, 3) or not len(points):
        raise ValueError(message("points", "an array of shape (n, 2) or (n, 3)", points))
    return points


def check_corners(argument: str, value: Any, points: np.ndarray, counts: tuple) -> np.ndarray:
    """Indices of points, `(m, k)` with `k` among `counts`."""
    shape = " or ".join(f"(m, {count})" for count in counts)
    expected = f"an array of indices of points, of shape {shape}"
    corners = as_real_array(argument, value, expected, kinds="iu")
    if corners.ndim != 2 or corners.shape[1] not in counts or not len(corners):
        raise ValueError(message(argument, expected, value))
    if corners.min() < 0 or corners.max() >= len(points):
        expected = f"indices from 0 to {len(points) - 1}"
        raise ValueError(message(argument, expected, int(corners.max())))
    return corners.astype(int)


def check_used(points: np.ndarray, cells: np.ndarray) -> None:
    """Refuses points that belong to no cell."""
    unused = np.setdiff1d(np.arange(len(points)), cells)
    if len(unused):
        raise ValueError(
            f"Argument `points` must be corners of cells. Received: {len(unused)} points that no "
            f"cell uses, the first is {points[unused[0]].tolist()} at index {unused[0]}."
        )


def volumes(points: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Signed areas or volumes of triangles or tetrahedra, `(m,)`; flat ones are refused."""
    edges = points[cells[:, 1:]] - points[cells[:, :1]]
    dim = points.shape[1]
    found = np.linalg.det(edges) / (2.0 if dim == 2 else 6.0)
    size = np.abs(edges).max(axis=(1, 2))
    flat = np.flatnonzero(np.abs(found) <= FLAT * size**dim)
    if len(flat):
        raise ValueError(
            f"Argument `cells` must have a volume each. Received: {len(flat)} degenerate cells, "
            f"the first is cell {flat[0]} with the points {cells[flat[0]].tolist()}."
        )
    return found


def outer_facets(points: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """The facets of one cell only, `(m, d)`; cells that overlap their neighbours are refused.

    Two cells with a common facet lie on different sides of it, unless one is inverted: all cells
    have a positive volume here, so they see the facet run in opposite directions.
    """
    count = cells.shape[1]
    facets = rims(cells).reshape(-1, count - 1)
    _, inverse, uses = np.unique(
        np.sort(facets, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    inverse = inverse.reshape(-1)
    many = np.flatnonzero(uses[inverse] > 2)
    if len(many):
        raise ValueError(
            f"Argument `cells`: at most two may share a facet. Received: {uses.max()} cells at the "
            f"points {facets[many[0]].tolist()}."
        )
    order = np.argsort(inverse, kind="stable")
    pairs = order[uses[inverse[order]] == 2].reshape(-1, 2)
    same = np.flatnonzero(_parity(facets[pairs[:, 0]]) == _parity(facets[pairs[:, 1]]))
    if len(same):
        one, other = pairs[same[0]] // count
        raise ValueError(
            f"Argument `cells` must lie side by side. Received: {len(same)} pairs on the same side "
            f"of their common facet, the first are cells {one} and {other}: one is inverted."
        )
    return facets[uses[inverse] == 1]


def check_closed(points: np.ndarray, facets: np.ndarray) -> None:
    """Refuses a boundary with a hole, with a seam of more than two facets or with a twist."""
    parts = rims(facets)
    dim = facets.shape[1]
    flat = parts.reshape(-1, dim - 1)
    unique, inverse, uses = np.unique(
        np.sort(flat, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    what, cell = ("points", "edge") if dim == 2 else ("edges", "triangle")
    if np.any(uses == 1):
        first = points[unique[np.argmax(uses == 1)]].tolist()
        raise ValueError(
            f"The mesh is not closed: {np.sum(uses == 1)} {what} belong to one {cell} only, the "
            f"first at {first}. Fill the hole."
        )
    if np.any(uses > 2):
        first = points[unique[np.argmax(uses > 2)]].tolist()
        raise ValueError(
            f"The boundary of the mesh touches itself: {np.sum(uses > 2)} {what} belong to more "
            f"than two {cell}s, the first at {first}. Separate the points there."
        )
    direction = _parity(flat) if dim == 3 else np.tile([1, -1], len(facets))
    sums = np.bincount(inverse.reshape(-1), weights=direction)
    if np.any(sums != 0):
        first = points[unique[np.argmax(sums != 0)]].tolist()
        raise ValueError(
            f"The {cell}s of the mesh must run in one direction. Received: neighbours that run in "
            f"different ones at {np.sum(sums != 0)} {what}, the first at {first}."
        )


def _parity(facets: np.ndarray) -> np.ndarray:
    """1 where the corners `(m, k)` are an even permutation of their order, else -1."""
    count = facets.shape[1]
    sign = np.ones(len(facets), dtype=int)
    for i in range(count):
        for j in range(i + 1, count):
            sign *= np.where(facets[:, i] < facets[:, j], 1, -1)
    return sign
