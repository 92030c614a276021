"""The convolutional network from a field to a few numbers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from kerasphys._registry import serializable
from kerasphys._validation import (
    check_bool,
    check_choice,
    check_int,
    check_nonnegative,
    check_positive_int,
    message,
)
from kerasphys.layers import ConvBlock, Downsample
from kerasphys.layers._convolution import check_weights, weights_config
from kerasphys.layers._initializers import derived_seed, seeded
from kerasphys.layers.activations import activation_config, activation_identifier, get_activation
from kerasphys.layers.conv_block import check_norm
from kerasphys.layers.film import check_widths
from kerasphys.layers.grid_padding import check_grid, check_modes
from kerasphys.networks.network import Network


@serializable
class CNN(Network):
    """Convolutions and pooling, then dense layers: a classifier, an encoder, a regression.

    Each entry of `filters` is a block of convolutions followed by pooling, which makes every axis
    shorter by `pool_size`. What is left is flattened, or averaged over the grid, and passes
    through the dense layers; an affine map makes the outputs: for classes, their logits.

    Args:
        filters: Sequence of positive integers, the channels of each block.
        outputs: Positive integer, the width of the output. The owner may fill it in.
        kernel_size: Positive integer, the points of the kernels along each axis.
        convolutions: Positive integer, how many a block has.
        pool: `"max"`, `"average"`, or `None` for no pooling.
        pool_size: Integer of at least 2.
        head: `"flatten"`, for one size of grid, or `"average"`, for any.
        dense_units: Sequence of positive integers, the widths of the dense layers.
        dropout: Number in [0, 1), the fraction of the inputs of each dense layer that training
            leaves out at random.
        norm: `None`, `"batch"`, `"instance"`, `"layer"` or `"group"`, as of `kp.layers.ConvBlock`.
        residual: Whether each block adds its input before its last activation, as of
            `kp.layers.ConvBlock`: with `convolutions=2` the blocks are those of a residual network.
        activation: As of `kp.networks.MLP`.
        output_activation: The function of the last layer; the identity by default.
        padding: How fields continue beyond the grid, as of `kp.layers.ConvBlock`.
        kernel_initializer: A Keras initializer.
        kernel_regularizer: A Keras regularizer of all kernels, or `None`.
        seed: Integer, for the initial weights and the dropout, or `None` for others each time.
        dtype: A Keras dtype or policy. The owner may fill it in.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: `(n, *grid, c)` with one, two or three grid axes.
    Output shape: `(n, outputs)`.

    Raises:
        ValueError: If the grid is too small for the pools, or of unknown size with
            `head="flatten"`.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        network = kp.networks.CNN([16, 32], outputs=10, dense_units=[64], seed=0)
        print(network(np.ones((5, 8, 8, 1))).shape)  # (5, 10)
        ```

    Reference:
        LeCun et al., 1998, https://doi.org/10.1109/5.726791
        He et al., 2016, https://arxiv.org/abs/1512.03385 (residual)
    """

    def __init__(
        self,
        filters: Sequence[int],
        outputs: int | None = None,
        kernel_size: int = 3,
        convolutions: int = 1,
        pool: str | None = "max",
        pool_size: int = 2,
        head: str = "flatten",
        dense_units: Sequence[int] = (),
        dropout: float = 0.0,
        norm: str | None = None,
        residual: bool = False,
        activation: str | Callable = "relu",
        output_activation: str | Callable = "linear",
        padding: str | Sequence[str] = "zero",
        kernel_initializer: Any = "he_normal",
        kernel_regularizer: Any = None,
        seed: int | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        filters = check_widths("filters", filters)
        if not filters:
            raise ValueError(message("filters", "at least one width, such as [16, 32]", filters))
        if pool is not None:
            check_choice("pool", pool, ("max", "average"))
        check_choice("head", head, ("flatten", "average"))
        if check_nonnegative("dropout", dropout) >= 1:
            raise ValueError(message("dropout", "below 1", dropout))
        numbers = {
            "kernel_size": check_positive_int("kernel_size", kernel_size),
            "convolutions": check_positive_int("convolutions", convolutions),
            "pool_size": check_int("pool_size", pool_size, minimum=2),
        }
        dense_units = check_widths("dense_units", dense_units)
        norm, padding = check_norm(norm), check_modes("padding", padding)
        residual = check_bool("residual", residual)
        activation = activation_identifier("activation", activation)
        output_activation = activation_identifier("output_activation", output_activation)
        weights = check_weights(kernel_initializer, kernel_regularizer, seed)
        super().__init__(outputs=outputs, dtype=dtype, **kwargs)
        self.filters, self.dense_units = filters, dense_units
        self.kernel_size, self.convolutions = numbers["kernel_size"], numbers["convolutions"]
        self.pool, self.pool_size, self.head = pool, numbers["pool_size"], head
        self.dropout = float(dropout)
        self.norm, self.residual, self.padding = norm, residual, padding
        self.activation_identifier = activation
        self.output_activation_identifier = output_activation
        self.kernel_initializer = weights["kernel_initializer"]
        self.kernel_regularizer = weights["kernel_regularizer"]
        self.seed = weights["seed"]

    @property
    def least_size(self) -> int:
        """The fewest points that a grid axis may have."""
        return self.pool_size ** len(self.filters) if self.pool else 1

    def build(self, input_shape: Any) -> None:
        shape: Any = tuple(input_shape)
        check_grid("CNN", shape)
        if self.outputs is None:
            raise ValueError("CNN needs the number of its outputs: CNN(..., outputs=10).")
        if self.head == "flatten" and None in shape[1:]:
            raise ValueError(
                "CNN with head='flatten' needs a known size of the grid; head='average' takes any. "
                f"Received: an input of shape {shape}."
            )
        self._built_for = shape[1:]
        self._check(shape)
        self.blocks, self.pools = [], []
        for index, width in enumerate(self.filters):
            block = self._block(width, index)
            block.build(shape)
            shape = block.compute_output_shape(shape)
            self.blocks.append(block)
            if self.pool:
                pool = Downsample(self.pool, self.pool_size, dtype=self.dtype_policy)
                pool.build(shape)
                shape = pool.compute_output_shape(shape)
                self.pools.append(pool)
        features = math.prod(shape[1:]) if self.head == "flatten" else shape[-1]
        widths = [features, *self.dense_units, self.outputs]
        self.dense = [
            self._dense(index, *pair) for index, pair in enumerate(itertools.pairwise(widths))
        ]
        self.dropouts = [
            keras.layers.Dropout(
                self.dropout, seed=derived_seed(self.seed, index), dtype=self.dtype_policy
            )
            for index in range(len(self.dense) if self.dropout else 0)
        ]
        self.built = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        self._check(inputs.shape)
        values = inputs
        for index, block in enumerate(self.blocks):
            values = block(values, training=training)
            if self.pools:
                values = self.pools[index](values)
        if self.head == "flatten":
            values = ops.reshape(values, (-1, math.prod(values.shape[1:])))
        else:
            values = ops.mean(values, axis=tuple(range(1, len(values.shape) - 1)))
        for index, layer in enumerate(self.dense):
            if self.dropouts:
                values = self.dropouts[index](values, training=training)
            values = layer(values)
        return values

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        if self.built:  # a model asks before it trains: the shapes of a step may be left open
            self._check(input_shape)
        return (input_shape[0], self.outputs)

    def serving_spec(self) -> Any:
        """The inputs of an export: any grid if it is averaged, that of `build` if flattened."""
        grid = (
            self._built_for[:-1] if self.head == "flatten" else [None] * len(self._built_for[:-1])
        )
        shape = (None, *grid, self._built_for[-1])
        return keras.InputSpec(shape=shape, dtype=self.input_dtype)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "convolutions": self.convolutions,
            "pool": self.pool,
            "pool_size": self.pool_size,
            "head": self.head,
            "dense_units": self.dense_units,
            "dropout": self.dropout,
            "norm": self.norm,
            "residual": self.residual,
            "activation": activation_config(self.activation_identifier),
            "output_activation": activation_config(self.output_activation_identifier),
            "padding": self.padding,
            **weights_config(self),
        }

    def _block(self, filters: int, index: int) -> ConvBlock:
        return ConvBlock(
            filters,
            self.kernel_size,
            self.convolutions,
            norm=self.norm,
            residual=self.residual,
            activation=self.activation_identifier,
            padding=self.padding,
            kernel_initializer=self.kernel_initializer,
            kernel_regularizer=self.kernel_regularizer,
            seed=derived_seed(self.seed, index),
            dtype=self.dtype_policy,
        )

    def _dense(self, index: int, inputs: int, units: int) -> keras.layers.Layer:
        last = index == len(self.dense_units)
        identifier = self.output_activation_identifier if last else self.activation_identifier
        layer = keras.layers.Dense(
            units,
            activation=get_activation("activation", identifier),
            kernel_initializer=seeded(
                self.kernel_initializer, self.seed, len(self.filters) + index
            ),
            kernel_regularizer=self.kernel_regularizer,
            dtype=self.dtype_policy,
        )
        layer.build((None, inputs))
        return layer

    def _check(self, shape: Any) -> None:
        """Refuses what the layers would trip over, wherever the shape is known."""
        received = f"Received: an input of shape {tuple(shape)}."
        wanted = self._built_for
        if len(shape) != len(wanted) + 1 or shape[-1] != wanted[-1]:
            raise ValueError(f"CNN was built for inputs of shape (n, *{wanted}). {received}")
        sizes = [size for size in shape[1:-1] if size is not None]
        if any(size < self.least_size for size in sizes):
            raise ValueError(
                f"CNN needs at least {self.least_size} points along each grid axis for "
                f"{len(self.filters)} pools of {self.pool_size}. {received} Take a finer grid, "
                "fewer blocks or pool=None."
            )
        if self.head == "flatten" and tuple(shape[1:]) != tuple(wanted):
            raise ValueError(
                f"CNN was built for inputs of shape (n, *{wanted}), and head='flatten' takes no "
                f"other. {received}"
            )
