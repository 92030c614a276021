"""Feature-wise modulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from kerasphys._registry import serializable
from kerasphys._validation import check_positive_int, message
from kerasphys.layers._convolution import check_weights, weights_config
from kerasphys.layers._initializers import seeded
from kerasphys.layers.activations import activation_config, activation_identifier, get_activation


@serializable
class FiLM(keras.layers.Layer):
    """Scales and shifts each channel as a vector says: a time, or the parameters of an equation.

    The features become `(1 + γ) * features + β`, where `γ` and `β`, one number for each channel,
    are an affine function of the vector, or a small network of it. Both start at zero: the layer
    begins as the identity.

    Args:
        units: Sequence of positive integers, the widths of hidden layers between the vector and
            `γ, β`; none by default.
        activation: Of the hidden layers, as of `kp.networks.MLP`.
        kernel_initializer: A Keras initializer, of the hidden layers.
        kernel_regularizer: A Keras regularizer of all weight matrices, or `None`.
        seed: Integer, for the initial weights, or `None` for other weights each time.
        **kwargs: `name`, `dtype` and `trainable`, as of any Keras layer.

    Input shape: A list of the features `(n, *grid, c)` and the vectors `(n, p)`.
    Output shape: `(n, *grid, c)`.

    Raises:
        ValueError: If a width is not positive or an activation is unknown.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        features, times = np.ones((2, 8, 8, 3)), np.array([[0.1], [0.7]])
        print(kp.layers.FiLM(units=[16])([features, times]).shape)  # (2, 8, 8, 3)
        ```

    Reference:
        Perez et al., 2018, https://arxiv.org/abs/1709.07871
    """

    def __init__(
        self,
        units: Sequence[int] = (),
        activation: str | Callable = "swish",
        kernel_initializer: Any = "glorot_normal",
        kernel_regularizer: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        widths = check_widths("units", units)
        activation = activation_identifier("activation", activation)
        options = check_weights(kernel_initializer, kernel_regularizer, seed)
        super().__init__(**kwargs)
        self.units = widths
        self.activation_identifier = activation
        self.kernel_initializer = options["kernel_initializer"]
        self.kernel_regularizer = options["kernel_regularizer"]
        self.seed = options["seed"]

    def build(self, input_shape: Any) -> None:
        features, condition = input_shape
        widths = [*self.units, 2 * features[-1]]
        function = get_activation("activation", self.activation_identifier)
        self.dense = []
        for index, width in enumerate(widths):
            last = index == len(widths) - 1
            layer = keras.layers.Dense(
                width,
                activation=None if last else function,
                kernel_initializer="zeros"
                if last
                else seeded(self.kernel_initializer, self.seed, index),
                kernel_regularizer=self.kernel_regularizer,
                dtype=self.dtype_policy,
            )
            layer.build((None, condition[-1] if index == 0 else widths[index - 1]))
            self.dense.append(layer)
        self.built = True

    def call(self, inputs: Any) -> Any:
        features, values = inputs
        for layer in self.dense:
            values = layer(values)
        channels = features.shape[-1]
        values = ops.reshape(values, (-1, *(1,) * (len(features.shape) - 2), 2 * channels))
        return features * (1 + values[..., :channels]) + values[..., channels:]

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        return tuple(input_shape[0])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activation_config(self.activation_identifier),
            **weights_config(self),
        }


def check_widths(argument: str, units: Any) -> list[int]:
    """The widths of layers: a sequence of positive integers, possibly empty."""
    if not isinstance(units, Sequence) or isinstance(units, str):
        raise TypeError(message(argument, "a sequence of widths, such as [32, 32]", units))
    return [check_positive_int(argument, width) for width in units]
