"""Closed boundaries of edges or triangles: distances, sides and normals."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np
import scipy

PAIRS = 2**20  # of a point and a facet, compared at once


class Facets:
    """The oriented boundary of a domain: edges in the plane or triangles in space.

    Args:
        points: Array `(n, d)`.
        corners: Indices of the corners of each facet, `(m, d)`. Edges have the domain on their
            left; triangles run counterclockwise as seen from outside.
    """

    def __init__(self, points: np.ndarray, corners: np.ndarray):
        self.points = points
        self.corners = corners
        self.vertices = points[corners]  # (facets, corners, d)
        crossed = area_vectors(self.vertices)
        self.sizes = np.linalg.norm(crossed, axis=1)
        self.normals = crossed / self.sizes[:, None]
        self.centers = self.vertices.mean(axis=1)
        self.reach = float(np.linalg.norm(self.vertices - self.centers[:, None], axis=2).max())

    def nearest(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The nearest facet of each point `(n, d)`.

        Returns:
            Its index `(n,)`, the way from its nearest place to the point `(n, d)`, and the
            barycentric coordinates of that place `(n, d)`.
        """
        facet = np.empty(len(points), dtype=int)
        way, weights = np.empty_like(points), np.empty_like(points)
        for rows, pairs, index in self._candidates(points):
            place, shares = closest(points[pairs], self.vertices[index])
            apart = points[pairs] - place
            order = np.lexsort([np.sum(apart**2, axis=1), pairs])
            first = order[np.unique(pairs[order], return_index=True)[1]]
            facet[rows], way[rows], weights[rows] = index[first], apart[first], shares[first]
        return facet, way, weights

    def signed_distance(self, points: np.ndarray) -> np.ndarray:
        """The distance of points `(n, d)` to the closed boundary, negative inside, `(n,)`.

        Reference:
            Baerentzen and Aanaes, 2005, https://doi.org/10.1109/TVCG.2005.49
        """
        facet, way, weights = self.nearest(points)
        outside = np.sum(way * self._pseudonormals(facet, weights), axis=1) > 0.0
        distance = np.linalg.norm(way, axis=1)
        return np.where(outside, distance, -distance)

    def _candidates(self, points: np.ndarray) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Pairs of a point and a facet that may be its nearest, for a few points at a time.

        The nearest facet is no farther than any other, and its center no farther than its reach
        beyond that.
        """
        start, count = 0, 256
        while start < len(points):
            rows = slice(start, min(start + count, len(points)))
            few = min(4, len(self.centers))
            _, some = self._tree.query(points[rows], k=[*range(1, few + 1)])
            repeated = np.repeat(points[rows], few, axis=0)
            place, _ = closest(repeated, self.vertices[some.ravel()])
            bound = np.linalg.norm(repeated - place, axis=1).reshape(-1, few).min(axis=1)
            radius = (bound + self.reach) * (1.0 + 1e-9)
            found = self._tree.query_ball_point(points[rows], radius)
            lengths = np.array([len(index) for index in found])
            pairs = np.repeat(np.arange(rows.start, rows.stop), lengths)
            yield rows, pairs, np.concatenate([np.asarray(index, int) for index in found])
            start = rows.stop
            count = int(np.clip(PAIRS / max(lengths.mean(), 1.0), 1, 65536))

    def _pseudonormals(self, facet: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Vectors whose product with the way from the nearest place tells inside from outside.

        In a facet its normal; on an edge of two triangles the sum of theirs; at a corner the sum
        weighted by angles.
        """
        towards = self.normals[facet]
        on_rim = weights > 0.0
        corner = on_rim.sum(axis=1) == 1
        at = self.corners[facet[corner], on_rim[corner].argmax(axis=1)]
        towards[corner] = self._corner_normals[at]
        if self.corners.shape[1] == 3:
            edge = on_rim.sum(axis=1) == 2
            opposite = (~on_rim[edge]).argmax(axis=1)
            towards[edge] += self.normals[self._neighbours[facet[edge], opposite]]
        return towards

    @functools.cached_property
    def _tree(self) -> Any:
        return scipy.spatial.cKDTree(self.centers)

    @functools.cached_property
    def _corner_normals(self) -> np.ndarray:
        total = np.zeros_like(self.points)
        weights = np.ones(self.corners.shape)
        if self.corners.shape[1] == 3:
            sides = np.roll(self.vertices, -1, axis=1) - self.vertices
            sides /= np.linalg.norm(sides, axis=2, keepdims=True)
            turns = -np.sum(sides * np.roll(sides, 1, axis=1), axis=2)
            weights = np.arccos(np.clip(turns, -1.0, 1.0))
        np.add.at(total, self.corners, weights[..., None] * self.normals[:, None])
        return total

    @functools.cached_property
    def _neighbours(self) -> np.ndarray:
        """For each triangle and corner the triangle across the opposite edge, `(m, 3)`."""
        edges = np.sort(rims(self.corners).reshape(-1, 2), axis=1)
        order = np.lexsort(edges.T)
        other = np.empty(len(edges), dtype=int)
        other[order[::2]], other[order[1::2]] = order[1::2], order[::2]
        return other.reshape(-1, 3) // 3


def area_vectors(vertices: np.ndarray) -> np.ndarray:
    """Vectors along the normals of facets `(m, d, d)`, as long as their lengths or areas."""
    along = vertices[:, 1:] - vertices[:, :1]
    if vertices.shape[2] == 2:
        return np.stack([along[:, 0, 1], -along[:, 0, 0]], axis=1)
    return np.cross(along[:, 0], along[:, 1]) / 2.0


def rims(corners: np.ndarray) -> np.ndarray:
    """The simplices around each simplex: without its first corner, its second and so on.

    Those of a triangle or edge run as it does, those of a tetrahedron of positive volume
    counterclockwise as seen from outside.
    """
    count = corners.shape[1]
    if count == 4:
        return corners[:, [[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]]]
    if count == 3:
        return corners[:, [[1, 2], [2, 0], [0, 1]]]
    return corners[:, [[1], [0]]]


def closest(points: np.ndarray, vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nearest places on edges or triangles.

    Args:
        points: Array `(n, d)`.
        vertices: For each point one facet, `(n, d, d)`.

    Returns:
        The places `(n, d)` and their barycentric coordinates `(n, d)`, zero beyond a rim.

    Reference:
        Ericson, Real-Time Collision Detection, 2005, section 5.1.5.
    """
    a, b, *rest = vertices.swapaxes(0, 1)
    if not rest:
        along = b - a
        share = np.sum((points - a) * along, axis=1) / np.sum(along**2, axis=1)
        share = np.clip(share, 0.0, 1.0)
        weights = np.stack([1.0 - share, share], axis=1)
    else:
        weights = _closest_on_triangle(points, a, b, rest[0])
    return np.einsum("nk,nkd->nd", weights, vertices), weights


def _closest_on_triangle(p: np.ndarray, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Barycentric coordinates `(n, 3)`, by the region of the plane that the point projects to."""

    def dots(corner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        to = p - corner
        return np.sum((b - a) * to, axis=1), np.sum((c - a) * to, axis=1)

    (d1, d2), (d3, d4), (d5, d6) = dots(a), dots(b), dots(c)
    va, vb, vc = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
    zero, one = np.zeros(len(p)), np.ones(len(p))

    def share(part: np.ndarray, rest: np.ndarray) -> np.ndarray:
        total = part + rest
        return part / np.where(total == 0.0, 1.0, total)

    ab, ac, bc = share(d1, -d3), share(d2, -d6), share(d4 - d3, d5 - d6)
    total = np.where(va + vb + vc == 0.0, 1.0, va + vb + vc)
    regions = [
        ((d1 <= 0.0) & (d2 <= 0.0), (one, zero, zero)),
        ((d3 >= 0.0) & (d4 <= d3), (zero, one, zero)),
        ((d6 >= 0.0) & (d5 <= d6), (zero, zero, one)),
        ((vc <= 0.0) & (d1 >= 0.0) & (d3 <= 0.0), (1.0 - ab, ab, zero)),
        ((vb <= 0.0) & (d2 >= 0.0) & (d6 <= 0.0), (1.0 - ac, zero, ac)),
        ((va <= 0.0) & (d4 >= d3) & (d5 >= d6), (zero, 1.0 - bc, bc)),
    ]
    inside = (va / total, vb / total, vc / total)
    masks = [mask for mask, _ in regions]
    return np.stack(
        [np.select(masks, [values[k] for _, values in regions], inside[k]) for k in range(3)],
        axis=1,
    )
