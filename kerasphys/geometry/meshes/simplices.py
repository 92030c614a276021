"""Edges, triangles and tetrahedra: even maps and quadrature."""

from __future__ import annotations

import itertools

import numpy as np
import scipy

from kerasphys.geometry.quadrature import Rule, per_axis


def map_unit(unit: np.ndarray, vertices: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Maps the unit cube, `(n, k)`, evenly to simplices `(m, k + 1, d)` of the given sizes.

    The first coordinate chooses the simplex, by size, and goes on inside it; there the sorted
    coordinates are the bounds of the barycentric ones.
    """
    shares = np.concatenate([[0.0], np.cumsum(sizes)]) / sizes.sum()
    chosen = np.clip(np.searchsorted(shares, unit[:, 0], side="right") - 1, 0, len(sizes) - 1)
    inner = unit.copy()
    inner[:, 0] = (unit[:, 0] - shares[chosen]) / (shares[chosen + 1] - shares[chosen])
    bounds = np.sort(np.clip(inner, 0.0, 1.0), axis=1)
    weights = np.diff(bounds, axis=1, prepend=0.0, append=1.0)
    return np.einsum("nk,nkd->nd", weights[:, ::-1], vertices[chosen])


def simplex_rule(vertices: np.ndarray, sizes: np.ndarray, n: int) -> Rule | None:
    """A Gauss rule in each of some simplices `(m, k + 1, d)`; `None` if `n` is less than `m`.

    The conical product rule: exact for polynomials of degree `2 q - 1` with `q**k` points.

    Reference:
        Stroud, Approximate Calculation of Multiple Integrals, 1971.
    """
    axes = vertices.shape[1] - 1
    if n < len(vertices):
        return None
    count = per_axis(n // len(vertices), axes)
    rules = [scipy.special.roots_jacobi(count, axes - 1 - axis, 0) for axis in range(axes)]
    grid = itertools.product(*[((1.0 + x) / 2.0).tolist() for x, _ in rules])
    places = np.array(list(grid))  # (points, axes)
    left = np.cumprod(1.0 - places, axis=1)
    before = np.concatenate([np.ones((len(places), 1)), left[:, :-1]], axis=1)
    weights = np.concatenate([places * before, left[:, -1:]], axis=1)
    shares = np.ones(1)
    for _, own in rules:
        shares = np.multiply.outer(shares, own / own.sum()).ravel()
    points = np.einsum("pk,mkd->mpd", weights, vertices)
    return points.reshape(-1, vertices.shape[2]), np.outer(sizes, shares).ravel()
