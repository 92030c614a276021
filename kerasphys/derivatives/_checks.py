"""Checks of this room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerasphys._validation import check_int, message


def check_indices(argument: str, value: Any) -> tuple[int, ...]:
    """A non-empty tuple of non-negative integers."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(message(argument, "a sequence of indices", value))
    indices = tuple(check_int(argument, index, minimum=0) for index in value)
    if not indices:
        raise ValueError(message(argument, "at least one index", value))
    return indices
