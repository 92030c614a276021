"""Checks that several files of this room share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kerasphys._validation import check_int, check_names, message


def check_names_or_none(argument: str, value: Any) -> tuple[str, ...]:
    """A tuple of different names that may be empty; one string counts as one name."""
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 0:
        return ()
    return check_names(argument, value)


def check_indices(argument: str, value: Any) -> tuple[int, ...]:
    """A non-empty tuple of non-negative integers."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(message(argument, "a sequence of indices", value))
    indices = tuple(check_int(argument, index, minimum=0) for index in value)
    if not indices:
        raise ValueError(message(argument, "at least one index", value))
    return indices


def check_callable(argument: str, value: Any) -> Callable:
    """Anything that can be called."""
    if not callable(value):
        raise TypeError(message(argument, "callable", value))
    return value
