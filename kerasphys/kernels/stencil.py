"""Finite-difference stencils as kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasphys._validation import check_choice, check_positive, check_positive_int
from kerasphys.kernels._checks import (
    Orders,
    check_accuracy,
    check_dims,
    check_per_axis,
    check_terms,
    outer,
)
from kerasphys.kernels.finite_difference_weights import weights_at_offsets

SIDES = ("central", "forward", "backward")


def stencil(
    order: Orders,
    accuracy: int = 2,
    spacing: float | Sequence[float] = 1.0,
    side: str | Sequence[str] = "central",
) -> np.ndarray:
    """A finite-difference stencil as a kernel: an array with the offset zero in its middle.

    `sum g[m] u[i + m]` is the derivative at the point `i`, with an error of order
    `spacing**accuracy`. A stencil of several axes is the product of those of one axis.

    Args:
        order: The derivative: an order for a grid of one axis; a tuple of orders, one for each
            axis, `(1, 1)` for `u_xy`; or a dict of such orders and their coefficients, which are
            added up, `{(1, 0): -2.0, (2, 0): 0.1, (0, 2): 0.1}`.
        accuracy: Positive integer, even for central stencils.
        spacing: Positive number, the distance of the points, or one for each axis.
        side: `"central"`, `"forward"` (points at and after `i` only) or `"backward"`, or one for
            each axis.

    Returns:
        The kernel, of as many axes as the grid, with an odd length along each.

    Raises:
        ValueError: If an argument is out of range.

    Example:
        ```python
        import kerasphys as kp

        assert kp.kernels.stencil(2).tolist() == [1.0, -2.0, 1.0]
        assert kp.kernels.stencil(1, side="forward").tolist() == [0.0, 0.0, -1.5, 2.0, -0.5]
        assert kp.kernels.stencil((1, 1)).tolist()[0] == [0.25, 0.0, -0.25]
        ```

    Reference:
        Fornberg, 1988, https://doi.org/10.1090/S0025-5718-1988-0935077-0
    """
    terms = check_terms("order", order)
    rank = len(next(iter(terms)))
    spacing = check_per_axis("spacing", spacing, rank, check_positive)
    side = check_per_axis("side", side, rank, _check_side)
    accuracy = check_positive_int("accuracy", accuracy)
    if "central" in side:
        accuracy = check_accuracy("accuracy", accuracy)
    parts = [
        coefficient
        * outer(
            [_one_axis(n, accuracy, h, s) for n, h, s in zip(orders, spacing, side, strict=True)]
        )
        for orders, coefficient in terms.items()
    ]
    shape = np.max([part.shape for part in parts], axis=0)
    return np.sum([_centred(part, shape) for part in parts], axis=0)


def laplacian(dims: int, accuracy: int = 2, spacing: float | Sequence[float] = 1.0) -> np.ndarray:
    """The stencil of the Laplacian: second differences along each axis, added up.

    Args:
        dims: The number of axes, 1 to 3.
        accuracy: Even positive integer.
        spacing: Positive number, the distance of the points, or one for each axis.

    Returns:
        The kernel, `(1 + accuracy,) * dims`, zero away from the axes.

    Raises:
        ValueError: If an argument is out of range.

    Example:
        ```python
        import kerasphys as kp

        five_point = kp.kernels.laplacian(2)
        assert five_point.tolist() == [[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]]
        ```
    """
    dims = check_dims("dims", dims)
    orders = 2 * np.eye(dims, dtype=int)
    terms = {tuple(row): 1.0 for row in orders.tolist()}
    return stencil(terms, check_accuracy("accuracy", accuracy), spacing)


def central_offsets(order: int, accuracy: int) -> tuple[int, ...]:
    """Where the points of a central stencil are."""
    reach = (order + 1) // 2 - 1 + accuracy // 2 if order else 0
    return tuple(range(-reach, reach + 1))


def _one_axis(order: int, accuracy: int, spacing: float, side: str) -> np.ndarray:
    if side == "central" or order == 0:
        offsets = central_offsets(order, accuracy)
    else:
        offsets = tuple(range(order + accuracy))
        offsets = offsets if side == "forward" else tuple(-offset for offset in offsets)
    reach = max(map(abs, offsets))
    kernel = np.zeros(2 * reach + 1)
    kernel[np.array(offsets) + reach] = weights_at_offsets(offsets, order)
    return kernel / spacing**order


def _centred(kernel: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """The kernel with zeros around it."""
    widths = (shape - kernel.shape) // 2
    return np.pad(kernel, [(width, width) for width in widths])


def _check_side(argument: str, value: Any) -> str:
    return check_choice(argument, value, SIDES)
