"""Whether onnxruntime computes what TensorFlow computes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys.artifacts.card import Card

Arrays = dict[str, np.ndarray]

# How many samples, how many points, and the lengths of free axes after the first
SIZES = ((3, 200, (32, 34, 36)), (1, 77, (33, 40, 37)))


def arrays_to_check(specs: Mapping[str, tf.TensorSpec], card: Card) -> list[Arrays]:
    """Random inputs of a signature, of two sizes.

    Args:
        specs: What the signature takes.
        card: The card, for the ranges of points.
    """
    rng = np.random.default_rng(0)
    checks = []
    for samples, points, grid in SIZES:
        arrays = {}
        for name, spec in specs.items():
            first = points if name == "points" and spec.shape.rank == 2 else samples
            free = iter(grid)
            shape = [first, *(next(free) if n is None else n for n in spec.shape[1:])]
            values = _points(rng, shape, card) if name == "points" else rng.normal(size=shape)
            arrays[name] = values.astype(spec.dtype.as_numpy_dtype)
        checks.append(arrays)
    return checks


def differences(
    content: bytes, function: Any, checks: Iterable[Arrays], path: Path
) -> dict[str, float]:
    """The largest differences of an ONNX model from a signature, relative to the largest values.

    Args:
        content: The ONNX model.
        function: The signature.
        checks: Inputs on which to compare.
        path: Where the artefact lies, for errors.

    Raises:
        ValueError: If onnxruntime cannot run the model, or TensorFlow refuses the inputs.
    """
    session = _session(content, path)
    names = [output.name for output in session.get_outputs()]
    errors, scales = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    for arrays in checks:
        try:
            expected = function(**{name: tf.constant(array) for name, array in arrays.items()})
        except tf.errors.InvalidArgumentError as error:
            shapes = {name: array.shape for name, array in arrays.items()}
            raise ValueError(
                f"The model at {path} refuses inputs of the shapes {shapes}, on which the numbers "
                f"were to be checked: pass others as `inputs`. TensorFlow says: {error}"
            ) from error
        try:
            values = session.run(names, arrays)
        except Exception as error:  # onnxruntime has one class for each of its codes
            raise ValueError(_refusal(path, error)) from error
        for name, value in zip(names, values, strict=True):
            wanted = expected[name].numpy()
            if value.shape != wanted.shape or value.dtype != wanted.dtype:
                raise ValueError(
                    f"The output {name!r} of the ONNX model is {value.dtype} of shape "
                    f"{value.shape}, and that of {path} {wanted.dtype} of shape {wanted.shape}."
                )
            value, wanted = value.astype(float), wanted.astype(float)
            errors[name] = _largest(errors[name], value - wanted)
            scales[name] = _largest(scales[name], wanted)
    return {
        name: error and error / (scales[name] or error)  # a field of zeros: all of it is wrong
        for name, error in errors.items()
    }


def _largest(before: float, array: np.ndarray) -> float:
    """The largest of all values so far; NaN once there is one."""
    return float(np.maximum(before, np.abs(array).max(initial=0.0)))


def _points(rng: np.random.Generator, shape: list[int], card: Card) -> np.ndarray:
    """Points in the ranges of the card, or within one unit of the bound that there is."""
    lower, upper = [], []
    for coordinate in card.coordinates:
        low, high = coordinate["lower"], coordinate["upper"]
        if low is None:
            low = -1.0 if high is None else high - 1.0
        lower.append(low)
        upper.append(low + 1.0 if high is None else high)
    return rng.uniform(lower, upper, size=shape)


def _session(content: bytes, path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what fails is raised below
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ValueError(_refusal(path, error)) from error


def _refusal(path: Path, error: Exception) -> str:
    text = f"onnxruntime cannot run the model at {path}. It says: {error}."
    if "NOT_IMPLEMENTED" in text:
        text += (
            " It has no kernel for this operation in the precision of the model: export the model "
            'with dtype="float32" first.'
        )
    return text
