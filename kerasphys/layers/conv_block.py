"""A block of convolutions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from kerasphys._registry import serializable
from kerasphys._validation import check_bool, check_choice, check_positive_int
from kerasphys.layers._batch_norm import BatchNorm
from kerasphys.layers._convolution import Convolution, ConvolutionLayer
from kerasphys.layers.activations import activation_config, activation_identifier, get_activation

NORMS = ("batch", "group", "instance", "layer")


@serializable
class ConvBlock(ConvolutionLayer):
    """Convolutions, each followed by a normalisation and an activation.

    A convolution has `kernel_size ** rank * channels * filters` weights, and a bias for each filter
    unless a normalisation follows, which has its own. With `residual`, the input is added before
    the last activation, through a convolution of one point where the shapes differ.

    Args:
        filters: Positive integer, the channels of the output.
        kernel_size: Positive integer, the points of each kernel along each axis.
        convolutions: Positive integer.
        strides: Positive integer, the step of the first convolution.
        norm: `None`, `"batch"`, `"instance"` (each sample and channel), `"layer"` (the channels of
            each point) or `"group"` (each sample and group of channels, eight of them if that
            divides `filters`).
        activation: An activation, as of `kp.networks.MLP`.
        residual: Whether the input is added.
        padding: How fields continue beyond the grid: `"zero"`, `"periodic"` or `"reflect"`, or a
            sequence of these, one for each grid axis.
        kernel_initializer: A Keras initializer.
        kernel_regularizer: A Keras regularizer of all kernels, or `None`.
        seed: Integer, for the initial weights, or `None` for other weights each time.
        **kwargs: `name`, `dtype` and `trainable`, as of any Keras layer.

    Input shape: `(n, *grid, c)` with one, two or three grid axes.
    Output shape: `(n, *grid, filters)`. With strides, a grid axis of `N` points keeps every
        `strides`-th, `(N - 1) // strides + 1` of them.

    Raises:
        ValueError: If a number is not positive, or a norm, a padding or an activation is unknown.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        block = kp.layers.ConvBlock(16, convolutions=1, padding="periodic", seed=0)
        print(block(np.ones((1, 32, 32, 3))).shape, block.count_params())  # (1, 32, 32, 16) 448
        ```

    Reference:
        He et al., 2016, https://arxiv.org/abs/1512.03385
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int = 3,
        convolutions: int = 2,
        strides: int = 1,
        norm: str | None = None,
        activation: str | Callable = "relu",
        residual: bool = False,
        padding: str | Sequence[str] = "zero",
        kernel_initializer: Any = "he_normal",
        kernel_regularizer: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        numbers = dict(
            filters=filters, kernel_size=kernel_size, convolutions=convolutions, strides=strides
        )
        checked = {name: check_positive_int(name, value) for name, value in numbers.items()}
        norm = check_norm(norm)
        activation = activation_identifier("activation", activation)
        residual = check_bool("residual", residual)
        super().__init__(padding, kernel_initializer, kernel_regularizer, seed, **kwargs)
        self.filters, self.kernel_size = checked["filters"], checked["kernel_size"]
        self.convolutions, self.strides = checked["convolutions"], checked["strides"]
        self.norm = norm
        self.activation_identifier = activation
        self.activation = get_activation("activation", activation)
        self.residual = residual

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        k, shape = self.kernel_size, tuple(input_shape)
        options: dict[str, Any] = dict(pads=((k - 1) // 2, k // 2), use_bias=self.norm is None)
        self.layers = [
            self.make(i, self.filters, k, strides=1 if i else self.strides, **options)
            for i in range(self.convolutions)
        ]
        self.norms = [make_norm(self.norm, self.filters, self.dtype_policy) for _ in self.layers]
        for layer, norm in zip(self.layers, self.norms, strict=True):
            layer.build(shape)
            shape = tuple(layer.compute_output_shape(shape))
            if norm is not None:
                norm.build(shape)
        self.shortcut = None
        if self.residual and (input_shape[-1] != self.filters or self.strides > 1):
            self.shortcut = self.make(self.convolutions, self.filters, 1, strides=self.strides)
            self.shortcut.build(input_shape)
        self.built = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        values = inputs
        for index, (layer, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            values = normalised(layer, norm, values, training)
            if self.residual and index == self.convolutions - 1:
                values = values + (inputs if self.shortcut is None else self.shortcut(inputs))
            values = self.activation(values)
        return values

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        grid = [n if n is None else (n - 1) // self.strides + 1 for n in input_shape[1:-1]]
        return (input_shape[0], *grid, self.filters)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "convolutions": self.convolutions,
            "strides": self.strides,
            "norm": self.norm,
            "activation": activation_config(self.activation_identifier),
            "residual": self.residual,
        }


def check_norm(norm: str | None) -> str | None:
    """The name of a normalisation, or `None`."""
    return None if norm is None else check_choice("norm", norm, NORMS)


def make_norm(norm: str | None, filters: int, dtype: Any) -> keras.layers.Layer | None:
    """The layer of a normalisation."""
    if norm is None:
        return None
    if norm == "batch":
        return BatchNorm(momentum=0.9, epsilon=1e-5, dtype=dtype)
    if norm == "layer":
        return keras.layers.LayerNormalization(epsilon=1e-5, dtype=dtype)
    groups = math.gcd(8, filters) if norm == "group" else -1
    return keras.layers.GroupNormalization(groups, epsilon=1e-5, dtype=dtype)


def normalised(
    layer: Convolution, norm: keras.layers.Layer | None, values: Any, training: bool | None
) -> Any:
    """A convolution and what follows; outside training batch normalisation is in the kernel."""
    if isinstance(norm, BatchNorm) and not norm.uses_batch(training):
        scale, shift = norm.affine()
        kernel = ops.cast(ops.cast(layer.kernel, scale.dtype) * scale, values.dtype)
        return layer.convolve(values, kernel, ops.cast(shift, values.dtype))
    values = layer(values)
    return values if norm is None else norm(values, training=training)
