"""Given values: numbers, arrays, tables and functions of the coordinates."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from kerasphys import _functions as functions
from kerasphys._registry import pack
from kerasphys._validation import check_array, check_finite, check_number, message
from kerasphys.conditions.table import Table
from kerasphys.derivatives import requested_names

Value = float | np.ndarray | Callable

EXPECTED = "a number, an array (n,), a kp.Table or a function of the coordinates"


def check_value(argument: str, value: Any) -> Value:
    """A finite number, a finite array `(n,)`, or a callable."""
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return check_number(argument, value)
    if callable(value):
        return value
    if isinstance(value, np.ndarray | Sequence) and not isinstance(value, str):
        return check_array(argument, value, (None,))
    raise TypeError(message(argument, EXPECTED, value))


def check_arguments(argument: str, value: Value, coordinates: tuple[str, ...]) -> None:
    """Refuses a function of anything but the coordinates."""
    if not callable(value):
        return
    names = requested_names(value).names
    unknown = [name for name in names if name not in coordinates]
    if unknown:
        raise ValueError(
            f"The function given for `{argument}` may name only the coordinates "
            f"{', '.join(coordinates)}. Received: a function that names {', '.join(unknown)}. "
            "Bind other names with functools.partial."
        )


def evaluate(
    argument: str, value: Value, points: np.ndarray, coordinates: tuple[str, ...]
) -> np.ndarray:
    """The value at each of the points.

    Args:
        argument: The name to use in errors.
        value: A number, an array `(n,)` or a function of some of the coordinates.
        points: Array of shape `(n, d)`.
        coordinates: The names of its columns.

    Returns:
        An array of shape `(n,)`; of shape `()` where the value is a number.
    """
    n = len(points)
    if isinstance(value, float):
        return np.asarray(value)
    if isinstance(value, np.ndarray):
        if len(value) != n:
            raise ValueError(
                f"The array given for `{argument}` has {len(value)} values for {n} points. Give a "
                "function or a kp.Table where points are drawn, or pass points of your own."
            )
        return value
    wanted = requested_names(value).names
    columns = {name: points[:, coordinates.index(name)] for name in wanted}
    result = np.asarray(value(**columns), dtype=np.float64)
    if result.shape not in ((), (n,)):
        raise ValueError(
            f"The function given for `{argument}` must return one value for each point, shape "
            f"({n},). Received: shape {result.shape}."
        )
    result = np.broadcast_to(result, (n,)).copy()
    check_finite(argument, result)
    return result


def serialize_value(value: Value) -> Any:
    """The entry of a value in a configuration."""
    if isinstance(value, float):
        return value
    if isinstance(value, np.ndarray):
        return {"array": value.tolist()}
    if isinstance(value, Table):
        return pack(value)
    return functions.encode(value)


def deserialize_value(config: Any) -> Value:
    """The value of an entry made by `serialize_value`."""
    if not isinstance(config, dict):
        return float(config)
    if "array" in config:
        return np.asarray(config["array"], dtype=np.float64)
    if "function" in config:
        return functions.decode(config)
    return keras.saving.deserialize_keras_object(config)


def describe_value(value: Value) -> str:
    """A few words for people: the number, or the name of the function."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, np.ndarray):
        return f"{len(value)} values"
    if isinstance(value, Table):
        return f"table of {', '.join(value.axes)}"
    return f"{functions.short_name(value)}({', '.join(requested_names(value).names)})"
