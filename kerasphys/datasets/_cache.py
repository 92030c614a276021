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
        make: Makes the samples: two arrays.
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
        except (OSError, ValueError) as error:
            warnings.warn(
                f"The cached samples in {folder} are damaged and are made again: {error}",
                stacklevel=3,
            )
    samples = make()
    with replace_directory(folder) as staged:
        np.save(staged / "inputs.npy", samples.inputs)
        np.save(staged / "outputs.npy", samples.outputs)
        write_json(staged / "made_by.json", made_by)
        write_manifest(staged)
    return samples


def _read(folder: Path) -> Samples:
    verify_manifest(folder)
    arrays = [np.load(folder / f"{name}.npy", allow_pickle=False) for name in ("inputs", "outputs")]
    return Samples(*arrays)
