"""Which arrays of a file are the inputs, the outputs and the points of samples."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kerasphys._validation import check_name, check_positive_int, message
from kerasphys.datasets.samples import Samples

# A name; names of channels; or these by the names of inputs.
Choice = str | tuple[str, ...] | dict[str, Any]


def check_path(path: Any) -> Path:
    """The path of a file that exists."""
    if not isinstance(path, str | os.PathLike):
        raise TypeError(message("path", "a path", path))
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    return path


def unreadable(path: Path, kind: str, reason: Any) -> ValueError:
    """The error for a file that is damaged or of another kind."""
    return ValueError(f"Cannot load {path}: it is no whole {kind} file ({reason}).")


class Choices(NamedTuple):
    """The arrays that are the inputs, the outputs and the points."""

    inputs: Choice
    outputs: Choice
    points: str | None

    @property
    def names(self) -> list[str]:
        """The names of all arrays, each once."""
        return list(dict.fromkeys(name for choice in self for name in names_in(choice)))


def choose(inputs: Any, outputs: Any, points: Any) -> Choices:
    """What users name as inputs, outputs and points, checked."""
    if points is not None and not isinstance(points, str):
        raise TypeError(message("points", "the name of an array, or None", points))
    if isinstance(outputs, Mapping):
        raise TypeError(message("outputs", "the name of an array, or names of channels", outputs))
    return Choices(_check("inputs", inputs), _check("outputs", outputs), points)


def _check(argument: str, value: Any) -> Choice:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and value:
        return {
            check_name(argument, name): _check(f"{argument}[{name!r}]", choice)
            for name, choice in value.items()
        }
    if isinstance(value, Sequence) and value and all(isinstance(name, str) for name in value):
        return tuple(value)
    expected = "the name of an array, a list of names of channels, or a dict of these by name"
    raise TypeError(message(argument, expected, value))


def names_in(choice: Choice | None) -> list[str]:
    """The names of the arrays of a choice."""
    if choice is None:
        return []
    if isinstance(choice, str):
        return [choice]
    if isinstance(choice, tuple):
        return list(choice)
    return [name for part in choice.values() for name in names_in(part)]


def assemble(choice: Choice, read: Callable[[str, bool], np.ndarray]) -> Any:
    """The arrays of a choice: channels stacked along a last axis, mappings as dicts.

    Args:
        choice: What is chosen.
        read: The array of a name, told whether it has an axis of channels.
    """
    if isinstance(choice, str):
        return read(choice, True)
    if isinstance(choice, tuple):
        return np.stack([read(name, False) for name in choice], axis=-1)
    return {name: assemble(part, read) for name, part in choice.items()}


def check_known(path: Path, wanted: Iterable[str], known: Iterable[str]) -> None:
    """Refuses names of arrays that a file does not have."""
    known = list(known)
    for name in wanted:
        if name not in known:
            raise ValueError(f"The file {path} has no array {name!r}. It has {known}.")


def check_real(path: Path, name: str, array: Any) -> None:
    """Refuses arrays of a file that do not hold real numbers with samples first."""
    kind = array.dtype.kind
    if kind == "c" or array.dtype.names == ("real", "imag"):
        cure = "Save the real and the imaginary part as two arrays."
        raise ValueError(f"The array {name!r} of {path} is complex. {cure}")
    if kind not in "fiu" or not array.shape:
        raise ValueError(
            f"The array {name!r} of {path} must hold real numbers with the samples along its "
            f"first axis. It has the dtype {array.dtype} and the shape {array.shape}."
        )


def check_one_number(path: Path, lengths: Mapping[str, int]) -> None:
    """Refuses arrays of a file that differ in their number of samples."""
    if len(set(lengths.values())) > 1:
        raise ValueError(f"The arrays of {path} differ in their number of samples: {lengths}.")


def as_samples(path: Path, inputs: Any, outputs: Any, points: Any = None) -> Samples:
    """`Samples` of arrays from a file, which errors name."""
    try:
        return Samples(inputs, outputs, points)
    except ValueError as error:
        raise ValueError(f"Cannot take samples from {path}: {error}") from error


def samples_from(
    path: Path,
    arrays: Callable[[str], Any],
    choices: Choices,
    stride: int,
    limit: int | None,
) -> Samples:
    """Samples from the arrays of a file.

    Args:
        path: The file, for errors.
        arrays: The array of a name, as NumPy holds it or as something that is sliced like it.
        choices: Which arrays they are.
        stride: Which nodes of each grid axis are kept; with points, which points.
        limit: How many samples are kept, the first ones; `None` for all.
    """
    every = slice(None, None, check_positive_int("stride", stride))
    rows = slice(None if limit is None else check_positive_int("limit", limit))
    lengths = {}

    def read(name: str, channels: bool, thinned: bool = True) -> np.ndarray:
        array = arrays(name)
        check_real(path, name, array)
        lengths[name] = array.shape[0]
        grid = (len(array.shape) - 1 - channels) * thinned
        return np.asarray(array[(rows, *(every,) * grid)])

    points = None
    if choices.points is not None:
        points = arrays(choices.points)
        check_real(path, choices.points, points)
        points = np.asarray(points[(rows, every) if len(points.shape) == 3 else (every,)])
    inputs = assemble(choices.inputs, functools.partial(read, thinned=points is None))
    outputs = assemble(choices.outputs, read)
    check_one_number(path, lengths)
    return as_samples(path, inputs, outputs, points)
