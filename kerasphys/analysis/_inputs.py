"""Inputs of operators as rows of numbers, and what operators make of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from kerasphys._validation import as_real_array, check_finite, message
from kerasphys.datasets import Samples
from kerasphys.datasets.samples import POINTS


def functions_of(argument: str, inputs: Any) -> dict[str, np.ndarray]:
    """The input functions by name, without the points; one array has the name of the argument."""
    if isinstance(inputs, Samples):
        inputs = inputs.inputs
    named = inputs if isinstance(inputs, Mapping) else {argument: inputs}
    expected = "an array (n, ...) or a dict of them"
    found = {}
    for name, value in named.items():
        if name == POINTS:
            continue
        array = as_real_array(argument, value, expected)
        if array.ndim < 2 or not array.size:
            raise ValueError(message(argument, expected, array.shape))
        check_finite(argument, array)
        found[name] = array.astype(np.float64)
    if len({len(array) for array in found.values()}) != 1:
        lengths = {name: len(array) for name, array in found.items()}
        raise ValueError(message(argument, f"{expected} with as many samples", lengths))
    return found


def rows_of(argument: str, inputs: Any) -> np.ndarray:
    """The input functions of each sample side by side, so that norms are roots of mean squares.

    Each function is divided by the root of its number of values, and so has its own mean square.
    """
    functions = functions_of(argument, inputs).values()
    flat = [array.reshape(len(array), -1) for array in functions]
    return np.concatenate([array / np.sqrt(array.shape[1]) for array in flat], axis=1)


def evaluator(argument: str, operator: Any) -> Callable[[Any], np.ndarray]:
    """A function from inputs to outputs, of a model or of such a function."""
    function = getattr(operator, "predict", operator)
    if not callable(function):
        raise TypeError(message(argument, "a model or a function of arrays", operator))
    return lambda inputs: np.asarray(function(inputs), dtype=np.float64)
