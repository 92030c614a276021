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
        value = keras.ops.convert_to_numpy(value)
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
        array = array.view(np.dtype(content[1])) if array.dtype.name != content[1] else array
        return array if tag == "array" else array[()]
    if tag == "float":
        return float(content)
    if tag == "generator":
        state = unpack(content, arrays)
        generator = np.random.Generator(getattr(np.random, state["bit_generator"])())
        generator.bit_generator.state = state
        return generator
    if tag == "tuple":
        return tuple(unpack(content, arrays))
    return {unpack(key, arrays): unpack(value, arrays) for key, value in content}


def _are_numbers(dtype: np.dtype) -> bool:
    return dtype.kind in "biufc" or (dtype.kind == "V" and dtype.isbuiltin == 2)  # as bfloat16


def _raw(array: np.ndarray) -> np.ndarray:
    """Numbers that NumPy does not know itself as integers of their size."""
    return array if array.dtype.isbuiltin == 1 else array.view(f"u{array.dtype.itemsize}")
