"""Plain Python data as JSON and a list of arrays, bit for bit.

What is read back has the types that were written: tuples, NumPy scalars, NaN. Nothing is pickled,
so reading a file cannot run code.
"""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf

VARIABLES = (tf.Variable, keras.Variable)


def pack(value: Any, arrays: list[np.ndarray]) -> Any:
    """What stands for `value` in JSON; arrays are appended to `arrays`.

    Raises:
        TypeError: If `value` is, or holds, something else than numbers, strings, `None`, arrays,
            variables, NumPy generators, and lists, tuples and dicts of them.
    """
    if isinstance(value, VARIABLES):
        value = value.numpy()
    if isinstance(value, np.generic | np.ndarray) and _are_numbers(value.dtype):
        arrays.append(_raw(np.asarray(value)))
        tag = "scalar" if isinstance(value, np.generic) else "array"
        return {tag: [len(arrays) - 1, value.dtype.name]}
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if type(value) is list:
        return [pack(item, arrays) for item in value]
    if type(value) is tuple:
        return {"tuple": [pack(item, arrays) for item in value]}
    if type(value) is dict:
        return {"dict": [[pack(k, arrays), pack(v, arrays)] for k, v in value.items()]}
    if isinstance(value, np.random.Generator):
        return {"generator": pack(value.bit_generator.state, arrays)}
    raise TypeError(f"Cannot keep {value!r}, a {type(value).__name__}.")


def unpack(packed: Any, arrays: list[np.ndarray]) -> Any:
    """What `pack` was given; variables are arrays now."""
    if isinstance(packed, list):
        return [unpack(item, arrays) for item in packed]
    if not isinstance(packed, dict):
        return packed
    ((tag, content),) = packed.items()
    if tag in ("array", "scalar"):
        array = arrays[content[0]]
        if array.dtype.name != content[1]:
            array = array.view(_numbers(content[1]))
        return array if tag == "array" else array[()]
    if tag == "float":
        return float(content)
    if tag == "generator":
        state = unpack(content, arrays)
        kind = getattr(np.random, state["bit_generator"])
        if not issubclass(kind, np.random.BitGenerator):
            raise ValueError(f"{kind} makes no random bits.")
        check_position(state)
        generator = np.random.Generator(kind())
        generator.bit_generator.state = state
        return generator
    if tag == "tuple":
        return tuple(unpack(content, arrays))
    return {unpack(key, arrays): unpack(value, arrays) for key, value in content}


def check_position(state: dict[str, Any]) -> None:
    """Refuses a state of a random generator in which NumPy would read beyond its end."""
    size, position = {
        "MT19937": (624, state["state"].get("pos")),
        "Philox": (4, state.get("buffer_pos")),
    }.get(state["bit_generator"], (0, 0))
    if not 0 <= position <= size:
        raise ValueError(f"A random generator cannot be at {position} of {size}.")


def _numbers(name: str) -> np.dtype:
    dtype = np.dtype(name)
    if not _are_numbers(dtype):
        raise ValueError(f"{name} is no type of numbers.")
    return dtype


def _are_numbers(dtype: np.dtype) -> bool:
    return dtype.kind in "biufc" or (dtype.kind == "V" and dtype.isbuiltin == 2)  # as bfloat16


def _raw(array: np.ndarray) -> np.ndarray:
    """Numbers that NumPy does not know itself as integers of their size."""
    return array if array.dtype.isbuiltin == 1 else array.view(f"u{array.dtype.itemsize}")
