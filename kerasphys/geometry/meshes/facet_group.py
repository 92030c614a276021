"""Facets of a mesh that belong to the same parts."""

from __future__ import annotations

import numpy as np

from kerasphys.geometry._arrays import slack
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.faces.segment import Segment
from kerasphys.geometry.meshes.facets import Facets
from kerasphys.geometry.meshes.simplices import map_unit, simplex_rule
from kerasphys.geometry.quadrature import Rule


class FacetGroup(Face):
    """Some facets of the boundary of a mesh, as one face.

    Args:
        facets: The boundary of the mesh.
        members: The indices of the facets that belong to the group, `(m,)`.
        parts: The names of the parts that they belong to.
    """

    def __init__(self, facets: Facets, members: np.ndarray, parts: tuple[str, ...]):
        self.facets = Facets(facets.points, facets.corners[members])
        self.parts = parts
        self.dim = facets.points.shape[1]
        self.unit_dim = self.dim - 1
        self.measure = float(self.facets.sizes.sum())
        self.bounds = facets.points.min(axis=0), facets.points.max(axis=0)

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        return map_unit(unit, self.facets.vertices, self.facets.sizes)

    def contains(self, points: np.ndarray, tolerance: float) -> np.ndarray:
        _, way, _ = self.facets.nearest(points)
        return np.linalg.norm(way, axis=1) <= slack(*self.bounds, tolerance).max()

    def normals(self, points: np.ndarray) -> np.ndarray:
        facet, _, _ = self.facets.nearest(points)
        return self.facets.normals[facet]

    def rule(self, n: int) -> Rule:
        return simplex_rule(self.facets.vertices, self.facets.sizes, n) or super().rule(n)

    @property
    def pieces(self) -> tuple[Face, ...]:
        """In the plane the edges."""
        if self.dim > 2:
            return (self,)
        return tuple(Segment(start, end, self.parts) for start, end in self.facets.vertices)
