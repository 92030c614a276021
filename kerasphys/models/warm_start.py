"""Weights of a saved model as the start of another one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import keras
import numpy as np

from kerasphys._limits import check_archive
from kerasphys._validation import check_bool, message
from kerasphys.models.loading import loading_weights, read_model
from kerasphys.models.widening import widen

if TYPE_CHECKING:
    from kerasphys.models.pinn_model import PINNModel
    from kerasphys.models.surrogate_model import SurrogateModel

SAMPLES = 64  # points on which a wider network is compared with the narrower one


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


def warm_start_pinn(model: PINNModel, path: str | os.PathLike) -> None:
    """Gives a model the networks of a saved one; arguments as of `PINNModel.warm_start`."""
    with loading_weights():
        saved = _load(path, type(model))
    ours, theirs = model.problem, saved.problem
    inputs = len(theirs.coordinates)
    if ours.coordinates[:inputs] != theirs.coordinates:
        _refuse(path, "the inputs", theirs.coordinates, ours.coordinates)
    if ours.solution_fields != theirs.solution_fields:
        _refuse(path, "the fields", theirs.solution_fields, ours.solution_fields)
    points = ours.domain.sample(SAMPLES).astype(model.compute_dtype)
    points = np.tile(points, (model.members, 1))
    columns = saved.features(points[:1, :inputs]).shape[-1]
    before = [variable.numpy() for variable in model.variables]
    try:
        widen(model.network, saved.network, model.features(points), columns)
        for name in model.field_networks.keys() & saved.field_networks.keys():
            networks = model.field_networks[name], saved.field_networks[name]
            widen(*networks, model.scaling(points), inputs)
    except ValueError as error:
        for variable, array in zip(model.variables, before, strict=True):
            variable.assign(array)
        raise ValueError(
            f"The file {os.fspath(path)} holds a model with another network: {error}. A warm start "
            "needs the same network, or a narrower one of the same kind and depth."
        ) from error


def _refuse(path: str | os.PathLike, what: str, theirs: Any, ours: Any) -> NoReturn:
    raise ValueError(
        f"The file {os.fspath(path)} holds a model with {what} {', '.join(theirs)}, and this model "
        f"has {', '.join(ours)}."
    )


def _load(path: str | os.PathLike, kind: type) -> Any:
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
