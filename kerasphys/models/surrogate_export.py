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
from kerasphys.models.channel_scaling import ChannelScaling
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
) -> Path:
    """Writes a model as a function of arrays of samples.

    Args:
        model: The model.
        path: Directory to write.
        output: The name of what `serve` returns.
        coordinates: The axes of the grid for the card, or `None` for the default.
        facts: Entries of the card that the model does not know itself.

    Raises:
        ValueError: If the model is not built.
    """
    check_built(model)
    shapes = _serving_shapes(model)
    named = shapes if isinstance(shapes, dict) else {INPUTS: shapes}
    spec = [tf.TensorSpec(shape, model.compute_dtype, name) for name, shape in named.items()]

    @tf.function(input_signature=spec, autograph=False)
    def serve(*tensors: tf.Tensor) -> dict[str, tf.Tensor]:
        inputs = dict(zip(named, tensors, strict=True))
        return {output: model(inputs if isinstance(shapes, dict) else inputs[INPUTS])}

    if coordinates is None:
        network = _innermost(model.network)
        rank = network.rank if isinstance(network, GridNetwork) else 0
        coordinates = [{"name": name, "lower": None, "upper": None} for name in AXES[:rank]]
    card = Card(coordinates=coordinates, **facts)
    parts = [part for part in model.layers if isinstance(part, ChannelScaling)]
    variables = [v.value for part in (model.network, *parts) for v in part.variables]
    return write_artifact(path, {"serve": serve}, card, variables)


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
