"""Samples in an HDF5 file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from kerasphys._files import replace_file
from kerasphys._validation import check_positive_int, message
from kerasphys.datasets.samples import POINTS, Samples

_CHUNK_BYTES = 2**20


def save_hdf5(
    path: str | os.PathLike, samples: Samples | Iterable[Samples], chunk: int | None = None
) -> Path:
    """Writes samples to an HDF5 file, which `kp.datasets.stream_hdf5` reads bit by bit.

    Samples that do not fit into memory are given in parts, one after the other. The file has the
    arrays `inputs`, or `inputs/name` for each name of a dict, `outputs`, and where there are points
    `points`. A file at `path` is replaced only when the new one is whole.

    Args:
        path: The file.
        samples: `Samples`, or an iterable of them, of one shape and with the same common points.
        chunk: Positive integer, how many samples lie together in the file and are read at once; by
            default about a megabyte of them.

    Returns:
        The absolute path of the file.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If there are no samples, or parts differ in shape or in their common points.

    Example:
        ```python
        import kerasphys as kp

        parts = (kp.datasets.poisson_2d(40, 16, 0, 0, seed=seed).train for seed in range(5))
        path = kp.datasets.save_hdf5("poisson.h5", parts)
        data = kp.datasets.stream_hdf5(path, batch_size=20, seed=0)
        assert len(data) == 10
        ```
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(message("path", "a path", path))
    if isinstance(samples, Samples):
        samples = [samples]
    if not isinstance(samples, Iterable):
        raise TypeError(message("samples", "kp.datasets.Samples or an iterable of them", samples))
    if chunk is not None:
        chunk = check_positive_int("chunk", chunk)
    import h5py

    with replace_file(path) as staged, h5py.File(staged, "w") as file:
        shapes: dict[str, Any] = {}
        common: np.ndarray | None = None
        for part in samples:
            if not isinstance(part, Samples):
                raise TypeError(message("samples", "an iterable of kp.datasets.Samples", part))
            arrays, points = _arrays(part)
            found = {name: (array.shape[1:], array.dtype) for name, array in arrays.items()}
            if not shapes:
                shapes, common = found, points
                _create(file, arrays, points, chunk)
            if found != shapes or not _same(points, common):
                cure = f"The first has the arrays {shapes}."
                expected = "parts of one shape and dtype, with the same common points"
                raise ValueError(message("samples", expected, part, cure))
            for name, array in arrays.items():
                count = len(file[name])
                file[name].resize(count + len(array), axis=0)
                file[name][count:] = array
        if not shapes:
            raise ValueError(message("samples", "at least one part", samples))
    return Path(path).absolute()


def _arrays(part: Samples) -> tuple[dict[str, np.ndarray], np.ndarray | None]:
    """The arrays that have samples first, by their names in a file, and common points."""
    if isinstance(part.inputs, dict):
        arrays = {f"inputs/{name}": array for name, array in part.inputs.items()}
    else:
        arrays = {"inputs": part.inputs}
    arrays["outputs"] = part.outputs
    if part.points is not None and part.points.ndim == 3:
        return arrays | {POINTS: part.points}, None
    return arrays, part.points


def _create(
    file: Any, arrays: dict[str, np.ndarray], points: np.ndarray | None, chunk: int | None
) -> None:
    """Makes empty arrays that can grow."""
    size = sum(array.nbytes // len(array) for array in arrays.values())
    rows = chunk or max(1, _CHUNK_BYTES // size)
    for name, array in arrays.items():
        shape = array.shape[1:]
        file.create_dataset(
            name, (0, *shape), array.dtype, maxshape=(None, *shape), chunks=(rows, *shape)
        )
    if points is not None:
        file[POINTS] = points


def _same(points: np.ndarray | None, others: np.ndarray | None) -> bool:
    if points is None or others is None:
        return points is others
    return np.array_equal(points, others)
