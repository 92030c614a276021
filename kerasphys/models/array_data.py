"""Arrays as models take them: checked, in the model's precision, in batches of one shape."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._validation import check_finite, message
from kerasphys.datasets import Samples
from kerasphys.models.sample_layout import count, count_points, of_samples, take


def inputs_and_outputs(x: Any, y: Any = None) -> tuple[Any, Any]:
    """What `x` and `y` of `fit` mean: arrays, `(x, y)` in one argument, or `kp.datasets.Samples`.

    Returns:
        Inputs and outputs; the outputs are `None` where there are none.
    """
    if y is not None:
        return x, y
    if isinstance(x, Samples):
        return x.x, x.outputs
    if isinstance(x, tuple) and len(x) == 2:
        return x
    return x, None


def part(batch: Any, index: int) -> Any:
    """The inputs (0), targets (1) or weights (2) of a batch of a dataset; `None` if it has none."""
    return keras.utils.unpack_x_y_sample_weight(batch)[index]


def element(dataset: tf.data.Dataset) -> Any:
    """What tells the shapes of a batch: its specification, or a batch if that leaves them open."""
    specs = keras.tree.flatten(dataset.element_spec)
    known = all(spec.shape.rank and spec.shape[-1] for spec in specs)
    return dataset.element_spec if known else next(iter(dataset))


def to_tensors(argument: str, value: Any, dtype: str) -> Any:
    """An array, or a dict of arrays, with samples first, as tensors.

    Args:
        argument: The name of the argument in errors.
        value: Array `(n, ...)`, or a mapping of such arrays.
        dtype: The dtype of the tensors.

    Raises:
        TypeError: If there is something else than real numbers.
        ValueError: If the samples differ in shape, there are none, or a value is not finite.
    """
    if isinstance(value, Mapping):
        if not value:
            raise ValueError(message(argument, "an array or a dict of arrays", value))
        return {k: to_tensors(f"{argument}[{k!r}]", part, dtype) for k, part in value.items()}
    return on_host(check_samples(argument, value), dtype)


def on_host(array: np.ndarray, dtype: str) -> tf.Tensor:
    """An array as a tensor in the memory of the host, where tf.data reads it."""
    with tf.device("CPU:0"):
        return tf.constant(array, dtype)


def check_samples(argument: str, value: Any) -> np.ndarray:
    """An array of real finite numbers, at least one sample, in its own precision."""
    expected = "an array of real numbers with the samples along its first axis"
    shapes = _shapes_of(value)
    if len(shapes) > 1:
        raise ValueError(
            f"Argument `{argument}` must hold samples of one shape. Received: samples of shapes "
            f"{', '.join(map(str, shapes[:3]))}. Grids of different sizes cannot share a batch: "
            "resample them to one size, or call once for each size."
        )
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(message(argument, expected, value)) from error
    if array.dtype.kind == "O" and shapes:  # arrays of one shape in an array of objects
        array = np.stack([np.asarray(sample) for sample in value])
    if array.dtype.kind not in "fiu" or not array.ndim:
        raise TypeError(message(argument, expected, value))
    if not len(array):
        raise ValueError(message(argument, f"{expected}, at least one", value))
    check_finite(argument, array)
    return array


def check_counts(argument: str, inputs: Any, outputs: Any) -> None:
    """Refuses inputs and outputs that differ in their number of samples."""
    lengths = [len(tensor) for tensor in of_samples(inputs)]
    if outputs is not None:
        lengths.append(len(outputs))
    if len(set(lengths)) > 1:
        others = ", ".join(map(str, lengths[:-1]))
        raise ValueError(
            f"Arguments `{argument}` and `y` must have as many samples. Received: {others} and "
            f"{lengths[-1]}."
        )


def training_batches(
    tensors: tuple, batch_size: int, seed: int, steps: int | None = None, points: int | None = None
) -> tf.data.Dataset:
    """An epoch of batches, all of one shape, in another order each time it is read.

    The last batch is filled up with samples of the next order, so that none is left out and
    nothing is compiled twice. Where a batch has room for all samples, each holds them all in
    their order. The same goes for points, which have an order of their own.

    Args:
        tensors: Inputs and outputs, in any layout.
        batch_size: Positive integer.
        seed: Integer, for the order.
        steps: Positive integer, the number of batches; by default as many as hold all samples.
        points: Positive integer, how many points of the samples a batch has; all by default.
    """
    samples, known = count(tensors), count_points(tensors)
    steps = steps or math.ceil(samples / min(batch_size, samples))
    orders = {}
    if batch_size < samples:
        orders["rows"] = _orders(samples, batch_size, steps, seed)
    if points is not None and points < known:
        orders["columns"] = _orders(known, points, steps, seed + 1)
    if not orders:
        return tf.data.Dataset.from_tensors(tensors).repeat(steps)
    return tf.data.Dataset.zip(orders).map(lambda chosen: take(tensors, **chosen)).prefetch(1)


def steady_batches(tensors: tuple, batch_size: int, fill: bool = False) -> tf.data.Dataset:
    """Batches in the order of the samples, of one shape where that is possible.

    Args:
        tensors: Inputs, or inputs and outputs, in any layout.
        batch_size: Positive integer. Without `fill` the batches are up to a half smaller where
            they are of equal size then; otherwise the last one has what is left.
        fill: Whether to fill the last batch up with the first samples.
    """
    samples = count(tensors)
    size = min(batch_size, samples)
    if fill:
        rows = np.arange(math.ceil(samples / size) * size) % samples
    else:
        size = next((s for s in range(size, size // 2, -1) if samples % s == 0), size)
        rows = np.arange(samples)
    indices = tf.data.Dataset.from_tensor_slices(rows).batch(size)
    return indices.map(lambda chosen: take(tensors, chosen)).prefetch(1)


def _orders(length: int, size: int, steps: int, seed: int) -> tf.data.Dataset:
    """So many batches of indices, from one random order after another."""
    order = tf.data.Dataset.range(length).shuffle(length, seed, reshuffle_each_iteration=True)
    total = steps * size
    return order.repeat(math.ceil(total / length)).take(total).batch(size, drop_remainder=True)


def _shapes_of(value: Any) -> list[tuple[int, ...]]:
    """The different shapes of samples that are arrays of their own."""
    objects = isinstance(value, np.ndarray) and value.dtype.kind == "O" and value.ndim == 1
    if not objects and not (isinstance(value, Sequence) and not isinstance(value, str)):
        return []
    shapes = [sample.shape for sample in value if hasattr(sample, "shape")]
    return (
        list(dict.fromkeys(tuple(shape) for shape in shapes)) if len(shapes) == len(value) else []
    )
