"""Functions of the coordinates that say which points belong to a part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerasphys._requested import requested_names
from kerasphys._validation import check_callable, message


def check_predicate(argument: str, function: Any, coordinates: tuple[str, ...]) -> Callable:
    """A function of some of the coordinates."""
    names = requested_names(check_callable(argument, function)).names
    unknown = [name for name in names if name not in coordinates]
    if unknown or not names:
        expected = f"a function of some of the coordinates {', '.join(coordinates)}"
        cure = f"It names {', '.join(unknown)}." if unknown else "It names none."
        raise ValueError(message(argument, expected, function, cure))
    return function


def holds(function: Callable, points: np.ndarray, coordinates: tuple[str, ...]) -> np.ndarray:
    """Whether a predicate holds at points `(n, d)`: booleans `(n,)`."""
    names = requested_names(function).names
    result = np.asarray(function(**{name: points[:, coordinates.index(name)] for name in names}))
    if result.dtype != bool or result.shape != (len(points),):
        raise ValueError(
            f"The predicate {function!r} must return one boolean for each point, shape "
            f"({len(points)},). Received: {result.dtype} of shape {result.shape}. Write it for "
            "arrays: (x < 0.1) & (y > 0.5)."
        )
    return result
