"""Functions and points of an operator, two batches of their own, and what a signature returns."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys._validation import check_positive_int, message
from kerasphys.artifacts.sample_arrays import (
    functions_at_once,
    in_batches,
    sample_arrays,
    samples_at_once,
)

POINTS_AT_ONCE = 2**16


def operator_functions(value: Any, specs: Mapping[str, tf.TensorSpec]) -> dict[str, np.ndarray]:
    """The input functions, checked, each in the dtype of the signature.

    Args:
        value: Mapping from the names of the inputs to arrays, with `points`.
        specs: What the signature takes.

    Raises:
        TypeError: If an array does not hold real numbers.
        ValueError: If names, shapes or numbers of functions do not fit, or a value is not finite.
    """
    if not isinstance(value, Mapping) or set(value) != set(specs):
        received = sorted(map(str, value)) if isinstance(value, Mapping) else value
        raise ValueError(message("points", f"a mapping with the keys {sorted(specs)}", received))
    functions = {name: spec for name, spec in specs.items() if name != "points"}
    return sample_arrays({name: value[name] for name in functions}, functions)


def evaluate(
    function: Any, arrays: Mapping[str, np.ndarray], batch_size: int | None, verbose: str | int
) -> dict[str, np.ndarray]:
    """What a signature returns, in batches of points, of samples, or of functions at all points.

    Args:
        function: The signature, as TensorFlow loads it.
        arrays: For each of its inputs an array in its dtype.
        batch_size: Positive integer; by default 65536 points, or fewer samples the larger they are.
        verbose: As of `in_batches`.
    """
    functions = {name: array for name, array in arrays.items() if name != "points"}
    if "points" in arrays and functions:
        return _at_all_points(function, functions, arrays["points"], batch_size, verbose)
    default = POINTS_AT_ONCE if "points" in arrays else samples_at_once(arrays.values())
    size = check_positive_int("batch_size", default if batch_size is None else batch_size)
    return in_batches(function, arrays, size, verbose)


def _at_all_points(
    function: Any,
    functions: Mapping[str, np.ndarray],
    points: np.ndarray,
    batch_size: int | None,
    verbose: str | int,
) -> dict[str, np.ndarray]:
    """What a signature returns for each function at each point: arrays `(n, p)` by name.

    Args:
        function: The signature, as TensorFlow loads it.
        functions: The input functions by their names.
        points: Array `(p, d)`.
        batch_size: How many functions to evaluate at once; by default fewer, the more points.
        verbose: As of `in_batches`.
    """
    blocks = []
    for start in range(0, max(len(points), 1), POINTS_AT_ONCE):
        block = points[start : start + POINTS_AT_ONCE]
        default = functions_at_once(functions.values(), len(block))
        size = check_positive_int("batch_size", default if batch_size is None else batch_size)
        at_block = functools.partial(function, points=tf.constant(block))
        blocks.append(in_batches(at_block, functions, size, verbose))
    return {name: np.concatenate([b[name] for b in blocks], axis=1) for name in blocks[0]}
