"""The modified multilayer perceptron."""

from __future__ import annotations

from typing import Any

from kerasphys._registry import serializable
from kerasphys._validation import message
from kerasphys.networks.mlp import MLP


@serializable
class ModifiedMLP(MLP):
    """A multilayer perceptron whose every hidden layer mixes two encodings of the input.

    With `U = σ(W₁ x + b₁)` and `V = σ(W₂ x + b₂)`, each hidden layer is `z = σ(W h + b)`,
    `h ← (1 - z) U + z V`; the first starts from `h = x`, and an affine map follows the last. It
    learns steep and oscillating fields more readily than an `MLP`, for two more layers on the
    inputs and three more operations a layer.

    Args:
        units: Sequence of positive integers, the width of each hidden layer; all the same.
        activation: As of `MLP`.
        output_activation: As of `MLP`.
        outputs: As of `MLP`.
        embedding: As of `MLP`.
        kernel_initializer: As of `MLP`.
        kernel_regularizer: As of `MLP`.
        seed: As of `MLP`.
        dtype: As of `MLP`.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: `(..., d)`.
    Output shape: `(..., outputs)`.

    Raises:
        ValueError: If the widths differ.

    Example:
        ```python
        import kerasphys as kp

        network = kp.networks.ModifiedMLP([10, 10], outputs=1, seed=0)
        network.build((None, 1))
        print(network.count_params())  # 181
        ```

    Reference:
        Wang, Teng and Perdikaris, 2021, https://arxiv.org/abs/2001.04536
    """

    @classmethod
    def check_units(cls, units: Any) -> list[int]:
        widths = super().check_units(units)
        if len(set(widths)) > 1:
            raise ValueError(message("units", "equal widths, such as [32] * 4", widths))
        return widths

    def build_layers(self, inputs: int, outputs: int) -> None:
        super().build_layers(inputs, outputs)
        self.encoders = [self.make_dense(inputs, self.units[0]) for _ in range(2)]

    def call_layers(self, values: Any) -> Any:
        u, v = (encoder(values) for encoder in self.encoders)
        difference = v - u
        for layer in self.dense[:-1]:
            values = u + layer(values) * difference
        return self.dense[-1](values)
