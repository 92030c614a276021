"""The residual network of dense layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasphys._registry import serializable
from kerasphys._validation import check_positive, check_positive_int
from kerasphys.layers import ResidualBlock
from kerasphys.layers._initializers import seeded
from kerasphys.layers.activations import get_activation
from kerasphys.networks.dense_network import DenseNetwork


@serializable
class ResNet(DenseNetwork):
    """Residual blocks, `x ← x + scale * σ(W x + b)`, as deep as one likes.

    Where the inputs (or the embedding) are not `width` wide, a linear map takes them there first;
    where the outputs are not, an affine map follows the last block. With neither, and zero weights,
    the network is the identity. `kp.analysis.as_ode` gives the differential equation of which the
    blocks are steps of forward Euler.

    Args:
        width: Positive integer, the width of all blocks.
        depth: Positive integer, the number of blocks.
        scale: Positive number, what the blocks multiply their change of `x` with. `1 / depth` makes
            the network independent of its depth in the limit.
        block_layers: Positive integer, the dense layers of each block, as `layers` of
            `kp.layers.ResidualBlock`.
        activation: As of `MLP`.
        output_activation: As of `MLP`; applied to the outputs also where no map follows.
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
        ValueError: If `width`, `depth`, `scale` or `block_layers` is not positive.

    Example:
        ```python
        import kerasphys as kp

        network = kp.networks.ResNet(10, 5, scale=0.2, outputs=1, seed=0)
        network.build((None, 2))
        print(network.count_params())  # 591
        ```

    Reference:
        He et al., 2016, https://arxiv.org/abs/1512.03385
    """

    def __init__(
        self,
        width: int,
        depth: int,
        scale: float = 1.0,
        block_layers: int = 1,
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
        counts = {"width": width, "depth": depth, "block_layers": block_layers}
        counts = {name: check_positive_int(name, value) for name, value in counts.items()}
        scale = check_positive("scale", scale)
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
        self.width, self.depth = counts["width"], counts["depth"]
        self.scale = scale
        self.block_layers = counts["block_layers"]

    def build_layers(self, inputs: int, outputs: int) -> None:
        self.first = None
        if inputs != self.width:
            self.first = self.make_dense(inputs, self.width, "linear")
        self.blocks = [self._block() for _ in range(self.depth)]
        self.last = None
        if outputs != self.width:
            self.last = self.make_dense(self.width, outputs, self.output_activation_identifier)

    def call_layers(self, values: Any) -> Any:
        if self.first is not None:
            values = self.first(values)
        for block in self.blocks:
            values = block(values)
        if self.last is not None:
            return self.last(values)
        return get_activation("output_activation", self.output_activation_identifier)(values)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "width": self.width,
            "depth": self.depth,
            "scale": self.scale,
            "block_layers": self.block_layers,
        }

    def _block(self) -> ResidualBlock:
        index, self._made = self._made, self._made + 1
        block = ResidualBlock(
            self.block_layers,
            self.scale,
            self.activation_identifier,
            seeded(self.kernel_initializer, self.seed, index),
            self.kernel_regularizer,
            dtype=self.dtype_policy,
            name=f"block_{index}",
        )
        block.build((None, self.width))
        return block
