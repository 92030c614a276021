"""Gaussian kernels and their derivatives."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kerasphys._validation import check_positive, message
from kerasphys.kernels._checks import Orders, check_dims, check_per_axis, check_terms, outer

_NARROWEST = 0.25  # in points: what is narrower is a single one


def gaussian(
    sigma: float | Sequence[float],
    spacing: float | Sequence[float] = 1.0,
    dims: int = 1,
    truncate: float = 6.0,
) -> np.ndarray:
    """A Gaussian as a kernel: it removes what is finer than `sigma` and keeps the mean.

    It multiplies a wave of wavenumber `k` by `exp(-sigma² k² / 2)`: from `sigma = spacing` on that
    holds to six digits for waves of ten points and more. It is sampled on the grid and divided by
    its sum, which is then 1.

    Args:
        sigma: Positive number, the standard deviation in the unit of the coordinates, at least a
            quarter of `spacing`; or one for each axis.
        spacing: Positive number, the distance of the points, or one for each axis.
        dims: The number of axes, 1 to 3.
        truncate: Positive number, the distance in units of `sigma` at which the kernel ends.

    Returns:
        The kernel, of `dims` axes, positive, of sum 1.

    Raises:
        ValueError: If an argument is out of range.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        g = kp.kernels.gaussian(sigma=0.2, spacing=0.1)
        x = 0.1 * (np.arange(g.size) - g.size // 2)
        assert abs(np.sum(g * np.cos(5 * x)) - np.exp(-0.5)) < 1e-6
        ```
    """
    return gaussian_derivative(sigma, (0,) * check_dims("dims", dims), spacing, truncate)


def gaussian_derivative(
    sigma: float | Sequence[float],
    order: Orders = 1,
    spacing: float | Sequence[float] = 1.0,
    truncate: float = 6.0,
) -> np.ndarray:
    """A kernel that gives a derivative of what `gaussian` would leave: a smoothed difference.

    Along an axis it is a polynomial times a Gaussian, as the derivatives of a Gaussian are. The
    polynomial is the one that is orthogonal to all lower ones on the grid, instead of a Hermite
    polynomial, which is so on the line: the sum is 0, and `x**order` is differentiated exactly
    however coarse the grid. Negative on the left and positive on the right for order 1.

    Args:
        sigma: Positive number, the standard deviation in the unit of the coordinates, at least a
            quarter of `spacing`; or one for each axis.
        order: The derivative, as in `stencil`: `1`, `(1, 0)`, or `{(2, 0): 1.0, (0, 2): 1.0}`, the
            Laplacian of a Gaussian.
        spacing: Positive number, the distance of the points, or one for each axis.
        truncate: Positive number, the distance in units of `sigma` at which the kernel ends.

    Returns:
        The kernel, of as many axes as `order` names.

    Raises:
        ValueError: If an argument is out of range.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        g = kp.kernels.gaussian_derivative(sigma=0.2, spacing=0.1)
        x = 0.1 * (np.arange(g.size) - g.size // 2)
        np.testing.assert_allclose([np.sum(g), np.sum(g * x)], [0.0, 1.0], atol=1e-15)
        ```
    """
    terms = check_terms("order", order)
    rank = len(next(iter(terms)))
    sigma = check_per_axis("sigma", sigma, rank, check_positive)
    spacing = check_per_axis("spacing", spacing, rank, check_positive)
    truncate = check_positive("truncate", truncate)
    for width, h in zip(sigma, spacing, strict=True):
        if width < _NARROWEST * h:
            cure = f"A spacing of {h} does not resolve it."
            raise ValueError(message("sigma", f"at least {_NARROWEST * h:g}", width, cure))
    highest = np.max(list(terms), axis=0)
    grids = [
        _points(width / h, truncate, n) for width, h, n in zip(sigma, spacing, highest, strict=True)
    ]
    return np.sum(
        [
            coefficient
            * outer(
                [
                    _one_axis(points, width / h, n) / h**n
                    for points, width, h, n in zip(grids, sigma, spacing, orders, strict=True)
                ]
            )
            for orders, coefficient in terms.items()
        ],
        axis=0,
    )


def _points(sigma: float, truncate: float, order: int) -> np.ndarray:
    """The offsets that the kernel reaches, enough of them for the derivative."""
    reach = max(math.ceil(truncate * sigma), (order + 1) // 2, 1)
    return np.arange(-reach, reach + 1.0)


def _one_axis(points: np.ndarray, sigma: float, order: int) -> np.ndarray:
    """Orthogonal polynomials by their recurrence; odd terms vanish by symmetry."""
    weight = np.exp(-((points / sigma) ** 2) / 2)
    before, now = np.zeros_like(points), np.ones_like(points)
    ratio, norm = 0.0, weight.sum()
    for _ in range(order):
        before, now = now, points * now - ratio * before
        ratio, norm = np.sum(weight * now**2) / norm, np.sum(weight * now**2)
    return math.factorial(order) / norm * weight * now
