"""The differential operator that a kernel stands for."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_int, check_positive, message
from kerasphys.kernels._checks import check_kernel, check_per_axis, check_terms

Terms = dict[tuple[int, ...], float]


@dataclass(frozen=True)
class DifferentialOperator:
    """What a kernel does to a smooth function: derivatives, and the first terms of its error.

    Args:
        coefficients: The derivatives, by their orders along the axes: `{(2, 0): 1.0, (0, 2): 1.0}`
            is the Laplacian, order `(0, 0)` the function itself.
        remainder: The terms of lowest order that the kernel adds to them, all of one total order;
            empty if it adds none.

    Raises:
        ValueError: If `remainder` is not of a higher order than `coefficients`.

    Example:
        ```python
        import kerasphys as kp

        kernel = kp.kernels.stencil(2, spacing=0.1)
        print(kp.kernels.operator_of(kernel, spacing=0.1))  # 1 u_xx + 0.000833333 u_xxxx + ...
        ```
    """

    coefficients: Terms
    remainder: Terms = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("coefficients", "remainder"):
            given = getattr(self, name)
            if not isinstance(given, Mapping):
                raise TypeError(message(name, "a dict of derivatives", given))
            checked = check_terms(name, given) if given or name == "coefficients" else {}
            object.__setattr__(self, name, checked)
        rank = len(next(iter(self.coefficients)))
        totals = {sum(orders) for orders in self.remainder}
        ranks = {len(orders) for orders in self.remainder}
        if len(totals) > 1 or any(total <= self.order for total in totals) or ranks - {rank}:
            expected = f"of one total order above {self.order}, on a grid of rank {rank}"
            raise ValueError(message("remainder", expected, self.remainder))

    @property
    def order(self) -> int:
        """The highest total order of the derivatives."""
        return max(sum(orders) for orders in self.coefficients)

    @property
    def accuracy(self) -> int | None:
        """By how much the order of the remainder is higher; `None` where there is none.

        For derivatives of one total order it is the order of the error in the spacing. For
        derivatives of several it is the least that this order can be.
        """
        if not self.remainder:
            return None
        return sum(next(iter(self.remainder))) - self.order

    def __str__(self) -> str:
        terms = {**self.coefficients, **self.remainder}
        text = " + ".join(f"{value:.6g} {_name(orders)}" for orders, value in terms.items())
        text = text.replace("+ -", "- ")
        return f"{text} + ..." if self.remainder else text


def operator_of(
    kernel: ArrayLike,
    spacing: float | Sequence[float] = 1.0,
    order: int | None = None,
    tolerance: float = 1e-10,
) -> DifferentialOperator:
    """The differential operator that a kernel stands for, from its moments.

    For a smooth function `sum g[m] u(x + m h)` is the sum of its derivatives times the moments
    `sum g[m] (m h)**a / a!`. The first that do not vanish are the operator, the next the error.

    Args:
        kernel: An array of 1 to 3 axes with an odd length along each.
        spacing: Positive number, the distance of the points, or one for each axis.
        order: The highest total order of derivative that counts as the operator. By default it is
            the lowest that the kernel has; `2` for a sum such as `-a u_x + k u_xx`.
        tolerance: Positive number. A moment below this part of what it would be without
            cancellation counts as zero: 1e-2 for a kernel that was learnt to three digits.

    Returns:
        Its coefficients, the first terms of its error, and their order.

    Raises:
        ValueError: If the kernel is zero, or has no derivative up to `order`.

    Example:
        ```python
        import kerasphys as kp

        found = kp.kernels.operator_of(kp.kernels.laplacian(2, accuracy=4))
        assert {orders: round(c, 12) for orders, c in found.coefficients.items()} == {
            (2, 0): 1.0,
            (0, 2): 1.0,
        }
        assert found.accuracy == 4
        ```
    """
    kernel = check_kernel("kernel", kernel)
    spacing = check_per_axis("spacing", spacing, kernel.ndim, check_positive)
    tolerance = check_positive("tolerance", tolerance)
    if not kernel.any():
        raise ValueError(message("kernel", "different from zero somewhere", kernel.tolist()))
    highest = None if order is None else check_int("order", order, minimum=0)
    operator: Terms = {}
    size = sum(kernel.shape)
    # only a kernel of one point, in the middle, has no moments of `size` orders on end
    for total in range((size if highest is None else highest) + size + 1):
        terms = _moments(kernel, spacing, total, tolerance)
        if highest is None and terms:
            highest = total
        if highest is None or total <= highest:
            operator |= terms
        elif not operator:
            break
        elif terms:
            return DifferentialOperator(operator, terms)
    if not operator:
        expected = "at least the lowest order of derivative that the kernel has"
        raise ValueError(message("order", expected, order))
    return DifferentialOperator(operator)


def _moments(kernel: np.ndarray, spacing: Sequence[float], total: int, tolerance: float) -> Terms:
    """The moments of one total order that do not vanish."""
    found = {}
    for orders in itertools.product(range(total, -1, -1), repeat=kernel.ndim):
        if sum(orders) != total:
            continue
        moment, size = kernel, np.abs(kernel)
        for order, h in zip(orders, spacing, strict=True):
            offsets = np.arange(len(moment)) - len(moment) // 2
            powers = (offsets * h) ** float(order) / math.factorial(order)
            moment = np.tensordot(powers, moment, axes=1)
            size = np.tensordot(np.abs(powers), size, axes=1)
        if abs(moment) > tolerance * size:
            found[orders] = float(moment)
    return found


def _name(orders: tuple[int, ...]) -> str:
    """`u_xxy` for `(2, 1)`."""
    along = "".join(name * order for name, order in zip("xyz", orders, strict=False))
    return f"u_{along}" if along else "u"
