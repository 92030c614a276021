"""Samples from files that NumPy wrote."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kerasphys.datasets._arrays_in_files import (
    check_known,
    check_path,
    choose,
    samples_from,
    unreadable,
)
from kerasphys.datasets.samples import Samples


def load_npz(
    path: str | os.PathLike,
    inputs: str | Sequence[str] | Mapping[str, Any] = "inputs",
    outputs: str | Sequence[str] = "outputs",
    points: str | None = None,
    *,
    stride: int = 1,
    limit: int | None = None,
) -> Samples:
    """Samples from a file of `np.savez` or `np.savez_compressed`.

    Nothing is unpickled: a file can hold no code, and arrays of Python objects are refused.

    Args:
        path: The file.
        inputs: Name of the array of inputs, `"a"`, taken as it is; a list of names, `["a"]` or
            `["u", "v"]`, of arrays without an axis of channels, each of which is a channel; or a
            dict of either by the names of the inputs, for networks with several.
        outputs: Name of the array of outputs, or names of channels.
        points: Name of the array of points where the outputs are known, `(p, d)`, or
            `(n, p, d)`; the inputs are then a dict. `None` for fields on a grid.
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
        import numpy as np
        import kerasphys as kp

        u = np.random.default_rng(0).normal(size=(10, 64))
        np.savez("data.npz", before=u, after=0.5 * u)
        samples = kp.datasets.load_npz("data.npz", ["before"], ["after"], stride=2)
        assert samples.inputs.shape == (10, 32, 1)
        ```
    """
    path = check_path(path)
    choices = choose(inputs, outputs, points)
    arrays = {}
    with path.open("rb") as stream:
        try:
            file = np.load(stream, allow_pickle=False)
        except Exception as error:
            raise unreadable(path, "npz", error) from error
        if not isinstance(file, np.lib.npyio.NpzFile):
            raise unreadable(path, "npz", "it holds one array; np.savez writes arrays by name")
        check_known(path, choices.names, file.files)
        for name in choices.names:
            try:
                arrays[name] = file[name]
            except Exception as error:  # the parser of NumPy raises whatever damage leads to
                raise ValueError(f"Cannot read the array {name!r} of {path}: {error}") from error
            if not isinstance(arrays[name], np.ndarray):
                raise ValueError(f"Cannot read the array {name!r} of {path}: it is no array.")
    return samples_from(path, arrays.__getitem__, choices, stride, limit)
