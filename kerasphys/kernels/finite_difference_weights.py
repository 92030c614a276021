"""Weights of finite differences on any points."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_int, check_number, message

T = TypeVar("T", float, Fraction)


def finite_difference_weights(points: ArrayLike, at: float = 0.0, order: int = 1) -> np.ndarray:
    """The weights `w` for which `sum w[i] u(points[i])` approximates a derivative of `u`.

    It is the derivative of the polynomial that takes the given values, so it is exact for
    polynomials of a degree below the number of points.

    Args:
        points: Where the values are, `(n,)`, all different, in any order and at any distances.
        at: Where the derivative is wanted.
        order: Order of the derivative, from 0 (interpolation) to `n - 1`.

    Returns:
        The weights, `(n,)`.

    Raises:
        ValueError: If two points are equal, or there are too few for a derivative of that order.

    Example:
        ```python
        import kerasphys as kp

        # one-sided: u'(0) from the values at 0, 1 and 2
        w = kp.kernels.finite_difference_weights([0.0, 1.0, 2.0], at=0.0, order=1)
        assert w.tolist() == [-1.5, 2.0, -0.5]
        ```

    Reference:
        Fornberg, 1988, https://doi.org/10.1090/S0025-5718-1988-0935077-0
    """
    points = check_array("points", points, (None,))
    if len(np.unique(points)) < len(points):
        raise ValueError(message("points", "different from each other", points.tolist()))
    at = check_number("at", at)
    order = check_int("order", order, minimum=0)
    if order >= len(points):
        cure = f"That takes at least {order + 1} points; there are {len(points)}."
        raise ValueError(message("order", "below the number of points", order, cure))
    return np.array(_fornberg((points - at).tolist(), order, 1.0))


@functools.lru_cache(maxsize=1024)
def weights_at_offsets(offsets: tuple[int, ...], order: int) -> tuple[float, ...]:
    """The weights for points of unit spacing at integer offsets, rounded once."""
    exact = _fornberg([Fraction(offset) for offset in offsets], order, Fraction(1))
    return tuple(float(weight) for weight in exact)


def _fornberg(points: Sequence[T], order: int, one: T) -> list[T]:
    """Fornberg's recursion over the points, for the derivative at zero.

    `weights[m][v]` belongs to the derivative of order `m` and to `points[v]`.
    """
    zero = one - one
    weights = [[zero] * len(points) for _ in range(order + 1)]
    weights[0][0] = one
    last_product = one
    for n in range(1, len(points)):
        orders = range(min(n, order), -1, -1)  # falling: an order needs the old value of the lower
        product = math.prod((points[n] - points[v] for v in range(n)), start=one)
        for m in orders:
            lower = m * weights[m - 1][n - 1] if m else zero
            newest = lower - points[n - 1] * weights[m][n - 1]
            weights[m][n] = last_product * newest / product
        for v in range(n):
            for m in orders:
                lower = m * weights[m - 1][v] if m else zero
                weights[m][v] = (points[n] * weights[m][v] - lower) / (points[n] - points[v])
        last_product = product
    return weights[order]
