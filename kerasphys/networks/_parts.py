"""The networks that an operator network is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from kerasphys._validation import message
from kerasphys.networks.network import Network


def check_part(argument: str, value: Any) -> keras.layers.Layer:
    """A Keras model or layer."""
    if not isinstance(value, keras.layers.Layer):
        raise TypeError(message(argument, "a Keras model or layer", value))
    return value


def build_part(
    argument: str, part: keras.layers.Layer, shape: tuple, outputs: int, policy: Any
) -> None:
    """Builds a part for inputs of a shape; refuses one that does not return `(n, outputs)`.

    Args:
        argument: The name of the part in errors.
        part: A network whose outputs and dtype may be open, or any Keras model or layer.
        shape: Of its inputs.
        outputs: The numbers that it must return for each sample.
        policy: The dtype policy of the owner.
    """
    if isinstance(part, Network):
        part.prepare(outputs, policy)
    if not part.built:
        part.build(shape)
    made = tuple(part.compute_output_spec(keras.KerasTensor(shape, part.compute_dtype)).shape)
    if len(made) != 2 or made[-1] != outputs:
        cure = ""
        if len(made) > 2:
            cure = (
                " A dense network takes functions at sensors, (n, m): "
                "kp.datasets.at_points(data, flat=True). A function on a grid needs a "
                "kp.networks.CNN, or keras.layers.Flatten() first."
            )
        raise ValueError(
            f"Argument `{argument}` must return {outputs} numbers, (n, {outputs}), for inputs of "
            f"shape {tuple(shape)}. Received: a network that returns {made}.{cure}"
        )


def free_shape(part: keras.layers.Layer, shape: tuple) -> tuple:
    """The shape of the inputs of a part, open wherever the part takes any size."""
    spec = getattr(part, "serving_spec", None)
    found = spec() if callable(spec) else None
    return shape if found is None or isinstance(found, Mapping) else tuple(found.shape)


def on_rows(part: keras.layers.Layer, values: Any) -> Any:
    """A part applied to the last axis of `(..., d)`."""
    if len(values.shape) == 2:
        return part(values)
    rows = part(ops.reshape(values, (-1, values.shape[-1])))
    return ops.reshape(rows, (*ops.shape(values)[:-1], rows.shape[-1]))
