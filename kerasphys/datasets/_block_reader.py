"""Blocks of consecutive samples of an HDF5 file, as tensors."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._validation import message
from kerasphys.datasets._arrays_in_files import (
    Choices,
    assemble,
    check_one_number,
    check_real,
    names_in,
)
from kerasphys.datasets._hdf5 import open_hdf5
from kerasphys.datasets.samples import POINTS


@dataclasses.dataclass(frozen=True)
class BlockReader:
    """Reads samples block by block; a block begins where a chunk of the file does.

    Args:
        path: The file.
        inputs: What is chosen as inputs, points of each sample among it.
        outputs: What is chosen as outputs.
        start: The first sample.
        stop: The sample after the last one.
        rows: How many samples a block has.
        dtype: Of the tensors.
        specs: Inputs and outputs, as specifications of tensors.
    """

    path: Path
    inputs: Any
    outputs: Any
    start: int
    stop: int
    rows: int
    dtype: str
    specs: Any = None

    @classmethod
    def of(
        cls,
        path: Path,
        file: Any,
        choices: Choices,
        part: tuple[int, int | None],
        batch_size: int,
        dtype: str,
    ) -> BlockReader:
        """A reader for an open file, whose arrays are checked.

        Args:
            path: The path of the file.
            file: The open file.
            choices: What is chosen, which the file has.
            part: The first sample, and how many are taken from there; `None` for all.
            batch_size: Blocks are about as large.
            dtype: Of the tensors.
        """
        inputs = _with_points(path, file, choices)
        names = Choices(inputs, choices.outputs, None).names
        for name in names:
            check_real(path, name, file[name])
        lengths = {name: len(file[name]) for name in names}
        check_one_number(path, lengths)
        count = min(lengths.values())
        start, limit = part
        stop = count if limit is None else start + limit
        if not start < stop <= count:
            expected = f"the first of samples among the {count} of {path}"
            raise ValueError(message("start", expected, start, f"The limit is {limit}."))
        chunk = max((file[name].chunks or (1,))[0] for name in names)
        rows = chunk * math.ceil(min(batch_size, 64) / chunk)
        reader = cls(path, inputs, choices.outputs, start, stop, rows, dtype)
        specs = keras.tree.map_structure(
            lambda array: tf.TensorSpec((None, *array.shape[1:]), dtype),
            reader._arrays(file, slice(start, start + 1)),
        )
        return dataclasses.replace(reader, specs=specs)

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return math.ceil(self.stop / self.rows) - self.start // self.rows

    def __call__(self, index: tf.Tensor) -> Any:
        """The inputs and outputs of a block."""
        specs = keras.tree.flatten(self.specs)
        tensors = tf.numpy_function(self._read, [index], [spec.dtype for spec in specs])
        for tensor, spec in zip(tensors, specs, strict=True):
            tensor.set_shape(spec.shape)
        return keras.tree.pack_sequence_as(self.specs, tensors)

    def _read(self, index: np.ndarray) -> list[np.ndarray]:
        first = (self.start // self.rows + int(index)) * self.rows
        rows = slice(max(first, self.start), min(first + self.rows, self.stop))
        with open_hdf5(self.path) as file:
            return keras.tree.flatten(self._arrays(file, rows))

    def _arrays(self, file: Any, rows: slice) -> tuple[Any, Any]:
        """Inputs and outputs of an open file."""

        def read(name: str, _: bool) -> np.ndarray:
            array = file[name][rows].astype(self.dtype, copy=False)
            bad = np.argwhere(~np.isfinite(array))
            if len(bad):
                where = (rows.start + int(bad[0, 0]), *map(int, bad[0, 1:]))
                raise ValueError(
                    f"The array {name!r} of {self.path} must be finite everywhere. Received: "
                    f"{array[tuple(bad[0])]} at index {where}."
                )
            return array

        return assemble(self.inputs, read), assemble(self.outputs, read)


def _with_points(path: Path, file: Any, choices: Choices) -> Any:
    """The choice of inputs, with points of each sample among it."""
    inputs = choices.inputs
    if choices.points is None:
        return inputs
    points, outputs = file[choices.points], file[names_in(choices.outputs)[-1]]
    check_real(path, choices.points, points)
    if not isinstance(inputs, dict) or POINTS in inputs:
        expected = "a dict of functions by names other than 'points' where there are points"
        raise ValueError(message("inputs", expected, inputs))
    wanted = outputs.shape[1:2] if points.ndim == 2 else outputs.shape[:2]
    if points.ndim not in (2, 3) or points.shape[:-1] != wanted:
        raise ValueError(
            f"The points of {path} must be (p, d) or (n, p, d) for outputs (n, p, channels). "
            f"They are {points.shape} for outputs {outputs.shape}."
        )
    return {**inputs, POINTS: choices.points} if points.ndim == 3 else inputs
