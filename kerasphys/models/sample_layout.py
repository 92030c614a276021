"""Which axis of which array is samples or points.

Arrays have the samples first. In a dict of inputs the entry `points` is special: `(p, d)` are
common to all samples, `(n, p, d)` belong to each; the outputs are `(n, p, channels)` then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import keras
import tensorflow as tf

from kerasphys.artifacts import sample_arrays
from kerasphys.datasets.samples import POINTS


def points_of(inputs: Any) -> Any:
    """The points among the inputs, or `None`."""
    return inputs.get(POINTS) if isinstance(inputs, Mapping) else None


def common_points(inputs: Any) -> Any:
    """The points among the inputs if all samples share them, or `None`."""
    points = points_of(inputs)
    return points if points is not None and len(points.shape) == 2 else None


def of_samples(inputs: Any) -> list[Any]:
    """The arrays among the inputs that have an entry for each sample."""
    if common_points(inputs) is not None:
        inputs = {name: array for name, array in inputs.items() if name != POINTS}
    return keras.tree.flatten(inputs)


def count(tensors: Any) -> int:
    """The number of samples of inputs, or of a batch `(inputs, ...)`."""
    return len(of_samples(tensors[0] if isinstance(tensors, tuple) else tensors)[0])


def count_points(tensors: tuple) -> int:
    """The number of points at which a batch `(inputs, ...)` knows the outputs; 0 without points."""
    points = points_of(tensors[0])
    return 0 if points is None else points.shape[-2]


def take(tensors: tuple, rows: Any = None, columns: Any = None) -> tuple:
    """Some of the samples of a batch `(inputs, outputs)`, at some of the points.

    Args:
        tensors: The batch; the inputs may be alone.
        rows: Indices of samples, or `None` for all.
        columns: Indices of points, or `None` for all.
    """

    def of_rows(tensor: tf.Tensor) -> tf.Tensor:
        return tensor if rows is None else tf.gather(tensor, rows)

    def of_both(tensor: tf.Tensor) -> tf.Tensor:
        tensor = of_rows(tensor)
        return tensor if columns is None else tf.gather(tensor, columns, axis=1)

    points = points_of(tensors[0])
    if points is None:
        return keras.tree.map_structure(of_rows, tensors)
    inputs, *outputs = tensors
    functions = {name: of_rows(array) for name, array in inputs.items() if name != POINTS}
    if common_points(inputs) is None:
        points = of_both(points)
    elif columns is not None:
        points = tf.gather(points, columns)
    return ({**functions, POINTS: points}, *map(of_both, outputs))


def blocks_of_points(inputs: Any, most: int) -> Iterator[tuple[Any, int]]:
    """The inputs with so many common points at a time, in blocks of one size.

    Args:
        inputs: Inputs in any layout.
        most: The greatest number of points of a block.

    Yields:
        Inputs, and how many of their points are new; the last block is filled up.
    """
    points = common_points(inputs)
    total = 0 if points is None else len(points)
    if total <= most:
        yield inputs, total
        return
    size = -(-total // -(-total // most))
    for start in range(0, total, size):
        new = min(size, total - start)
        block = tf.concat([points[start : start + size], points[: size - new]], axis=0)
        yield {**inputs, POINTS: block}, new


def samples_at_once(inputs: Any) -> int:
    """A number of samples to predict at once: fewer, the larger they are.

    Where the points are common, their basis functions are evaluated once for all these samples.
    """
    if common_points(inputs) is None:
        return sample_arrays.samples_at_once(keras.tree.flatten(inputs))
    return sample_arrays.functions_at_once(of_samples(inputs), len(inputs[POINTS]))
