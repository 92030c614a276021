"""Data sets from files in the layouts of PDEBench."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kerasphys._validation import check_names, check_positive_int
from kerasphys.datasets._arrays_in_files import as_samples, check_known, check_path, check_real
from kerasphys.datasets._hdf5 import arrays_in, open_hdf5
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.splits import split

_AXES = ("x", "y", "z")
_COORDINATE = "-coordinate"
_LAYOUTS = (
    "arrays (n, t, *grid) with 'x-coordinate', ...; 'nu' and 'tensor'; or groups with 'data' "
    "(t, *grid, channels) and 'grid/x', ..."
)


def load_pdebench(
    path: str | os.PathLike,
    validation: int | None = None,
    test: int | None = None,
    *,
    periodic: Sequence[str] = (),
    steps: int | None = None,
    time_stride: int = 1,
    stride: int = 1,
    limit: int | None = None,
) -> Dataset:
    """A data set from an HDF5 file as PDEBench has them.

    Three layouts are known. Trajectories of one field, `tensor`, or of several by their names,
    `(n, t, *grid)`; trajectories in groups `0000/data`, `(t, *grid, channels)`; and Darcy flow,
    from `nu` `(n, x, y)` to `tensor` `(n, 1, x, y)`. Only what is kept is read.

    Args:
        path: The file.
        validation: How many samples are kept for validation, a tenth by default.
        test: How many samples are kept for the test, a tenth by default.
        periodic: Names of the periodic coordinates among `x`, `y` and `z`, which the files do not
            tell.
        steps: Positive integer, how many states of a trajectory are kept after the first one;
            `None` for all.
        time_stride: Positive integer: of the states every so many are kept.
        stride: Positive integer: of each axis of the grid every so many points are kept.
        limit: Positive integer, how many samples are kept, the first ones; `None` for all.

    Returns:
        A `Dataset`: of trajectories with the inputs `(n, *grid, channels)`, the first states, and
        the outputs `(n, steps, *grid, channels)`, as `kp.datasets.one_step` takes them; of Darcy
        flow with both `(n, *grid, 1)`.

    Raises:
        FileNotFoundError: If there is no such file.
        TypeError: If an argument is of a wrong type.
        ValueError: If the file is damaged or of another kind or layout, or holds complex numbers,
            NaN or infinity.

    Reference:
        Takamoto et al., 2022, https://arxiv.org/abs/2210.07182
    """
    path = check_path(path)
    every = slice(None, None, check_positive_int("stride", stride))
    time_stride = check_positive_int("time_stride", time_stride)
    last = None if steps is None else check_positive_int("steps", steps) * time_stride + 1
    rows = slice(None if limit is None else check_positive_int("limit", limit))
    periodic = check_names("periodic", periodic) if periodic else ()
    with open_hdf5(path) as file:
        layout = _layout(path, file)
        inputs, outputs = layout.read(rows, slice(0, last, time_stride), every)
        axes = [layout.axis(name)[every] for name in _AXES[: layout.rank]]
    return Dataset(
        **split(as_samples(path, inputs, outputs), validation, test),
        name=path.stem,
        description=f"From the file {path.name}, in a layout of PDEBench.",
        coordinates=[
            _coordinate(path, name, axis, name in periodic)
            for name, axis in zip(_AXES, axes, strict=False)
        ],
        periodic=periodic,
        input_fields="nu" if isinstance(layout, _Darcy) else layout.fields,
        output_fields=layout.fields,
        parameters={"stride": stride, "time_stride": time_stride},
    )


class _Trajectories:
    """Arrays `(n, t, *grid)`, one for each field."""

    def __init__(self, path: Path, file: Any, known: list[str]):
        self.file = file
        self.names = [name for name in known if not name.endswith(_COORDINATE)]
        shapes = {name: file[name].shape for name in self.names}
        self.rank = len(shapes[self.names[0]]) - 2
        if len(set(shapes.values())) > 1 or self.rank not in (1, 2, 3):
            raise ValueError(f"The arrays of {path} must be (n, t, *grid), all alike: {shapes}.")
        self.fields = ("u",) if self.names == ["tensor"] else tuple(self.names)
        axes = [f"{axis}{_COORDINATE}" for axis in _AXES[: self.rank]]
        _check(path, file, known, self.names, axes)

    def read(self, rows: slice, times: slice, every: slice) -> tuple[np.ndarray, np.ndarray]:
        key = (rows, times, *(every,) * self.rank)
        states = np.stack([self.file[name][key] for name in self.names], axis=-1)
        return states[:, 0], states[:, 1:]

    def axis(self, name: str) -> np.ndarray:
        return self.file[f"{name}{_COORDINATE}"][()]


class _Groups:
    """Groups `0000`, ..., each with `data` `(t, *grid, channels)` and `grid`."""

    def __init__(self, path: Path, file: Any, known: list[str]):
        self.groups = [file[name] for name in sorted(file)]
        names = [f"{name}/data" for name in sorted(file)]
        shapes = {file[name].shape for name in names}
        *grid, channels = file[names[0]].shape[1:] or (1,)
        self.rank = len(grid)
        if len(shapes) > 1 or self.rank not in (1, 2, 3):
            raise ValueError(f"The groups of {path} must be (t, *grid, channels): {shapes}.")
        self.fields = tuple(f"u{index + 1}" for index in range(channels)) if channels > 1 else "u"
        first = names[0].partition("/")[0]
        axes = [f"{first}/grid/{axis}" for axis in _AXES[: self.rank]]
        _check(path, file, known, names, axes)

    def read(self, rows: slice, times: slice, every: slice) -> tuple[np.ndarray, np.ndarray]:
        key = (times, *(every,) * self.rank)
        states = np.stack([group["data"][key] for group in self.groups[rows]])
        return states[:, 0], states[:, 1:]

    def axis(self, name: str) -> np.ndarray:
        return self.groups[0][f"grid/{name}"][()]


class _Darcy:
    """Arrays `nu` `(n, x, y)` and `tensor` `(n, 1, x, y)`."""

    rank = 2
    fields = "u"

    def __init__(self, path: Path, file: Any, known: list[str]):
        self.file = file
        axes = [f"{axis}{_COORDINATE}" for axis in _AXES[: self.rank]]
        _check(path, file, known, ["nu", "tensor"], axes)
        nu, tensor = (file[name].shape for name in ("nu", "tensor"))
        if len(nu) != 3 or tensor != (nu[0], 1, *nu[1:]):
            raise ValueError(
                f"In {path} `nu` must be (n, x, y) and `tensor` (n, 1, x, y). They are {nu} and "
                f"{tensor}."
            )

    def read(self, rows: slice, _: slice, every: slice) -> tuple[np.ndarray, np.ndarray]:
        nu, u = (self.file[name] for name in ("nu", "tensor"))
        return nu[rows, every, every][..., np.newaxis], u[rows, 0, every, every][..., np.newaxis]

    def axis(self, name: str) -> np.ndarray:
        return self.file[f"{name}{_COORDINATE}"][()]


def _layout(path: Path, file: Any) -> _Trajectories | _Groups | _Darcy:
    """What a file holds, told by its names."""
    known = arrays_in(file)
    if "nu" in known:
        return _Darcy(path, file, known)
    if known and all(f"{group}/data" in known for group in file):
        return _Groups(path, file, known)
    if any(not name.endswith(_COORDINATE) and "/" not in name for name in known):
        return _Trajectories(path, file, known)
    raise ValueError(f"The file {path} must hold {_LAYOUTS}. It has the arrays {known}.")


def _check(path: Path, file: Any, known: list[str], arrays: list[str], axes: list[str]) -> None:
    check_known(path, [*arrays, *axes], known)
    for name in arrays:
        check_real(path, name, file[name])


def _coordinate(path: Path, name: str, axis: np.ndarray, periodic: bool) -> dict[str, Any]:
    """The bounds of an axis, whose points must be evenly spaced."""
    axis = np.asarray(axis, np.float64)
    gap = (axis[-1] - axis[0]) / max(len(axis) - 1, 1)
    if len(axis) < 2 or gap <= 0 or not np.allclose(np.diff(axis), gap, rtol=1e-2, atol=0):
        raise ValueError(f"The points along {name} in {path} must be rising and evenly spaced.")
    return {"name": name, "lower": float(axis[0]), "upper": float(axis[-1] + gap * periodic)}
