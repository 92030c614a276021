"""The multilayer perceptron."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras

from kerasphys._registry import serializable
from kerasphys._validation import check_int, check_positive_int, message
from kerasphys.layers.activations import get_activation
from kerasphys.networks.network import Network


@serializable
class MLP(Network):
    """A multilayer perceptron: `x ← σ(W x + b)` for each hidden layer, then an affine map.

    Args:
        units: Sequence of positive integers, the width of each hidden layer.
        activation: `"linear"`, `"relu"`, `"leaky_relu"`, `"logistic"`, `"tanh"`, `"sine"`,
            `"swish"`, `"gelu"`, any other Keras activation, or a callable.
        output_activation: The function of the last layer; the identity by default.
        outputs: Positive integer, the width of the output. A `PINNModel` fills it in.
        kernel_initializer: A Keras initializer.
        kernel_regularizer: A Keras regularizer of all weight matrices, or `None`.
        seed: Integer, for the initial weights, or `None` for other weights each time.
        dtype: A Keras dtype or policy. A `PINNModel` fills it in.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: `(..., d)`.
    Output shape: `(..., outputs)`.

    Raises:
        ValueError: If a width is not positive or an activation is unknown.

    Example:
        ```python
        import kerasphys as kp

        network = kp.networks.MLP([10, 10], outputs=1, seed=0)
        network.build((None, 1))
        print(network.count_params())  # 141
        ```
    """

    def __init__(
        self,
        units: Sequence[int],
        activation: str | Callable = "tanh",
        output_activation: str | Callable = "linear",
        outputs: int | None = None,
        kernel_initializer: Any = "glorot_normal",
        kernel_regularizer: Any = None,
        seed: int | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        if not isinstance(units, Sequence) or isinstance(units, str) or not units:
            raise TypeError(message("units", "a sequence of widths, such as [32, 32]", units))
        units = [check_positive_int("units", width) for width in units]
        activation = _activation("activation", activation)
        output_activation = _activation("output_activation", output_activation)
        initializer = _keras_object(
            "kernel_initializer", keras.initializers.get, kernel_initializer
        )
        if initializer is None:
            raise ValueError(message("kernel_initializer", "a Keras initializer", None))
        regularizer = _keras_object(
            "kernel_regularizer", keras.regularizers.get, kernel_regularizer
        )
        super().__init__(outputs=outputs, dtype=dtype, **kwargs)
        self.units = units
        self.activation_identifier = activation
        self.output_activation_identifier = output_activation
        self.kernel_initializer = initializer
        self.kernel_regularizer = regularizer
        self.seed = None if seed is None else check_int("seed", seed, minimum=0)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        if self.outputs is None:
            raise ValueError("MLP needs the number of its outputs: MLP(..., outputs=1).")
        widths = [*self.units, self.outputs]
        activations = [self.activation_identifier] * len(self.units)
        activations.append(self.output_activation_identifier)
        self.dense = [
            keras.layers.Dense(
                width,
                activation=get_activation("activation", activation),
                kernel_initializer=self._initializer(index),
                kernel_regularizer=self.kernel_regularizer,
                dtype=self.dtype_policy,
                name=f"dense_{index}",
            )
            for index, (width, activation) in enumerate(zip(widths, activations, strict=True))
        ]
        shape = tuple(input_shape)
        for layer in self.dense:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        self.built = True

    def call(self, inputs: Any) -> Any:
        values = inputs
        for layer in self.dense:
            values = layer(values)
        return values

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.outputs)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "activation": _identifier(self.activation_identifier),
            "output_activation": _identifier(self.output_activation_identifier),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer)
            if self.kernel_regularizer is not None
            else None,
            "seed": self.seed,
        }

    def _initializer(self, index: int) -> Any:
        """A copy for each layer, so that layers of one shape start from different weights."""
        if not isinstance(self.kernel_initializer, keras.initializers.Initializer):
            return self.kernel_initializer
        config = self.kernel_initializer.get_config()
        seed = config.get("seed") if self.seed is None else self.seed
        if "seed" in config and isinstance(seed, int):
            config["seed"] = (1000 * seed + index) % 2**32
        return type(self.kernel_initializer).from_config(config)


def _activation(argument: str, activation: Any) -> str | Callable:
    """A name as it is, or the function that a configuration stands for."""
    function = get_activation(argument, activation)
    return activation if isinstance(activation, str) else function


def _identifier(activation: Any) -> Any:
    return activation if isinstance(activation, str) else keras.activations.serialize(activation)


def _keras_object(argument: str, get: Callable, identifier: Any) -> Any:
    try:
        return get(identifier)
    except (TypeError, ValueError) as error:
        raise ValueError(
            message(argument, f"what {get.__module__.split('.')[-1]}.get takes", identifier)
        ) from error
