"""Integrals over regions: quadrature points and their weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kerasphys._validation import check_positive_int, message
from kerasphys.geometry.drawing import draw

if TYPE_CHECKING:
    from kerasphys.geometry.faces.face import Face
    from kerasphys.geometry.geometry import Geometry
    from kerasphys.geometry.region import Region

PANEL = 32  # Gauss points in one piece of an axis

Rule = tuple[np.ndarray, np.ndarray]


def quadrature(region: Region, n: int) -> Rule:
    """Points and weights such that `weights @ f(points)` is the integral of `f` over a region.

    On intervals, boxes, their faces and products the rule is Gauss-Legendre's, with as many points
    along each axis, in panels of at most 32: for a smooth function the error falls exponentially
    with that number. Around a circle it has equal steps, and on a disk Gauss points in the square
    of the radius. Elsewhere it is the beginning of a low-discrepancy sequence with equal weights,
    whose error falls about as `1/n`. The weights are positive and add up to the measure of the
    region.

    Args:
        region: A domain, a part of its boundary, or a cloud, whose points all have the weight 1.
        n: Positive integer: the most points, yet each face of a boundary has at least one.

    Returns:
        The points `(m, d)` and the weights `(m,)`.

    Raises:
        TypeError: If `region` is no region.
        ValueError: If `n` is not positive.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        plate = kp.geometry.Box((0, 0), (2, 1))
        points, weights = kp.geometry.quadrature(plate, 64)
        x, y = points.T
        assert np.isclose(weights @ (x**3 * y), 2.0)
        ```
    """
    from kerasphys.geometry.region import Region

    if not isinstance(region, Region):
        raise TypeError(message("region", "a region", region))
    return region.rule(check_positive_int("n", n))


def gauss_rule(piece: Geometry | Face, n: int) -> Rule:
    """A tensor rule of at most `n` points, for a piece whose map from the cube is smooth.

    That map takes equal volumes to equal volumes, so the weights of the cube stay those of the
    piece, up to its measure. Periodic axes have equal steps, which are exact for the low modes.
    """
    count = per_axis(n, piece.unit_dim)
    nodes, weights = [np.zeros((1, 0))], [np.ones(1)]
    for axis in range(piece.unit_dim):
        if axis in piece.periodic_axes:
            x, w = np.arange(count) / count, np.full(count, 1.0 / count)
        else:
            x, w = unit_gauss(count)
        nodes.append(x[:, np.newaxis])
        weights.append(w)
    return piece.from_unit(_pairs(nodes)), piece.measure * _products(weights)


def unit_gauss(count: int) -> Rule:
    """The points `(m,)` and weights `(m,)` of at most `count` Gauss points on `[0, 1]`.

    More than `PANEL` are spread over equal panels: to find many at once takes long.
    """
    panels = -(-count // PANEL)
    x, w = np.polynomial.legendre.leggauss(count // panels)
    first = np.arange(panels)[:, np.newaxis]
    return ((first + (1.0 + x) / 2.0) / panels).ravel(), np.tile(w / (2.0 * panels), panels)


def sampled_rule(piece: Geometry | Face, n: int) -> Rule:
    """The first `n` points of a low-discrepancy sequence, with equal weights."""
    return draw(piece, n), np.full(n, piece.measure / n)


def product_rule(factors: Sequence[Geometry | Face], n: int) -> Rule:
    """All pairs of the points of some factors, which share `n` by their dimensions."""
    axes = sum(factor.unit_dim for factor in factors)
    rules = [factor.rule(per_axis(n, axes) ** factor.unit_dim) for factor in factors]
    points, weights = zip(*rules, strict=True)
    return _pairs(points), _products(weights)


def joined_rule(pieces: Sequence[Geometry | Face], counts: Sequence[int]) -> Rule:
    """The rules of the pieces of a region, one after the other."""
    rules = [piece.rule(max(count, 1)) for piece, count in zip(pieces, counts, strict=True)]
    points, weights = zip(*rules, strict=True)
    return np.concatenate(points), np.concatenate(weights)


def per_axis(n: int, axes: int) -> int:
    """The most points along each of some axes, such that there are at most `n`."""
    count = round(n ** (1.0 / axes)) if axes else 1
    return max(count - (count**axes > n), 1)


def _pairs(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Every row of the first beside every row of the second, and so on; the first is slowest."""
    indices = np.meshgrid(*(np.arange(len(part)) for part in parts), indexing="ij")
    return np.hstack([part[index.ravel()] for part, index in zip(parts, indices, strict=True)])


def _products(weights: Sequence[np.ndarray]) -> np.ndarray:
    total = np.ones(1)
    for own in weights:
        total = np.multiply.outer(total, own).ravel()
    return total
