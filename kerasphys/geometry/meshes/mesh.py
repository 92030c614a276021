"""A domain given by a mesh."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from kerasphys._registry import serializable
from kerasphys._validation import message
from kerasphys.geometry._arrays import between
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.geometry import Geometry
from kerasphys.geometry.meshes.facet_group import FacetGroup
from kerasphys.geometry.meshes.facets import Facets
from kerasphys.geometry.meshes.mesh_checks import (
    check_closed,
    check_corners,
    check_points,
    check_used,
    outer_facets,
    volumes,
)
from kerasphys.geometry.meshes.mesh_file import read_mesh
from kerasphys.geometry.meshes.simplices import map_unit, simplex_rule
from kerasphys.geometry.predicate import check_predicate, holds
from kerasphys.geometry.quadrature import Rule
from kerasphys.geometry.region import check_coordinates
from kerasphys.geometry.samplers import check_unit


@serializable
class Mesh(Geometry):
    """A domain that consists of cells, or is enclosed by a surface or a line of facets.

    The facets that belong to one cell only are the boundary, the part `"boundary"`. Points are
    spread evenly over the cells; in the inside of a closed surface or line they are those of the
    box around it that lie inside. Grids are regular in space in the second case only.

    Args:
        points: Array `(n, 2)` or `(n, 3)`.
        cells: Indices of the points of each cell, counted from 0: triangles `(m, 3)` in the plane
            or tetrahedra `(m, 4)` in space, in any orientation; or edges `(m, 2)` in the plane or
            triangles `(m, 3)` in space that form a closed boundary and all run in one direction.
        parts: For each further name a part of the boundary: the indices of the points of its
            facets, `(k, 2)` or `(k, 3)`, or a NumPy function of some coordinates, which is true at
            the centers of its facets.
        names: Names of the coordinates; by default as many of x, y, z as there are.

    Raises:
        ValueError: If a cell is degenerate, inverted or names a point that does not exist, if a
            point belongs to no cell, or if the boundary is not closed.

    Example:
        ```python
        import kerasphys as kp

        square = kp.geometry.Mesh(
            [(0, 0), (1, 0), (1, 1), (0, 1)],
            [(0, 1, 2), (0, 2, 3)],
            parts={"inlet": lambda x: x == 0},
        )
        assert square.measure == 1.0
        assert square.boundary("inlet").normals([[0.0, 0.5]]).tolist() == [[-1.0, 0.0]]
        ```
    """

    def __init__(
        self,
        points: np.ndarray | Sequence,
        cells: np.ndarray | Sequence,
        parts: Mapping[str, np.ndarray | Sequence | Callable] | None = None,
        names: Sequence[str] | None = None,
    ):
        self.points = check_points(points)
        dim = self.points.shape[1]
        self.cells = check_corners("cells", cells, self.points, (dim, dim + 1))
        self.names = self.coordinates = check_coordinates(
            "names", tuple("xyz"[:dim]) if names is None else names, dim
        )
        check_used(self.points, self.cells)
        self.fills = self.cells.shape[1] == dim + 1
        if self.fills:
            signed = volumes(self.points, self.cells)
            turned = np.where(signed[:, None] > 0.0, self.cells, _turned(self.cells))
            self._sizes = np.abs(signed)
            corners = outer_facets(self.points, turned)
        else:
            corners = self.cells
        check_closed(self.points, corners)
        self._facets = Facets(self.points, corners)
        if not self.fills and self._enclosed() < 0.0:
            self._facets = Facets(self.points, _turned(corners))
        self._named = self._check_parts({} if parts is None else parts)

    @classmethod
    def read(
        cls,
        path: str | os.PathLike,
        names: Sequence[str] | None = None,
        parts: Mapping[str, np.ndarray | Sequence | Callable] | None = None,
    ) -> Mesh:
        """A mesh from a file, in any format that meshio reads (Gmsh, VTK, STL, Abaqus and others).

        The named groups of facets in the file become parts of the boundary. Points that no cell
        uses are left out; a plane mesh in space loses the coordinate that is constant.

        Args:
            path: The file.
            names: Names of the coordinates.
            parts: Further parts; see the constructor.

        Raises:
            ImportError: If meshio is missing: `pip install kerasphys[geometry]`.
            ValueError: If the file cannot be read, has cells of other kinds, or holds no mesh that
                the constructor takes.
        """
        points, cells, groups = read_mesh(path)
        return cls(points, cells, {**groups, **({} if parts is None else parts)}, names)

    @functools.cached_property
    def measure(self) -> float:
        return float(self._sizes.sum()) if self.fills else self._enclosed()

    @property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        return self.points.min(axis=0), self.points.max(axis=0)

    @functools.cached_property
    def faces(self) -> tuple[Face, ...]:
        """The facets, those of the same parts together."""
        member = np.zeros((len(self._facets.corners), len(self._named)), dtype=bool)
        for column, facets in enumerate(self._named.values()):
            member[facets, column] = True
        kinds, which = np.unique(member, axis=0, return_inverse=True)
        which = which.reshape(-1)
        return tuple(
            FacetGroup(
                self._facets,
                np.flatnonzero(which == index),
                (*(name for name, has in zip(self._named, kind, strict=True) if has), "boundary"),
            )
            for index, kind in enumerate(kinds)
        )

    def signed_distance(self, points: np.ndarray) -> np.ndarray:
        return self._facets.signed_distance(self._check_points(points))

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        unit = check_unit(unit, self.dim)
        if self.fills:
            return map_unit(unit, self.points[self.cells], self._sizes)
        return between(*self.bounds, unit)

    def rule(self, n: int) -> Rule:
        cells = simplex_rule(self.points[self.cells], self._sizes, n) if self.fills else None
        return cells or super().rule(n)

    def get_config(self) -> dict[str, Any]:
        corners = self._facets.corners
        return {
            "points": self.points.tolist(),
            "cells": self.cells.tolist(),
            "parts": {name: corners[facets].tolist() for name, facets in self._named.items()}
            or None,
            "names": list(self.names),
        }

    def __repr__(self) -> str:
        kinds = {2: "edges", 3: "triangles", 4: "tetrahedra"}
        kind = kinds[self.cells.shape[1]]
        return f"<Mesh of {len(self.cells)} {kind} in ({', '.join(self.names)})>"

    def _enclosed(self) -> float:
        """The volume inside the boundary, negative if its facets are turned inwards."""
        origin = self.points[0]
        heights = np.sum((self._facets.centers - origin) * self._facets.normals, axis=1)
        return float(heights @ self._facets.sizes) / self.dim

    def _check_parts(self, parts: Any) -> dict[str, np.ndarray]:
        if not isinstance(parts, Mapping):
            raise TypeError(message("parts", "a dict of facets by name", parts))
        facets = self._facets
        known = {tuple(sorted(corners)): i for i, corners in enumerate(facets.corners.tolist())}
        checked = {}
        for name, wanted in parts.items():
            if not isinstance(name, str) or name in ("boundary", *self.names):
                raise ValueError(message("parts", "a dict of new names", parts))
            argument = f"parts[{name!r}]"
            if callable(wanted):
                predicate = check_predicate(argument, wanted, self.names)
                (found,) = np.nonzero(holds(predicate, facets.centers, self.names))
            else:
                corners = check_corners(argument, wanted, self.points, (self.dim,)).tolist()
                found = np.array([known.get(tuple(sorted(facet)), -1) for facet in corners])
                inner = np.flatnonzero(found < 0)
                if len(inner):
                    raise ValueError(
                        f"Argument `{argument}` must be facets of the boundary. Received: "
                        f"{len(inner)} others, the first has the points {corners[inner[0]]}."
                    )
            if not len(found):
                raise ValueError(message(argument, "some facets of the boundary", wanted))
            checked[name] = np.unique(found)
        return checked


def _turned(cells: np.ndarray) -> np.ndarray:
    """The same cells in the other orientation."""
    return np.concatenate([cells[:, 1::-1], cells[:, 2:]], axis=1)
