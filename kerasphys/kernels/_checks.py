"""What the functions of this room check alike."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_int, check_number, message

_ORDERS = "an order, a tuple of orders (one for each of 1 to 3 axes) or a dict of them"

Orders = int | Sequence[int] | Mapping[Any, float]


def check_terms(argument: str, value: Orders) -> dict[tuple[int, ...], float]:
    """Derivatives, by their orders along the axes, and their coefficients."""
    if not isinstance(value, Mapping):
        return {_check_orders(argument, value): 1.0}
    if not value:
        raise ValueError(message(argument, "a dict of at least one derivative", value))
    terms = {
        _check_orders(argument, orders): check_number(f"{argument}[{orders!r}]", coefficient)
        for orders, coefficient in value.items()
    }
    if len({len(orders) for orders in terms}) > 1 or len(terms) < len(value):
        expected = "different derivatives on a grid of one rank"
        raise ValueError(message(argument, expected, dict(value)))
    return terms


def _check_orders(argument: str, value: Any) -> tuple[int, ...]:
    if isinstance(value, numbers.Integral):
        value = (value,)
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise TypeError(message(argument, _ORDERS, value))
    if not 1 <= len(value) <= 3:
        raise ValueError(message(argument, _ORDERS, value))
    return tuple(check_int(argument, order, minimum=0) for order in value)


def check_per_axis(
    argument: str, value: Any, rank: int, check: Callable[[str, Any], Any]
) -> tuple[Any, ...]:
    """One value for each axis; a single one serves all."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, str) or not isinstance(value, Sequence):
        return (check(argument, value),) * rank
    if len(value) != rank:
        raise ValueError(message(argument, f"one value, or one for each of {rank} axes", value))
    return tuple(check(argument, each) for each in value)


def check_accuracy(argument: str, value: Any) -> int:
    """An even positive integer: symmetric stencils gain two orders at a time."""
    accuracy = check_int(argument, value, minimum=1)
    if accuracy % 2:
        cure = "Symmetric stencils gain two orders at a time: 2, 4, 6."
        raise ValueError(message(argument, "an even positive integer", value, cure))
    return accuracy


def check_kernel(argument: str, value: ArrayLike) -> np.ndarray:
    """A float64 array of rank 1 to 3 with an odd length along each axis."""
    expected = "an array of rank 1 to 3 with odd lengths, the offset zero in its middle"
    try:
        shape = np.shape(value)
    except ValueError as error:
        raise ValueError(message(argument, expected, value)) from error
    if not isinstance(value, np.ndarray | Sequence):
        raise TypeError(message(argument, expected, value))
    if not 1 <= len(shape) <= 3 or any(length % 2 == 0 for length in shape):
        raise ValueError(
            f"Argument `{argument}` must be {expected}. Received: an array of shape {shape}."
        )
    return check_array(argument, value, shape)


def outer(factors: Sequence[np.ndarray]) -> np.ndarray:
    """The kernel that applies a kernel of one axis along each of the axes."""
    product = np.ones(())
    for factor in factors:
        product = np.multiply.outer(product, factor)
    return product


def check_dims(argument: str, value: Any) -> int:
    """The number of axes of a grid: 1, 2 or 3."""
    dims = check_int(argument, value, minimum=1)
    if dims > 3:
        raise ValueError(message(argument, "1, 2 or 3", value))
    return dims
