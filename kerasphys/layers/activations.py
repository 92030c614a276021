"""The activations that networks take by name."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras

from kerasphys._registry import serializable
from kerasphys._validation import message


@serializable
def sine(x: Any) -> Any:
    """`sin(x)`, smooth and bounded; suits oscillating solutions.

    Reference:
        Sitzmann et al., 2020, https://arxiv.org/abs/2006.09661
    """
    return keras.ops.sin(x)


@serializable
def leaky_relu(x: Any) -> Any:
    """`x`, or `0.2 x` where `x` is negative; TensorFlow's own rounds the slope to float32."""
    return keras.ops.maximum(x, 0.2 * x)


@serializable
def gelu(x: Any) -> Any:
    """`x Φ(x)`, with the normal distribution `Φ`; TensorFlow's own rounds `√2` to float32.

    Reference:
        Hendrycks and Gimpel, 2016, https://arxiv.org/abs/1606.08415
    """
    return 0.5 * x * (1.0 + keras.ops.erf(x * math.sqrt(0.5)))


ACTIVATIONS: dict[str, Callable] = {
    "linear": keras.activations.linear,
    "relu": keras.activations.relu,
    "leaky_relu": leaky_relu,
    "logistic": keras.activations.sigmoid,
    "tanh": keras.activations.tanh,
    "sine": sine,
    "swish": keras.activations.silu,
    "gelu": gelu,
}

PIECEWISE_LINEAR = (
    leaky_relu,
    *(
        getattr(keras.activations, name)
        for name in (
            "relu",
            "leaky_relu",
            "relu6",
            "hard_sigmoid",
            "hard_tanh",
            "hard_shrink",
            "soft_shrink",
            "threshold",
        )
    ),
)
PIECEWISE_LINEAR_LAYERS = (keras.layers.ReLU, keras.layers.LeakyReLU, keras.layers.PReLU)


def get_activation(argument: str, identifier: Any) -> Callable:
    """The activation of a name of the field, of a Keras name, or a callable as it is."""
    if isinstance(identifier, str) and identifier in ACTIVATIONS:
        return ACTIVATIONS[identifier]
    expected = f"a callable, a Keras activation or one of {', '.join(map(repr, ACTIVATIONS))}"
    if not isinstance(identifier, str | dict) and not callable(identifier):
        raise TypeError(message(argument, expected, identifier))
    try:
        return keras.activations.get(identifier)
    except ValueError as error:
        raise ValueError(message(argument, expected, identifier)) from error


def activation_identifier(argument: str, activation: Any) -> str | Callable:
    """A name as it is, or the function that a callable or a configuration stands for."""
    function = get_activation(argument, activation)
    return activation if isinstance(activation, str) else function


def activation_config(identifier: str | Callable) -> Any:
    """The entry of a configuration for what `activation_identifier` returned."""
    return identifier if isinstance(identifier, str) else keras.activations.serialize(identifier)


def check_smooth(network: keras.layers.Layer, order: int) -> None:
    """Refuses a piecewise linear activation where second derivatives are asked for."""
    if order < 2:
        return
    for layer in network._flatten_layers():
        activation = getattr(layer, "activation", None)
        if activation in PIECEWISE_LINEAR or isinstance(layer, PIECEWISE_LINEAR_LAYERS):
            name = getattr(activation, "__name__", type(layer).__name__)
            raise ValueError(
                f"The network uses the activation {name!r}, which is piecewise linear: its second "
                f"derivative is zero almost everywhere, so a condition of order {order} cannot "
                "be learnt. Use a smooth one, such as 'tanh', 'sine', 'swish' or 'gelu'."
            )
