"""Residual blocks that open during training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasphys._registry import serializable
from kerasphys._validation import check_positive_int
from kerasphys.networks.dense_network import DenseNetwork


@serializable
class PirateNet(DenseNetwork):
    """Gated residual blocks with trainable, initially closed, nonlinearity.

    With the embedding `Φ` of the inputs and the gates `U = σ(W₁ Φ + b₁)` and `V = σ(W₂ Φ + b₂)`,
    each block maps `x` to `α h + (1 - α) x`, where

        f  = σ(W x + b)        z₁ = f U + (1 - f) V
        g  = σ(W z₁ + b)       z₂ = g U + (1 - g) V
        h  = σ(W z₂ + b)

    and an affine map follows the last block. Every `α` starts at zero: the network begins as a
    linear function of the embedding, however deep it is, and deepens as it learns. The first `x`
    is `Φ` itself where `Φ` is `width` wide, a linear map of it to that width otherwise. The
    physics-informed initialisation of the last layer, by least squares on data, is not done.

    Args:
        blocks: Positive integer, the number of blocks, of three hidden layers each.
        width: Positive integer, the width of all hidden layers.
        activation: As of `MLP`.
        output_activation: As of `MLP`.
        outputs: As of `MLP`.
        embedding: As of `MLP`; the paper takes `kp.layers.FourierFeatures(width // 2)`.
        kernel_initializer: As of `MLP`.
        kernel_regularizer: As of `MLP`.
        seed: As of `MLP`.
        dtype: As of `MLP`.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: `(..., d)`.
    Output shape: `(..., outputs)`.

    Raises:
        ValueError: If `blocks` or `width` is not positive.

    Example:
        ```python
        import kerasphys as kp

        waves = kp.layers.FourierFeatures(16, seed=0)
        network = kp.networks.PirateNet(3, 32, embedding=waves, outputs=1, seed=0)
        network.build((None, 2))
        print(network.count_params())  # 12132
        ```

    Reference:
        Wang et al., 2024, https://arxiv.org/abs/2402.00326
    """

    def __init__(
        self,
        blocks: int,
        width: int,
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
        check_positive_int("blocks", blocks)
        check_positive_int("width", width)
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
        self.blocks = int(blocks)
        self.width = int(width)

    def build_layers(self, inputs: int, outputs: int) -> None:
        self.encoders = [self.make_dense(inputs, self.width) for _ in range(2)]
        self.dense = [self.make_dense(self.width, self.width) for _ in range(3 * self.blocks)]
        self.last = self.make_dense(self.width, outputs, self.output_activation_identifier)
        self.first = None
        if inputs != self.width:
            self.first = self.make_dense(inputs, self.width, "linear")
        self.alphas = [
            self.add_weight(shape=(), initializer="zeros", name=f"alpha_{index}")
            for index in range(self.blocks)
        ]

    def call_layers(self, values: Any) -> Any:
        u, v = (encoder(values) for encoder in self.encoders)
        difference = u - v
        x = values if self.first is None else self.first(values)
        for index, alpha in enumerate(self.alphas):
            one, two, three = self.dense[3 * index : 3 * index + 3]
            z = v + one(x) * difference
            z = v + two(z) * difference
            x = x + alpha * (three(z) - x)
        return self.last(x)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "blocks": self.blocks, "width": self.width}
