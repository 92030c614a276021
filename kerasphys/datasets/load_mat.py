"""Samples from files that MATLAB wrote."""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy

from kerasphys.datasets._arrays_in_files import (
    check_known,
    check_path,
    choose,
    samples_from,
    unreadable,
)
from kerasphys.datasets._hdf5 import arrays_in, open_hdf5
from kerasphys.datasets.samples import Samples

_DAMAGE = (OSError, ValueError, TypeError, KeyError, EOFError, IndexError, zlib.error)


def load_mat(
    path: str | os.PathLike,
    inputs: str | Sequence[str] | Mapping[str, Any] = "inputs",
    outputs: str | Sequence[str] = "outputs",
    points: str | None = None,
    *,
    stride: int = 1,
    limit: int | None = None,
) -> Samples:
    """Samples from a MATLAB file: of version 4 to 7.2, or of version 7.3, which is HDF5.

    The content tells which. MATLAB stores arrays column by column, so a file of version 7.3 has
    their axes in reverse; they are turned back, and both give what MATLAB shows.

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
        import scipy.io
        import kerasphys as kp

        a = np.random.default_rng(0).normal(size=(10, 64))
        scipy.io.savemat("data.mat", {"a": a, "u": 2 * a})
        samples = kp.datasets.load_mat("data.mat", ["a"], ["u"], limit=5)
        assert samples.outputs.shape == (5, 64, 1)
        ```
    """
    import h5py

    path = check_path(path)
    choices = choose(inputs, outputs, points)
    if h5py.is_hdf5(path):
        with open_hdf5(path) as file:
            check_known(path, choices.names, arrays_in(file))
            turned = {name: _Reversed(file[name]) for name in choices.names}
            return samples_from(path, turned.__getitem__, choices, stride, limit)
    arrays = _read_old(path, choices.names)
    return samples_from(path, arrays.__getitem__, choices, stride, limit)


class _Reversed:
    """An array of a file, with its axes in reverse; it is read where it is sliced."""

    def __init__(self, array: Any):
        self._array = array
        self.dtype = array.dtype
        self.shape = array.shape[::-1]

    def __getitem__(self, key: tuple[slice, ...]) -> np.ndarray:
        whole = (slice(None),) * (len(self.shape) - len(key))
        return self._array[(*whole, *key[::-1])].transpose()


def _read_old(path: Path, wanted: Sequence[str]) -> dict[str, np.ndarray]:
    """Arrays of a file of version 4 to 7.2."""
    _check_length(path)
    try:
        known = [name for name, *_ in scipy.io.whosmat(path)]
        arrays = scipy.io.loadmat(path, variable_names=list(wanted))
    except (*_DAMAGE, scipy.io.matlab.MatReadError) as error:
        raise unreadable(path, "MATLAB", error) from error
    check_known(path, wanted, known)
    return arrays


def _check_length(path: Path) -> None:
    """Refuses a file of version 5 to 7.2 that ends within an array.

    Behind a header of 128 bytes, whose last two tell the order of bytes, each array has its type
    and its length in eight bytes.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(128)
        order = {b"IM": "<u4", b"MI": ">u4"}.get(header[126:])
        position = size if order is None else 128
        while position < size:
            file.seek(position)
            tag = file.read(8)
            position += 8 + (int(np.frombuffer(tag, order)[1]) if len(tag) == 8 else 0)
    if position > size:
        raise unreadable(path, "MATLAB", f"it ends after {size} bytes of at least {position}")
