"""Weights of a saved model as the start of another one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras

from kerasphys._limits import check_archive
from kerasphys._validation import check_bool, message
from kerasphys.models.loading import read_model

if TYPE_CHECKING:
    from kerasphys.models.surrogate_model import SurrogateModel


def warm_start(model: SurrogateModel, path: str | os.PathLike, scaling: bool) -> None:
    """Gives a model the weights of a saved one; arguments as of `SurrogateModel.warm_start`."""
    check_bool("scaling", scaling)
    saved = _load(path, type(model))
    if not model.built:
        model._prepare_network(saved.output_scaling.means[0].shape[-1])
        model.build(saved.inputs_shape)
    parts = ["network"]
    if scaling:
        parts += ["input_scaling", "output_scaling"]
    for part in parts:
        _check_alike(path, part, getattr(model, part), getattr(saved, part))
    for part in parts:
        for ours, theirs in zip(
            getattr(model, part).variables, getattr(saved, part).variables, strict=True
        ):
            ours.assign(theirs)


def _load(path: str | os.PathLike, kind: type[SurrogateModel]) -> SurrogateModel:
    if not isinstance(path, str | os.PathLike):
        raise TypeError(message("path", "the path of a .keras file", path))
    file = Path(path).absolute()
    if not file.is_file():
        raise FileNotFoundError(f"Argument `path`: there is no file {file}.")
    try:
        check_archive(file)
        saved: Any = read_model(file, compile=False)
    except Exception as error:  # a zip, a JSON or an HDF5 file may be damaged in many ways
        raise ValueError(f"The file {file} cannot be loaded as a Keras model: {error}") from error
    if not isinstance(saved, kind):
        raise ValueError(f"The file {file} holds a {type(saved).__name__}, no {kind.__name__}.")
    return saved


def _check_alike(
    path: str | os.PathLike, part: str, ours: keras.layers.Layer, theirs: keras.layers.Layer
) -> None:
    here, there = ([tuple(v.shape) for v in layer.variables] for layer in (ours, theirs))
    if here != there:
        raise ValueError(
            f"The file {os.fspath(path)} holds a model with another {part}: weights of shapes "
            f"{there}, and this model has {here}. A warm start needs the same network."
        )
