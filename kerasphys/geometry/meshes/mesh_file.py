"""Meshes from files, through meshio."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

from kerasphys._validation import message

CORNERS = {"line": 2, "triangle": 3, "tetra": 4}
IGNORED = ("vertex",)


def read_mesh(path: Any) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """The points, the cells and the named groups of facets of a mesh file.

    Args:
        path: The file.

    Returns:
        Points `(n, d)`, cells `(m, k)`, and for each group of facets their points.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(message("path", "the path of a mesh file", path))
    if not os.path.isfile(path):
        raise ValueError(message("path", "an existing file", os.fspath(path)))
    try:
        import meshio
    except ImportError as error:
        raise ImportError(
            "Reading mesh files needs meshio: pip install kerasphys[geometry]."
        ) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of its guess whether STL is binary
            mesh = meshio.read(path)
    except (Exception, SystemExit) as error:  # the latter where none of its readers fits
        raise ValueError(
            f"The file {os.fspath(path)!r} cannot be read as a mesh: {error}."
        ) from error
    others = sorted({block.type for block in mesh.cells} - {*CORNERS, *IGNORED})
    if others:
        raise ValueError(
            f"The mesh in {os.fspath(path)!r} must consist of triangles or tetrahedra. Received: "
            f"cells of the kinds {', '.join(others)}. Save it with straight simplices."
        )
    points = _in_the_plane(np.asarray(mesh.points, dtype=np.float64))
    kinds = {block.type for block in mesh.cells} - set(IGNORED)
    if not kinds:
        raise ValueError(f"The file {os.fspath(path)!r} has no cells.")
    top = max(CORNERS[kind] for kind in kinds)
    dim = points.shape[1]
    cells = np.concatenate([block.data for block in mesh.cells if CORNERS.get(block.type) == top])
    groups = {name: facets for name, facets in _groups(mesh, dim).items() if top > dim}
    if top <= dim:
        points, cells = _merged(points, cells)
    return _used(points, cells, groups)


def _in_the_plane(points: np.ndarray) -> np.ndarray:
    """Points of a plane mesh without the coordinate that is constant."""
    if points.shape[1] < 3:
        return points
    extent = np.ptp(points, axis=0)
    flat = extent <= 1e-12 * extent.max()
    return points[:, ~flat] if flat.sum() == 1 else points


def _merged(points: np.ndarray, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each place once: the files of some formats repeat the points of every triangle."""
    places, inverse = np.unique(points, axis=0, return_inverse=True)
    return places, inverse.reshape(-1)[cells]


def _used(
    points: np.ndarray, cells: np.ndarray, groups: dict[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Without the points that belong to no cell, and the groups that have some of those."""
    used = np.unique(cells)
    number = np.full(len(points), -1)
    number[used] = np.arange(len(used))
    kept = {name: number[facets] for name, facets in groups.items()}
    return points[used], number[cells], {n: f for n, f in kept.items() if (f >= 0).all()}


def _groups(mesh: Any, count: int) -> dict[str, np.ndarray]:
    """The named groups of cells with `count` corners."""
    found: dict[str, list[np.ndarray]] = {}
    tags = mesh.cell_data.get("gmsh:physical", [None] * len(mesh.cells))
    for name, (tag, dim) in mesh.field_data.items():
        for block, own in zip(mesh.cells, tags, strict=True):
            if CORNERS.get(block.type) == count and dim == count - 1 and own is not None:
                found.setdefault(name, []).append(block.data[own == tag])
    for name, sets in mesh.cell_sets.items():
        if name in found or name.startswith("gmsh:"):
            continue
        for block, members in zip(mesh.cells, sets, strict=True):
            if CORNERS.get(block.type) == count and members is not None:
                found.setdefault(name, []).append(block.data[np.asarray(members, dtype=int)])
    joined = {name: np.concatenate(blocks) for name, blocks in found.items()}
    return {name: facets for name, facets in joined.items() if len(facets)}
