"""A dense layer with factorised weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from kerasphys._registry import serializable
from kerasphys._validation import (
    check_identifier,
    check_int,
    check_nonnegative,
    check_number,
    check_positive_int,
    message,
)
from kerasphys.layers.activations import get_activation


@serializable
class FactorizedDense(keras.layers.Layer):
    """A dense layer `σ(x W + b)` that learns a scale for each neuron beside its weights.

    The kernel is the product `W = V diag(exp(s))` (one `s` for each column, that is each neuron):
    the network can represent what it could before, but gradient steps go another way, as each
    neuron has a learning rate of its own. At the start `s ~ N(mean, stddev²)`, and `V` is such
    that `W` is what `kernel_initializer` gives a `keras.layers.Dense`.

    Args:
        units: Positive integer, the number of neurons.
        activation: As of `kp.networks.MLP`; the identity by default.
        use_bias: Whether to add `b`.
        kernel_initializer: A Keras initializer, of `W`.
        bias_initializer: A Keras initializer.
        mean: Number, the mean of `s` at the start.
        stddev: Non-negative number, its standard deviation.
        seed: Non-negative integer, for `s`, or `None` for others each time.
        **kwargs: `name`, `trainable` and `dtype`, as of any Keras layer.

    Input shape: `(..., d)`.
    Output shape: `(..., units)`.

    Raises:
        ValueError: If `units` is not positive or an activation or initializer is unknown.

    Example:
        ```python
        import kerasphys as kp

        layer = kp.layers.FactorizedDense(16, activation="tanh", seed=0)
        layer.build((None, 2))
        print(layer.kernel.shape, layer.count_params())  # (2, 16) 64
        ```

    Reference:
        Wang et al., 2022, https://arxiv.org/abs/2210.01274
    """

    def __init__(
        self,
        units: int,
        activation: str | Callable | None = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        mean: float = 1.0,
        stddev: float = 0.1,
        seed: int | None = None,
        **kwargs: Any,
    ):
        check_positive_int("units", units)
        function = get_activation("activation", "linear" if activation is None else activation)
        if not isinstance(use_bias, bool):
            raise TypeError(message("use_bias", "True or False", use_bias))
        get = keras.initializers.get
        super().__init__(**kwargs)
        self.units = int(units)
        self.activation = function
        self.use_bias = use_bias
        self.kernel_initializer = check_identifier("kernel_initializer", get, kernel_initializer)
        self.bias_initializer = check_identifier("bias_initializer", get, bias_initializer)
        self.mean = check_number("mean", mean)
        self.stddev = check_nonnegative("stddev", stddev)
        self.seed = None if seed is None else check_int("seed", seed, minimum=0)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.log_scale = self.add_weight(
            shape=(self.units,),
            initializer=keras.initializers.RandomNormal(self.mean, self.stddev, seed=self.seed),
            name="log_scale",
        )
        self.direction = self.add_weight(
            shape=(input_shape[-1], self.units),
            initializer=lambda shape, dtype: (
                self.kernel_initializer(shape, dtype) * ops.exp(-self.log_scale)
            ),
            name="direction",
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.units,), initializer=self.bias_initializer, name="bias"
            )

    @property
    def kernel(self) -> Any:
        """`W`, of shape `(d, units)`."""
        return ops.multiply(self.direction, ops.exp(self.log_scale))

    def call(self, inputs: Any) -> Any:
        values = ops.matmul(inputs, self.kernel)
        if self.bias is not None:
            values = ops.add(values, self.bias)
        return self.activation(values)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "mean": self.mean,
            "stddev": self.stddev,
            "seed": self.seed,
        }
