"""A residual block of dense layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from kerasphys._registry import serializable
from kerasphys._validation import check_positive, check_positive_int
from kerasphys.layers._convolution import check_weights, weights_config
from kerasphys.layers._initializers import seeded
from kerasphys.layers.activations import activation_config, activation_identifier, get_activation


@serializable
class ResidualBlock(keras.layers.Layer):
    """Adds to its input what dense layers make of it: `x + scale * σ(W x + b)`.

    With two layers it is `x + scale * σ(W₂ σ(W₁ x + b₁) + b₂)`. With small weights it is nearly the
    identity, where a dense layer is nearly zero; and it is a step of length `scale` of forward
    Euler for `dx/dt = σ(W x + b)`.

    Args:
        layers: Positive integer, the number of dense layers.
        scale: Positive number.
        activation: Of every layer, as of `kp.networks.MLP`.
        kernel_initializer: A Keras initializer.
        kernel_regularizer: A Keras regularizer of all weight matrices, or `None`.
        seed: Integer, for the initial weights, or `None` for other weights each time.
        **kwargs: `name`, `dtype` and `trainable`, as of any Keras layer.

    Input shape: `(..., width)`.
    Output shape: `(..., width)`.

    Raises:
        ValueError: If `layers` or `scale` is not positive or an activation is unknown.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        block = kp.layers.ResidualBlock(kernel_initializer="zeros")
        print(block(np.array([[1.0, 2.0]])).numpy())  # [[1. 2.]]
        ```

    Reference:
        He et al., 2016, https://arxiv.org/abs/1512.03385
        E and Yu, 2018, https://arxiv.org/abs/1710.00211 (two dense layers)
    """

    def __init__(
        self,
        layers: int = 1,
        scale: float = 1.0,
        activation: str | Callable = "tanh",
        kernel_initializer: Any = "glorot_normal",
        kernel_regularizer: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        layers, scale = check_positive_int("layers", layers), check_positive("scale", scale)
        activation = activation_identifier("activation", activation)
        weights = check_weights(kernel_initializer, kernel_regularizer, seed)
        super().__init__(**kwargs)
        self.layers = layers
        self.scale = scale
        self.activation_identifier = activation
        self.kernel_initializer = weights["kernel_initializer"]
        self.kernel_regularizer = weights["kernel_regularizer"]
        self.seed = weights["seed"]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.dense = [
            keras.layers.Dense(
                input_shape[-1],
                activation=get_activation("activation", self.activation_identifier),
                kernel_initializer=seeded(self.kernel_initializer, self.seed, index),
                kernel_regularizer=self.kernel_regularizer,
                dtype=self.dtype_policy,
                name=f"dense_{index}",
            )
            for index in range(self.layers)
        ]
        for layer in self.dense:
            layer.build((None, input_shape[-1]))
        self.built = True

    def call(self, inputs: Any) -> Any:
        return inputs + self.scale * self.branch(inputs)

    def branch(self, inputs: Any) -> Any:
        """What is scaled and added, `σ(W x + b)`."""
        values = inputs
        for layer in self.dense:
            values = layer(values)
        return values

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "layers": self.layers,
            "scale": self.scale,
            "activation": activation_config(self.activation_identifier),
            **weights_config(self),
        }
