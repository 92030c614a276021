"""Arrays of samples for a signature, checked and in batches."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys._validation import as_real_array, check_finite, message

VALUES_AT_ONCE = 2**17
OPERATOR_VALUES_AT_ONCE = 2**22
BATCHES_WITHOUT_A_BAR = 20


def sample_arrays(value: Any, specs: Mapping[str, tf.TensorSpec]) -> dict[str, np.ndarray]:
    """An array for each input of a signature, in its dtype.

    Args:
        value: The array of the only input, or a mapping from the names of the inputs to arrays.
        specs: What the signature takes.

    Raises:
        TypeError: If an array does not hold real numbers.
        ValueError: If names, shapes or numbers of samples do not fit, or a value is not finite.
    """
    if not isinstance(value, Mapping):
        if len(specs) > 1:
            raise ValueError(message("inputs", f"a mapping with the keys {sorted(specs)}", value))
        value = {next(iter(specs)): value}
    if set(value) != set(specs):
        raise ValueError(
            f"Argument `inputs` must have exactly the keys {sorted(specs)}. Received: "
            f"{sorted(map(str, value))}."
        )
    arrays = {name: _check(name, value[name], spec) for name, spec in specs.items()}
    if len({len(array) for array in arrays.values()}) > 1:
        raise ValueError(
            "Argument `inputs` must have as many samples under each key. Received: "
            + ", ".join(f"{name}: {len(array)}" for name, array in arrays.items())
        )
    return arrays


def samples_at_once(arrays: Iterable[Any]) -> int:
    """A number of samples to evaluate at once: fewer, the larger they are in any of the arrays."""
    size = max(math.prod(array.shape[1:]) for array in arrays)
    return max(1, min(1024, VALUES_AT_ONCE // max(size, 1)))


def functions_at_once(functions: Iterable[Any], points: int) -> int:
    """A number of functions to evaluate at once at as many points, common to all of them."""
    return max(1, min(samples_at_once(functions), OPERATOR_VALUES_AT_ONCE // max(points, 1)))


def in_batches(
    function: Any, arrays: Mapping[str, np.ndarray], batch_size: int, verbose: str | int
) -> dict[str, np.ndarray]:
    """What a signature returns for arrays with as many rows, evaluated batch by batch.

    Args:
        function: The signature, as TensorFlow loads it.
        arrays: For each of its inputs an array in its dtype.
        batch_size: Positive integer.
        verbose: `"auto"`: a progress bar if there are many batches; 0: none; 1: always.
    """
    if not isinstance(verbose, str | int) or verbose not in ("auto", 0, 1):
        raise ValueError(message("verbose", "'auto', 0 or 1", verbose))
    rows = len(next(iter(arrays.values())))
    starts = range(0, max(rows, 1), batch_size)  # no rows: one empty batch
    update = _progress(len(starts), verbose)
    parts = []
    for done, start in enumerate(starts, start=1):
        batch = {k: tf.constant(array[start : start + batch_size]) for k, array in arrays.items()}
        values = function(**batch)
        parts.append({name: value.numpy() for name, value in values.items()})
        update(done)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _check(name: str, value: Any, spec: tf.TensorSpec) -> np.ndarray:
    lengths = ["n", *(f"n{i}" if d is None else d for i, d in enumerate(spec.shape[1:], start=1))]
    expected = f"an array of real numbers of shape ({', '.join(map(str, lengths))})"
    array = as_real_array(name, value, expected)
    if not spec.shape.is_compatible_with(array.shape) or not len(array):
        raise ValueError(
            f"Argument `{name}` must be {expected}. Received: an array of shape {array.shape}."
        )
    check_finite(name, array)
    return array.astype(spec.dtype.as_numpy_dtype)


def _progress(batches: int, verbose: str | int) -> Any:
    if verbose == 0 or (verbose == "auto" and batches <= BATCHES_WITHOUT_A_BAR):
        return lambda done: None
    import keras

    return keras.utils.Progbar(batches).update
