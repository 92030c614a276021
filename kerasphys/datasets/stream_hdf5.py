"""Batches from an HDF5 file that is never read whole."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from kerasphys._validation import check_choice, check_int, check_positive_int
from kerasphys.datasets._arrays_in_files import check_path
from kerasphys.datasets._block_reader import BlockReader
from kerasphys.datasets._hdf5 import choose_from, open_hdf5
from kerasphys.datasets.samples import POINTS


def stream_hdf5(
    path: str | os.PathLike,
    batch_size: int = 32,
    seed: int | None = None,
    *,
    inputs: str | Sequence[str] | Mapping[str, Any] = "inputs",
    outputs: str | Sequence[str] = "outputs",
    points: str | None = None,
    start: int = 0,
    limit: int | None = None,
    buffer: int = 1024,
    dtype: str = "float32",
) -> tf.data.Dataset:
    """Batches of samples, read from an HDF5 file while they are needed.

    It goes where a model takes data: to `adapt`, `fit`, `evaluate` and `validation_data`. Memory
    holds `buffer` samples and a few chunks of the file, however large the file is. The defaults
    are what `kp.datasets.save_hdf5` writes.

    With a seed the samples come in random order, another each time they are read: the chunks of the
    file are shuffled, and so is the buffer that they run through. All batches have one shape; the
    last one is filled up with samples of the next order. Without a seed the samples come in the
    order of the file, each once, and the last batch has what is left.

    Args:
        path: The file.
        batch_size: Positive integer.
        seed: Integer, for the order; `None` for that of the file.
        inputs: Name of the array of inputs, taken as it is; a list of names of arrays without an
            axis of channels, each of which is a channel; or a dict of either by the names of the
            inputs. The name of a group stands for a dict of its arrays.
        outputs: Name of the array of outputs, or names of channels.
        points: Name of the array of points, `(p, d)` or `(n, p, d)`; a batch of inputs holds them
            as `points`. By default `points`, where the file has an array of that name.
        start: Non-negative integer, the first sample of the file that is taken.
        limit: Positive integer, how many are taken from there; `None` for all.
        buffer: Positive integer, how many samples the shuffling holds.
        dtype: `"float32"` or `"float64"`.

    Returns:
        A dataset of batches `(inputs, outputs)`, whose number is known.

    Raises:
        FileNotFoundError: If there is no such file.
        TypeError: If an argument is of a wrong type.
        ValueError: If the file is damaged or of another kind, has no array of a name, or its arrays
            are complex or differ in their number of samples. NaN and infinity are found while the
            samples are read, and end the training with an error that says where.

    Example:
        ```python
        import kerasphys as kp

        data = kp.datasets.poisson_2d(samples=50, resolution=16, seed=0)
        path = kp.datasets.save_hdf5("poisson.h5", data.train)
        training = kp.datasets.stream_hdf5(path, batch_size=8, seed=0, limit=32)
        held_out = kp.datasets.stream_hdf5(path, batch_size=8, start=32)
        model = kp.models.SurrogateModel(kp.networks.UNet(1, 4, seed=0))
        model.adapt(training)
        model.compile("adam", loss="mse")
        model.fit(training, validation_data=held_out, epochs=2, verbose=0)
        ```
    """
    path = check_path(path)
    batch_size, buffer = (
        check_positive_int(name, value)
        for name, value in (("batch_size", batch_size), ("buffer", buffer))
    )
    if seed is not None:
        seed = check_int("seed", seed, minimum=0)
    dtype = check_choice("dtype", dtype, ("float32", "float64"))
    start = check_int("start", start, minimum=0)
    if limit is not None:
        limit = check_positive_int("limit", limit)
    with open_hdf5(path) as file:
        choices = choose_from(path, file, inputs, outputs, points)
        reader = BlockReader.of(path, file, choices, (start, limit), batch_size, dtype)
        common = None
        if choices.points is not None and file[choices.points].ndim == 2:
            common = tf.constant(file[choices.points][()], dtype)

    count = reader.stop - reader.start
    size = min(batch_size, count)
    batches = math.ceil(count / size)
    order = tf.data.Dataset.range(reader.blocks)
    if seed is not None:
        order = order.shuffle(reader.blocks, seed, reshuffle_each_iteration=True).repeat(2)
    samples = order.map(reader).unbatch()
    if seed is not None:
        samples = samples.take(batches * size).shuffle(buffer, seed)
    data = samples.batch(size, drop_remainder=seed is not None or count % size == 0)
    if common is not None:
        data = data.map(lambda x, y: ({**x, POINTS: common}, y))
    return data.apply(tf.data.experimental.assert_cardinality(batches)).prefetch(1)
