"""The U-Net."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from keras import ops

from kerasphys._registry import serializable
from kerasphys._validation import check_bool, check_choice, check_int, check_positive_int
from kerasphys.layers import ConvBlock, Downsample, FiLM, Upsample
from kerasphys.layers import downsample as down
from kerasphys.layers import upsample as up
from kerasphys.layers._convolution import check_weights, weights_config
from kerasphys.layers._initializers import derived_seed
from kerasphys.layers.activations import activation_config, activation_identifier
from kerasphys.layers.conv_block import check_norm
from kerasphys.layers.film import check_widths
from kerasphys.networks.grid_network import GridNetwork


@serializable
class UNet(GridNetwork):
    """A convolutional network that looks at fields on ever coarser grids and comes back.

    On each level a block of two convolutions, then a coarser grid with twice the channels, `depth`
    times; on the way back a finer grid with half the channels, joined (`skips`) with what the way
    down left on that level, and a block again; a convolution of one point makes the outputs.

    The sizes of the grid are free, from call to call. Axes that `2 ** depth` does not divide are
    continued at both ends to the next multiple, as `padding` says, and the outputs are cropped.
    With periodic padding the network commutes with shifts by multiples of `2 ** depth` points if
    `2 ** depth` divides the size; otherwise it sees a ring that is a few points longer, in which
    the points about the seam occur twice, and commutes with shifts only approximately.

    Args:
        depth: Positive integer, how often the grid is made coarser, by a factor of two.
        base_channels: Positive integer, the channels on the finest level.
        outputs: Positive integer, the channels of the output. The owner may fill it in.
        kernel_size: Positive integer, the points of the kernels along each axis.
        norm: `None`, `"batch"`, `"instance"`, `"layer"` or `"group"`, as of
            `kp.layers.ConvBlock`.
        activation: As of `kp.networks.MLP`.
        residual: Whether each block adds its input to its output.
        skips: Whether the two ways are joined on each level.
        padding: How fields continue beyond the grid: `"zero"`, `"periodic"` or `"reflect"`, or a
            sequence of these, one for each grid axis.
        downsampling: `"max"`, `"average"` or `"strided"`, as of `kp.layers.Downsample`.
        upsampling: `"transpose"`, `"nearest"` or `"linear"`, as of `kp.layers.Upsample`.
        coordinates: Whether channels with the coordinates are added to the inputs: from -1 to 1
            along each axis, or a cosine and a sine of one period where it is periodic.
        condition_units: Sequence of positive integers: the hidden widths of `kp.layers.FiLM`, which
            follows each block if the inputs come with a condition.
        kernel_initializer: A Keras initializer.
        kernel_regularizer: A Keras regularizer of all kernels, or `None`.
        seed: Integer, for the initial weights, or `None` for other weights each time.
        dtype: A Keras dtype or policy. The owner may fill it in.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: `(n, *grid, c)` with one, two or three grid axes; or, with a vector that conditions
        the network, such as a time or parameters, `{"inputs": (n, *grid, c), "condition": (n, p)}`.
    Output shape: `(n, *grid, outputs)`.

    Raises:
        ValueError: If the grid has fewer than `2 ** depth` points along an axis (more with
            reflection or wide kernels), or other channels than the network was built for.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        network = kp.networks.UNet(depth=3, base_channels=8, outputs=1, padding="periodic", seed=0)
        print(network(np.ones((2, 64, 64, 1))).shape)  # (2, 64, 64, 1)
        print(network(np.ones((2, 40, 51, 1))).shape)  # (2, 40, 51, 1)
        ```

    Reference:
        Ronneberger, Fischer and Brox, 2015, https://arxiv.org/abs/1505.04597
    """

    def __init__(
        self,
        depth: int = 3,
        base_channels: int = 16,
        outputs: int | None = None,
        kernel_size: int = 3,
        norm: str | None = None,
        activation: str | Callable = "relu",
        residual: bool = False,
        skips: bool = True,
        padding: str | Sequence[str] = "zero",
        downsampling: str = "max",
        upsampling: str = "transpose",
        coordinates: bool = False,
        condition_units: Sequence[int] = (),
        kernel_initializer: Any = "he_normal",
        kernel_regularizer: Any = None,
        seed: int | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        depth = check_int("depth", depth, minimum=1)
        base_channels = check_positive_int("base_channels", base_channels)
        kernel_size = check_positive_int("kernel_size", kernel_size)
        norm = check_norm(norm)
        activation = activation_identifier("activation", activation)
        residual = check_bool("residual", residual)
        skips = check_bool("skips", skips)
        check_choice("downsampling", downsampling, down.KINDS)
        check_choice("upsampling", upsampling, up.KINDS)
        condition_units = check_widths("condition_units", condition_units)
        weights = check_weights(kernel_initializer, kernel_regularizer, seed)
        super().__init__(outputs, padding, coordinates, dtype, **kwargs)
        self.depth, self.base_channels, self.kernel_size = depth, base_channels, kernel_size
        self.norm = norm
        self.activation_identifier = activation
        self.residual, self.skips = residual, skips
        self.downsampling, self.upsampling = downsampling, upsampling
        self.condition_units = condition_units
        self.kernel_initializer = weights["kernel_initializer"]
        self.kernel_regularizer = weights["kernel_regularizer"]
        self.seed = weights["seed"]

    @property
    def multiple(self) -> int:
        return 2**self.depth

    @property
    def least_size(self) -> int:
        reach = self.kernel_size // 2
        modes = self.padding if isinstance(self.padding, list) else [self.padding]
        needed = {"zero": 1, "periodic": max(reach, 1), "reflect": reach + 1}
        return self.multiple * max(needed[mode] for mode in modes)

    def build_layers(self, rank: int, channels: int, condition: int | None) -> None:
        widths = [self.base_channels * 2**level for level in range(self.depth + 1)]
        grid = (None,) * rank
        self._made = 0
        self.downs, self.ups = [], []
        self.encoder = [self._built(self._block(widths[0]), (None, *grid, channels))]
        for left, width in itertools.pairwise(widths):
            lower = self._part(Downsample, self.downsampling)
            self.downs.append(self._built(lower, (None, *grid, left)))
            self.encoder.append(self._built(self._block(width), (None, *grid, left)))
        self.decoder = []
        for width in reversed(widths[:-1]):
            raised = self._part(Upsample, self.upsampling, filters=width)
            self.ups.append(self._built(raised, (None, *grid, 2 * width)))
            joined = 2 * width if self.skips else width
            self.decoder.append(self._built(self._block(width), (None, *grid, joined)))
        head = self._part(ConvBlock, self.outputs, 1, 1, activation="linear")
        self.head = self._built(head, (None, *grid, widths[0]))
        self.films = []
        if condition is not None:
            for block in [*self.encoder, *self.decoder]:
                regularizer = self.kernel_regularizer
                film = FiLM(self.condition_units, kernel_regularizer=regularizer, **self._common())
                shapes = [(None, *grid, block.filters), (None, condition)]
                self.films.append(self._built(film, shapes))

    def call_layers(self, values: Any, condition: Any, training: bool | None) -> Any:
        films = iter(self.films)

        def modulated(block: ConvBlock, values: Any) -> Any:
            values = block(values, training=training)
            return values if condition is None else next(films)([values, condition])

        values = modulated(self.encoder[0], values)
        kept = []
        for lower, block in zip(self.downs, self.encoder[1:], strict=True):
            kept.append(values)
            values = modulated(block, lower(values))
        for raised, block in zip(self.ups, self.decoder, strict=True):
            values, beside = raised(values), kept.pop()
            if self.skips:
                values = ops.concatenate([beside, values], axis=-1)
            values = modulated(block, values)
        return self.head(values)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "depth": self.depth,
            "base_channels": self.base_channels,
            "kernel_size": self.kernel_size,
            "norm": self.norm,
            "activation": activation_config(self.activation_identifier),
            "residual": self.residual,
            "skips": self.skips,
            "downsampling": self.downsampling,
            "upsampling": self.upsampling,
            "condition_units": self.condition_units,
            **weights_config(self),
        }

    def _block(self, filters: int) -> ConvBlock:
        return self._part(
            ConvBlock,
            filters,
            self.kernel_size,
            norm=self.norm,
            activation=self.activation_identifier,
            residual=self.residual,
        )

    def _part(self, kind: type, *arguments: Any, **options: Any) -> Any:
        """The next layer that convolves."""
        return kind(
            *arguments,
            padding=self.padding,
            kernel_initializer=self.kernel_initializer,
            kernel_regularizer=self.kernel_regularizer,
            **self._common(),
            **options,
        )

    def _common(self) -> dict[str, Any]:
        index, self._made = self._made, self._made + 1
        return {"seed": derived_seed(self.seed, index), "dtype": self.dtype_policy}

    @staticmethod
    def _built(layer: Any, shape: Any) -> Any:
        layer.build(shape)
        return layer
