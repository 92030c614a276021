"""Samples kept on disk, so that what takes long is made once."""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kerasphys._files import replace_directory, write_json
from kerasphys._validation import message
from kerasphys._version import __version__
from kerasphys.artifacts.layout import verify_manifest, write_manifest
from kerasphys.datasets.samples import Samples

_INPUT = "input-"


def cached(
    directory: str | os.PathLike | None,
    name: str,
    arguments: Mapping[str, Any],
    make: Callable[[], Samples],
) -> Samples:
    """What `make` returns, from disk where it was made before.

    Args:
        directory: Where samples are kept, each kind in a folder of its own; `None` keeps nothing.
        name: The generator.
        arguments: All on which the samples depend, as JSON holds it. Other arguments, or another
            version of this package, have another folder.
        make: Makes the samples.
    """
    if directory is None:
        return make()
    if not isinstance(directory, str | os.PathLike):
        raise TypeError(message("cache", "a path or None", directory))
    made_by = {"name": name, "arguments": dict(arguments), "version": __version__}
    key = hashlib.sha256(json.dumps(made_by, sort_keys=True).encode()).hexdigest()[:16]
    folder = Path(directory) / f"{name}-{key}"
    if folder.exists():
        try:
            return _read(folder)
        except Exception as error:  # whatever damaged files lead to
            warnings.warn(
                f"The cached samples in {folder} are damaged and are made again: {error}",
                stacklevel=3,
            )
    samples = make()
    with replace_directory(folder) as staged:
        for file, array in _arrays(samples).items():
            np.save(staged / f"{file}.npy", array)
        write_json(staged / "made_by.json", made_by)
        write_manifest(staged)
    return samples


def _arrays(samples: Samples) -> dict[str, np.ndarray]:
    """The arrays of samples by the names of their files; an input function has its own."""
    if isinstance(samples.inputs, dict):
        arrays = {f"{_INPUT}{name}": array for name, array in samples.inputs.items()}
    else:
        arrays = {"inputs": samples.inputs}
    arrays["outputs"] = samples.outputs
    if samples.points is not None:
        arrays["points"] = samples.points
    return arrays


def _read(folder: Path) -> Samples:
    verify_manifest(folder)
    files = sorted(folder.glob("*.npy"))
    arrays = {file.stem: _load(file) for file in files}
    outputs, points = arrays.pop("outputs"), arrays.pop("points", None)
    inputs: Any = arrays.pop("inputs", None)
    if inputs is None:
        inputs = {name.removeprefix(_INPUT): array for name, array in arrays.items()}
    return Samples(inputs, outputs, points)


def _load(file: Path) -> np.ndarray:
    # mapped, an array cannot say that it is larger than its file
    return np.array(np.load(file, mmap_mode="r", allow_pickle=False))
