"""HDF5 files: opened with clear errors, and what they hold."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kerasphys._limits import check_expansion
from kerasphys.datasets._arrays_in_files import (
    Choices,
    check_known,
    choose,
    unreadable,
)
from kerasphys.datasets.samples import POINTS


@contextlib.contextmanager
def open_hdf5(path: Path) -> Iterator[Any]:
    """An HDF5 file, to read."""
    import h5py

    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise unreadable(path, "HDF5", error) from error
    with file:
        try:
            yield file
        except (KeyError, MemoryError, OSError, RuntimeError) as error:  # of damage further inside
            raise unreadable(path, "HDF5", error) from error


def arrays_in(file: Any) -> list[str]:
    """The paths of all arrays of a file; one that is much larger than the file is refused."""
    import h5py

    found: list[str] = []

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found.append(name)
            if not item.is_virtual and not item.external:
                check_expansion(file.filename, name, item.nbytes, item.id.get_storage_size())

    file.visititems(visit)
    return found


def choose_from(path: Path, file: Any, inputs: Any, outputs: Any, points: Any) -> Choices:
    """What is chosen as inputs, outputs and points, where the file has it.

    Args:
        path: The path of the file, for errors.
        file: The open file.
        inputs: As users name it; the name of a group stands for a dict of its arrays.
        outputs: As users name it.
        points: As users name it; by default `points`, where the file has it.
    """
    import h5py

    if isinstance(inputs, str) and isinstance(file.get(inputs), h5py.Group):
        inputs = {name: f"{inputs}/{name}" for name in file[inputs]}
    known = arrays_in(file)
    if points is None and POINTS in known:
        points = POINTS
    choices = choose(inputs, outputs, points)
    check_known(path, choices.names, known)
    return choices
