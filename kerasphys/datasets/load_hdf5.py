"""Samples from HDF5 files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from kerasphys.datasets._arrays_in_files import check_path, samples_from
from kerasphys.datasets._hdf5 import choose_from, open_hdf5
from kerasphys.datasets.samples import Samples


def load_hdf5(
    path: str | os.PathLike,
    inputs: str | Sequence[str] | Mapping[str, Any] = "inputs",
    outputs: str | Sequence[str] = "outputs",
    points: str | None = None,
    *,
    stride: int = 1,
    limit: int | None = None,
) -> Samples:
    """Samples from an HDF5 file that fit into memory; `kp.datasets.stream_hdf5` reads others.

    The defaults are what `kp.datasets.save_hdf5` writes.

    Args:
        path: The file.
        inputs: Name of the array of inputs, `"a"`, taken as it is; a list of names, `["a"]` or
            `["u", "v"]`, of arrays without an axis of channels, each of which is a channel; or a
            dict of either by the names of the inputs, for networks with several. The name of
            a group stands for a dict of its arrays.
        outputs: Name of the array of outputs, or names of channels.
        points: Name of the array of points where the outputs are known, `(p, d)`, or
            `(n, p, d)`; the inputs are then a dict. By default `points`, where
            the file has an array of that name.
        stride: Positive integer: of each axis between samples and channels every so many nodes
            are kept; with points, of the points.
        limit: Positive integer, how many samples are kept, the first ones; `None` for all.

    Returns:
        The samples. `kp.datasets.split` divides them.

    Raises:
        FileNotFoundError: If there is no such file.
        TypeError: If an argument is of a wrong type.
        ValueError: If the file is damaged or of another kind, has no array of a name, or its arrays
            are complex, hold NaN or infinity, or differ in their number of samples.

    Example:
        ```python
        import kerasphys as kp

        data = kp.datasets.poisson_2d(samples=12, resolution=16, seed=0)
        kp.datasets.save_hdf5("data.h5", data.train)
        samples = kp.datasets.load_hdf5("data.h5", limit=4)
        assert samples.inputs.shape == (4, 16, 16, 1)
        ```
    """
    path = check_path(path)
    with open_hdf5(path) as file:
        choices = choose_from(path, file, inputs, outputs, points)
        return samples_from(path, file.__getitem__, choices, stride, limit)
