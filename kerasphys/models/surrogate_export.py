"""The artefact of a model that is trained on samples."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

from kerasphys._validation import check_names, message
from kerasphys.artifacts import Card, write_artifact
from kerasphys.datasets.samples import POINTS
from kerasphys.models.array_data import inputs_and_outputs
from kerasphys.models.channel_scaling import ChannelScaling
from kerasphys.models.conformal_band import ConformalBand
from kerasphys.models.half_precision import MIXED
from kerasphys.models.pinn_export import missing_samples
from kerasphys.networks import GridNetwork

if TYPE_CHECKING:
    from kerasphys.models.supervised_model import SupervisedModel

AXES = ("x", "y", "z")
INPUTS = "inputs"  # what the inputs are called where they have no names of their own


def export_samples(
    model: SupervisedModel,
    path: str | os.PathLike,
    output: str,
    coordinates: Sequence[Mapping[str, Any]] | None,
    facts: Mapping[str, Any],
    dtype: str | None = None,
    samples: Any = None,
) -> Path:
    """Writes a model as a function of arrays of samples.

    Args:
        model: The model.
        path: Directory to write.
        output: The name of what `serve` returns; an operator network returns the fields of the
            card by their names.
        coordinates: The axes of the grid for the card, or `None` for the default.
        facts: Entries of the card that the model does not know itself.
        dtype: As of `write_artifact`. A network that computes in 16 bits leaves in single
            precision unless something else is asked for.
        samples: Inputs, as of `predict`.

    Raises:
        ValueError: If the model is not built, or samples are missing.
    """
    check_built(model)
    if samples is not None:
        samples = inputs_and_outputs(samples)[0]
    elif dtype is not None:
        raise ValueError(missing_samples(samples))
    if dtype is None and model.dtype_policy.name in MIXED:
        dtype = "float32"
    shapes = _serving_shapes(model)
    named = shapes if isinstance(shapes, dict) else {INPUTS: shapes}
    spec = [tf.TensorSpec(shape, model.compute_dtype, name) for name, shape in named.items()]
    fields = facts["fields"] if POINTS in named else None

    def outputs_of(tensors: Sequence[tf.Tensor]) -> tf.Tensor:
        inputs = dict(zip(named, tensors, strict=True))
        return model(inputs if isinstance(shapes, dict) else inputs[INPUTS])

    def by_name(values: tf.Tensor) -> dict[str, tf.Tensor]:
        if fields is None:
            return {output: values}
        return dict(zip(fields, tf.unstack(values, num=len(fields), axis=-1), strict=True))

    @tf.function(input_signature=spec, autograph=False)
    def serve(*tensors: tf.Tensor) -> dict[str, tf.Tensor]:
        return by_name(outputs_of(tensors))

    @tf.function(input_signature=spec, autograph=False)
    def band(*tensors: tf.Tensor) -> dict[str, tf.Tensor]:
        ends = zip(("lower", "upper"), model.band(outputs_of(tensors)), strict=True)
        return {f"{end}_{k}": value for end, values in ends for k, value in by_name(values).items()}

    if coordinates is None:
        coordinates = _default_coordinates(model)
    card = Card(coordinates=coordinates, **facts)
    if fields is not None and len(card.coordinates) != named[POINTS][-1]:
        expected = f"{named[POINTS][-1]}, one for each column of the points"
        raise ValueError(message("coordinates", expected, card.coordinate_names))
    parts = [part for part in model.layers if isinstance(part, ChannelScaling | ConformalBand)]
    variables = [v.value for part in (model.network, *parts) for v in part.variables]
    has_band = any(isinstance(part, ConformalBand) and part.measured for part in parts)
    signatures = {"serve": serve, "band": band} if has_band else {"serve": serve}
    return write_artifact(path, signatures, card, variables, dtype, samples)


def channel_names(model: SupervisedModel, fields: str | Sequence[str] | None) -> tuple[str, ...]:
    """A name for each output channel: those given, or `u`, or `u1`, `u2`, ....

    Raises:
        ValueError: If there are not as many names as channels.
    """
    check_built(model)
    channels = model.compute_output_shape(model.inputs_shape)[-1]
    if fields is None:
        return ("u",) if channels == 1 else tuple(f"u{i + 1}" for i in range(channels))
    names = check_names("fields", fields)
    if len(names) != channels:
        raise ValueError(message("fields", f"{channels} names, one for each output channel", names))
    return names


def check_built(model: SupervisedModel) -> None:
    """Refuses a model that has no weights yet."""
    if not model.built:
        raise ValueError("The model has no weights yet: call adapt or fit before export.")


def _default_coordinates(model: SupervisedModel) -> list[dict[str, Any]]:
    """The axes of a grid without bounds, or the columns of points with the box they were in."""
    box = model.input_scaling.box
    if box is not None:
        names = AXES if len(box[0]) <= len(AXES) else [f"x{i + 1}" for i in range(len(box[0]))]
        return [
            {"name": name, "lower": float(lower), "upper": float(upper)}
            for name, lower, upper in zip(names, *box, strict=False)
        ]
    network = _innermost(model.network)
    rank = network.rank if isinstance(network, GridNetwork) else 0
    return [{"name": name, "lower": None, "upper": None} for name in AXES[:rank]]


def _innermost(network: keras.layers.Layer) -> keras.layers.Layer:
    """The network in a rollout or model, in which there may be another one."""
    while isinstance(inner := getattr(network, "network", None), keras.layers.Layer):
        network = inner
    return network


def _serving_shapes(model: SupervisedModel) -> Any:
    """The shapes of the inputs, free in the batch axis and wherever the network is."""
    spec, built = model.serving_spec(), model.inputs_shape
    if isinstance(spec, Mapping):
        return {name: tuple(entry.shape) for name, entry in spec.items()}
    if spec is not None:
        return tuple(spec.shape)
    if isinstance(built, Mapping):
        return {name: (None, *shape[1:]) for name, shape in built.items()}
    known = getattr(model.network, "input_shape", None)  # of a functional model
    return tuple(known) if isinstance(known, tuple) else (None, *built[1:])
