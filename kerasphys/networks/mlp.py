"""The multilayer perceptron."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from kerasphys._registry import serializable
from kerasphys._validation import check_positive_int, message
from kerasphys.networks.dense_network import DenseNetwork


@serializable
class MLP(DenseNetwork):
    """A multilayer perceptron: `x ← σ(W x + b)` for each hidden layer, then an affine map.

    Args:
        units: Sequence of positive integers, the width of each hidden layer.
        activation: `"linear"`, `"relu"`, `"leaky_relu"`, `"logistic"`, `"tanh"`, `"sine"`,
            `"swish"`, `"gelu"`, any other Keras activation, or a callable.
        output_activation: The function of the last layer; the identity by default.
        outputs: Positive integer, the width of the output. A `PINNModel` fills it in.
        embedding: A Keras layer that is applied to the inputs first, such as
            `kp.layers.FourierFeatures` or `kp.layers.PeriodicEmbedding`, or a list of layers that
            are applied in turn. It takes the network's dtype.
        kernel_initializer: A Keras initializer.
        kernel_regularizer: A Keras regularizer of all weight matrices, or `None`.
        seed: Integer, for the initial weights, or `None` for other weights each time. An embedding
            has a seed of its own.
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
        embedding: Any = None,
        kernel_initializer: Any = "glorot_normal",
        kernel_regularizer: Any = None,
        seed: int | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        widths = self.check_units(units)
        super().__init__(
            activation=activation,
            output_activation=output_activation,
            outputs=outputs,
            embedding=embedding,
            kernel_initializer=kernel_initializer,
            kernel_regularizer=kernel_regularizer,
            seed=seed,
            dtype=dtype,
            **kwargs,
        )
        self.units = widths

    @classmethod
    def check_units(cls, units: Any) -> list[int]:
        """The widths of the hidden layers, as they are kept."""
        if not isinstance(units, Sequence) or isinstance(units, str) or not units:
            raise TypeError(message("units", "a sequence of widths, such as [32, 32]", units))
        return [check_positive_int("units", width) for width in units]

    def build_layers(self, inputs: int, outputs: int) -> None:
        widths = [inputs, *self.units]
        self.dense = [self.make_dense(*pair) for pair in itertools.pairwise(widths)]
        last = self.make_dense(widths[-1], outputs, self.output_activation_identifier)
        self.dense.append(last)

    def call_layers(self, values: Any) -> Any:
        for layer in self.dense:
            values = layer(values)
        return values

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}
