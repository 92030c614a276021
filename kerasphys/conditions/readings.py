"""Checks of measured values and their standard deviations."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kerasphys._validation import as_real_array, check_array, message

SHOWN = 5  # rows that an error lists


def rows(bad: np.ndarray) -> str:
    """The rows at which something is wrong, for an error: `rows 3, 7, 8`.

    Args:
        bad: Array of bool, shape `(n,)`.
    """
    found = np.flatnonzero(bad)
    listed = ", ".join(str(row) for row in found[:SHOWN])
    more = ", ..." if len(found) > SHOWN else ""
    return f"{'row' if len(found) == 1 else 'rows'} {listed}{more}"


def check_readings(name: str, readings: Any, count: int) -> None:
    """Refuses what is no finite array `(count,)`, and says in which rows numbers are missing."""
    expected = f"an array of {count} readings"
    if callable(readings) or np.ndim(readings) != 1:
        raise TypeError(message(name, expected, readings))
    missing = ~np.isfinite(as_real_array(name, readings, expected))
    if missing.any():
        raise ValueError(
            f"Argument `{name}` must be finite everywhere. Received: {missing.sum()} of "
            f"{len(missing)} readings are NaN or infinite, in {rows(missing)}. Leave these out."
        )
    check_array(name, readings, (count,))


def check_std(std: Any, fields: Sequence[str], count: int) -> dict[str, float | np.ndarray] | None:
    """The standard deviation of each field that has one: a number, or an array `(count,)`.

    Returns:
        `None` where there are none.
    """
    if std is None:
        return None
    given = std if isinstance(std, Mapping) else dict.fromkeys(fields, std)
    for name in given:
        if name not in fields:
            raise ValueError(
                message(
                    "std", f"given for fields among {', '.join(fields)}", sorted(map(str, given))
                )
            )
    return {name: _check_positive(value, count) for name, value in given.items()}


def _check_positive(std: Any, count: int) -> float | np.ndarray:
    expected = f"a positive number, an array of {count} of them, or a dict of these by field"
    if isinstance(std, bool) or not isinstance(std, numbers.Real | np.ndarray | Sequence):
        raise TypeError(message("std", expected, std))
    array = as_real_array("std", std, expected)
    if array.shape not in ((), (count,)):
        raise ValueError(message("std", expected, std))
    wrong = ~(np.isfinite(array) & (array > 0))
    if wrong.any():
        where = f" in {rows(wrong)}" if array.ndim else ""
        raise ValueError(
            f"Argument `std` must be {expected}. Received: {array[wrong].flat[0]}{where}. A "
            "reading without any error does not exist: give the smallest that the sensor can have."
        )
    return array.astype(np.float64) if array.ndim else float(array)
