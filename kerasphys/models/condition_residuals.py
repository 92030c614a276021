"""The residuals of the conditions of a model, outside of the training step."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

if TYPE_CHECKING:
    from kerasphys.models.pinn_model import PINNModel

OnSet = Callable[["PINNModel", Mapping[str, tf.Tensor]], dict[str, tf.Tensor]]

BLOCK = 8192  # points at once: memory stays flat, whatever their number


def squared_residuals(model: PINNModel, arrays: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """For each condition that is trained on a set, its squared residual at each point, `(n,)`.

    Where a condition has several residuals, their squares are added. Of the members of an ensemble
    they are the mean.

    Args:
        model: The model.
        arrays: The set, as `PointSet.arrays` names it.
    """
    return {
        name: tf.add_n([tf.square(residual) for residual in residuals]) / model.members
        for part in model.objective({"": arrays}, training=False).parts
        for name, residuals in part.residuals(arrays).items()
    }


def condition_residuals(
    model: PINNModel, arrays: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """The squared residuals on a set as NumPy arrays, float64 `(n,)`; see `squared_residuals`."""
    compute = compiled(model, squared_residuals)
    parts = [compute(block) for block in blocks(arrays, model.compute_dtype)]
    n = len(arrays["points"])
    return {
        name: np.concatenate([part[name] for part in parts])[:n].astype(np.float64)
        for name in parts[0]
    }


def compiled(model: PINNModel, function: OnSet) -> Callable[[Mapping], Mapping[str, tf.Tensor]]:
    """A function of a model and a set, compiled once for a model and each shape of a set.

    Without XLA, which takes seconds to compile it and is not faster for a single pass.
    """
    if not hasattr(model, "_on_sets"):
        model._on_sets = _Compiled()
    known = model._on_sets.functions
    if function not in known:
        known[function] = tf.function(functools.partial(function, model), autograph=False)
    return known[function]


class _Compiled:
    """Keeps TensorFlow functions where Keras and TensorFlow do not look for parts of the model."""

    def __init__(self) -> None:
        self.functions: dict[OnSet, Any] = {}


def blocks(arrays: Mapping[str, np.ndarray], dtype: str) -> Iterator[dict[str, tf.Tensor]]:
    """The arrays of a set in blocks of equal length, so that one compiled function serves all.

    Where points are missing to the last block, the last one is repeated, with weights of zero.
    """
    n = len(arrays["points"])
    nodes = math.prod(arrays["points"].shape[1:-1])  # of each row, where it is an integral
    count = min(math.ceil(n * nodes / BLOCK), n)
    size = math.ceil(n / count)
    for start in range(0, count * size, size):
        rows = np.arange(start, start + size)
        block = {key: a[np.minimum(rows, n - 1)] if np.ndim(a) else a for key, a in arrays.items()}
        for key in block:
            if key.startswith("weights."):
                block[key] = np.where(rows < n, block[key], 0.0)
        yield {key: tf.constant(array, dtype) for key, array in block.items()}
