"""Points of a domain or a face, by the unit cube."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from kerasphys._validation import check_choice, check_int, check_positive_int, message
from kerasphys.geometry.samplers import SAMPLERS, TENSOR_RULES, unit_samples

if TYPE_CHECKING:
    from kerasphys.geometry.faces.face import Face
    from kerasphys.geometry.geometry import Geometry

MOST_CANDIDATES = 2**24


def draw(
    piece: Geometry | Face, n: int, sampler: str = "sobol", seed: int = 0, fewer: bool = False
) -> np.ndarray:
    """Points of a piece, `(n, d)`.

    Where the map of the piece goes to something larger, the points that lie inside are kept, in
    their order, until there are `n`: the first of one low-discrepancy sequence. The tensor rules
    then give the points inside of the finest grid that has at most `n` of them; with `fewer`, they
    do so everywhere.
    """
    n = check_positive_int("n", n)
    sampler = check_choice("sampler", sampler, SAMPLERS)
    seed = check_int("seed", seed, minimum=0)
    if piece.unit_dim == 0 or (piece.fills and not (fewer and sampler in TENSOR_RULES)):
        return _mapped(piece, n, sampler, seed)
    if sampler in TENSOR_RULES:
        return _finest_grid(piece, n, sampler)
    candidates = n
    while True:
        points = _mapped(piece, candidates, sampler, seed)
        points = points[piece.keeps(points)]
        if len(points) >= n:
            return points[:n]
        if candidates >= MOST_CANDIDATES:
            raise ValueError(
                message("n", f"at most {len(points)}, the points found inside {piece!r}", n)
            )
        share = max(len(points), 1) / candidates
        candidates = min(math.ceil(1.1 * n / share) + 16, 64 * candidates, MOST_CANDIDATES)


def _mapped(piece: Geometry | Face, n: int, sampler: str, seed: int) -> np.ndarray:
    return piece.from_unit(unit_samples(n, piece.unit_dim, sampler, seed, piece.periodic_axes))


def _finest_grid(piece: Geometry | Face, n: int, sampler: str) -> np.ndarray:
    """The points inside of the finest tensor grid that has at most `n` of them."""

    def grid(count: int) -> np.ndarray:
        points = _mapped(piece, count**piece.unit_dim, sampler, 0)
        return points[piece.keeps(points)]

    count = max(1, int(n ** (1.0 / piece.unit_dim)))
    best, points = grid(count), grid(count + 1)
    while len(points) <= n:
        count += 1
        best, points = points, grid(count + 1)
    if not len(best):
        raise ValueError(
            message("n", f"larger for a grid that has points inside {piece!r}", n)
            + ' The samplers "sobol", "latin_hypercube" and "uniform" take any n.'
        )
    return best
