"""Checks of arguments, with one style of message.

Every message names the argument, says what was expected and what was received, and where it helps
how to cure it.
"""

from __future__ import annotations

import math
import numbers
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np


def message(argument: str, expected: str, received: Any, cure: str = "") -> str:
    """The text of an error: `Argument `n` must be a positive integer. Received: n=-1. Cure`."""
    shown = repr(received)
    if len(shown) > 200:
        shown = f"{shown[:200]}... ({type(received).__name__})"
    text = f"Argument `{argument}` must be {expected}. Received: {argument}={shown}."
    return f"{text} {cure}" if cure else text


def check_int(argument: str, value: Any, minimum: int | None = None) -> int:
    """An integer (not a bool), at least `minimum`."""
    expected = "an integer" if minimum is None else f"an integer of at least {minimum}"
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Integral):
        raise TypeError(message(argument, expected, value))
    if minimum is not None and value < minimum:
        raise ValueError(message(argument, expected, value))
    return int(value)


def check_positive_int(argument: str, value: Any) -> int:
    """An integer of at least 1."""
    return check_int(argument, value, minimum=1)


def check_number(argument: str, value: Any) -> float:
    """A finite real number (not a bool)."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
        raise TypeError(message(argument, "a finite number", value))
    if not math.isfinite(value):
        raise ValueError(message(argument, "a finite number", value))
    return float(value)


def check_positive(argument: str, value: Any) -> float:
    """A finite number greater than zero."""
    number = check_number(argument, value)
    if number <= 0:
        raise ValueError(message(argument, "a positive number", value))
    return number


def check_nonnegative(argument: str, value: Any) -> float:
    """A finite number of at least zero."""
    number = check_number(argument, value)
    if number < 0:
        raise ValueError(message(argument, "a non-negative number", value))
    return number


def check_bool(argument: str, value: Any) -> bool:
    """True or false, and nothing that merely counts as such."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(message(argument, "True or False", value))
    return bool(value)


def check_choice(argument: str, value: Any, choices: Iterable[str]) -> str:
    """One of the strings in `choices`."""
    choices = tuple(choices)
    expected = "one of " + ", ".join(repr(choice) for choice in choices)
    if not isinstance(value, str):
        raise TypeError(message(argument, expected, value))
    if value not in choices:
        raise ValueError(message(argument, expected, value))
    return value


def check_identifier(argument: str, get: Callable, identifier: Any) -> Any:
    """What `keras.initializers.get` and its like make of a name, a configuration or an object."""
    expected = f"what {get.__module__.split('.')[-1]}.get takes"
    try:
        found = get(identifier)
    except (TypeError, ValueError) as error:
        raise ValueError(message(argument, expected, identifier)) from error
    if found is None:
        raise ValueError(message(argument, expected, identifier))
    return found


def check_name(argument: str, value: Any) -> str:
    """A Python identifier, in the normal form (NFKC) in which Python reads argument names."""
    expected = "a name (a Python identifier)"
    if not isinstance(value, str):
        raise TypeError(message(argument, expected, value))
    name = unicodedata.normalize("NFKC", value)
    if not name.isidentifier():
        raise ValueError(message(argument, expected, value))
    return name


def check_names(argument: str, value: Any) -> tuple[str, ...]:
    """A non-empty tuple of different names; one string counts as one name."""
    if isinstance(value, str):
        value = (value,)
    if not isinstance(value, Sequence):
        raise TypeError(message(argument, "a name or a sequence of names", value))
    names = tuple(check_name(argument, name) for name in value)
    if not names:
        raise ValueError(message(argument, "at least one name", value))
    if len(set(names)) < len(names):
        raise ValueError(message(argument, "different names", value))
    return names


def check_names_or_none(argument: str, value: Any) -> tuple[str, ...]:
    """A tuple of different names that may be empty; one string counts as one name."""
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 0:
        return ()
    return check_names(argument, value)


def check_callable(argument: str, value: Any) -> Callable:
    """Anything that can be called."""
    if not callable(value):
        raise TypeError(message(argument, "callable", value))
    return value


def as_real_array(
    argument: str, value: Any, expected: str, cure: str = "", kinds: str = "fiu"
) -> np.ndarray:
    """An array of real numbers as it is, or of integers only if `kinds` is `"iu"`.

    The message says what was `expected`. Shape and finiteness are left to the caller.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:  # rows of different lengths
        raise ValueError(message(argument, expected, value, cure)) from error
    if array.dtype.kind not in kinds:
        raise TypeError(message(argument, expected, value, cure))
    return array


def check_array(
    argument: str,
    value: Any,
    shape: tuple[int | None, ...],
    cure: str = "",
    finite: bool = True,
) -> np.ndarray:
    """A float64 array of the given shape, where `None` stands for any length.

    Nothing is broadcast or reshaped: `(n,)` against `(n, 1)` is an error. So are NaN and infinity,
    unless `finite` is false.
    """
    wanted = "(" + ", ".join("n" if length is None else str(length) for length in shape)
    wanted += ",)" if len(shape) == 1 else ")"
    expected = f"an array of real numbers of shape {wanted}"
    array = as_real_array(argument, value, expected, cure)
    if array.ndim != len(shape) or any(
        length is not None and length != actual
        for length, actual in zip(shape, array.shape, strict=True)
    ):
        raise ValueError(
            f"Argument `{argument}` must be {expected}. Received: an array of shape {array.shape}."
            + (f" {cure}" if cure else "")
        )
    array = array.astype(np.float64)
    if finite:
        check_finite(argument, array)
    return array


def check_finite(argument: str, array: np.ndarray) -> None:
    """Refuses NaN and infinity, and says where the first one is."""
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        where = tuple(int(index) for index in bad[0])
        raise ValueError(
            f"Argument `{argument}` must be finite everywhere. Received: {len(bad)} values that "
            f"are NaN or infinite, the first is {array[where]} at index {where}."
        )


def check_equal_shapes(argument: str, shape: Sequence, other: str, wanted: Sequence) -> None:
    """Refuses shapes that are known to differ; `None` stands for any length."""
    if len(shape) != len(wanted) or any(
        None not in (a, b) and a != b for a, b in zip(shape, wanted, strict=True)
    ):
        raise ValueError(
            f"Argument `{argument}` must match `{other}` axis by axis; nothing is broadcast. "
            f"Received: {argument} of shape {tuple(shape)} for {tuple(wanted)}."
        )
