"""Arrays as models take them: checked, in the model's precision, in batches of one shape."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._validation import check_finite, message
from kerasphys.artifacts import sample_arrays
from kerasphys.datasets import Samples


def inputs_and_outputs(x: Any, y: Any = None) -> tuple[Any, Any]:
    """What `x` and `y` of `fit` mean: arrays, `(x, y)` in one argument, or `kp.datasets.Samples`.

    Returns:
        Inputs and outputs; the outputs are `None` where there are none.
    """
    if y is not None:
        return x, y
    if isinstance(x, Samples):
        return x.inputs, x.outputs
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


def count(*tensors: Any) -> int:
    """The number of samples of tensors that have as many."""
    return len(keras.tree.flatten(tensors)[0])


def check_counts(argument: str, inputs: Any, outputs: Any) -> None:
    """Refuses inputs and outputs that differ in their number of samples."""
    lengths = [len(tensor) for tensor in keras.tree.flatten(inputs)]
    if outputs is not None:
        lengths.append(len(outputs))
    if len(set(lengths)) > 1:
        others = ", ".join(map(str, lengths[:-1]))
        raise ValueError(
            f"Arguments `{argument}` and `y` must have as many samples. Received: {others} and "
            f"{lengths[-1]}."
        )


def training_batches(
    tensors: tuple, batch_size: int, seed: int, steps: int | None = None
) -> tf.data.Dataset:
    """An epoch of batches, all of one shape, in another order each time it is read.

    The last batch is filled up with samples of the next order, so that none is left out and
    nothing is compiled twice. Where a batch has room for all samples, each holds them all in
    their order.

    Args:
        tensors: Nested tensors with as many samples, the structure of a batch.
        batch_size: Positive integer.
        seed: Integer, for the order.
        steps: Positive integer, the number of batches; by default as many as hold all samples.
    """
    samples = count(tensors)
    if batch_size >= samples:
        return tf.data.Dataset.from_tensors(tensors).repeat(steps or 1)
    rows = (steps or math.ceil(samples / batch_size)) * batch_size
    order = tf.data.Dataset.range(samples).shuffle(samples, seed, reshuffle_each_iteration=True)
    return _gathered(tensors, order.repeat(math.ceil(rows / samples)).take(rows), batch_size)


def steady_batches(tensors: tuple, batch_size: int, fill: bool = False) -> tf.data.Dataset:
    """Batches in the order of the samples, of one shape where that is possible.

    Args:
        tensors: Nested tensors with as many samples, the structure of a batch.
        batch_size: Positive integer. Without `fill` the batches are up to a half smaller where
            they are of equal size then; otherwise the last one has what is left.
        fill: Whether to fill the last batch up with the first samples.
    """
    samples = count(tensors)
    size = min(batch_size, samples)
    if fill:
        rows = np.arange(math.ceil(samples / size) * size) % samples
        return _gathered(tensors, tf.data.Dataset.from_tensor_slices(rows), size)
    size = next((s for s in range(size, size // 2, -1) if samples % s == 0), size)
    return tf.data.Dataset.from_tensor_slices(tensors).batch(size)


def samples_at_once(tensors: Any) -> int:
    """A number of samples to predict at once: fewer, the larger they are."""
    return sample_arrays.samples_at_once(keras.tree.flatten(tensors))


def _gathered(tensors: tuple, rows: tf.data.Dataset, size: int) -> tf.data.Dataset:
    def gather(indices: tf.Tensor) -> Any:
        return keras.tree.map_structure(lambda tensor: tf.gather(tensor, indices), tensors)

    return rows.batch(size, drop_remainder=True).map(gather).prefetch(1)


def _shapes_of(value: Any) -> list[tuple[int, ...]]:
    """The different shapes of samples that are arrays of their own."""
    objects = isinstance(value, np.ndarray) and value.dtype.kind == "O" and value.ndim == 1
    if not objects and not (isinstance(value, Sequence) and not isinstance(value, str)):
        return []
    shapes = [sample.shape for sample in value if hasattr(sample, "shape")]
    return (
        list(dict.fromkeys(tuple(shape) for shape in shapes)) if len(shapes) == len(value) else []
    )
