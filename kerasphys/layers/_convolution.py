"""Convolutions on grids of any rank, and what layers made of them share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from kerasphys._validation import check_identifier, check_int
from kerasphys.layers._initializers import seeded
from kerasphys.layers.grid_padding import GridPadding, check_grid, check_modes, per_axis, size_of


class Convolution(keras.layers.Layer):
    """A convolution, in the orientation of Keras: `sum over m of kernel[m] * inputs[s i + m]`.

    Args:
        filters: The channels of the output.
        kernel_size: Points of the kernel along each axis.
        strides: The step from one output to the next.
        pads: How many points are added before and after each axis.
        padding: As of `GridPadding`.
        use_bias: Whether a bias is added.
        kernel_initializer: A Keras initializer.
        kernel_regularizer: A Keras regularizer or `None`.
        **kwargs: `name` and `dtype`, as of any Keras layer.

    Input shape: `(n, *grid, c)`.
    Output shape: `(n, *grid, filters)`, a grid axis of `N` points having `(N + pads - k) // s + 1`.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        strides: int = 1,
        pads: tuple[int, int] = (0, 0),
        padding: str | Sequence[str] = "zero",
        use_bias: bool = True,
        kernel_initializer: Any = "he_normal",
        kernel_regularizer: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.filters, self.kernel_size, self.strides = filters, kernel_size, strides
        self.pads, self.padding, self.use_bias = pads, padding, use_bias
        self.kernel_initializer = kernel_initializer
        self.kernel_regularizer = kernel_regularizer

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.rank = len(check_grid("A convolution", input_shape))
        self.kernel = self.add_weight(
            shape=self.kernel_shape(input_shape[-1]),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            name="kernel",
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")
        modes = per_axis("padding", self.padding, self.rank)
        # TensorFlow adds the zeros itself, without a copy of the inputs
        self.same = set(modes) == {"zero"} and self.pads == self.same_pads
        pads = (0, 0) if self.same else self.pads
        self.extend = GridPadding([pads] * self.rank, modes, dtype=self.dtype_policy)
        self.built = True

    def kernel_shape(self, channels: int | None) -> tuple[int | None, ...]:
        return (*(self.kernel_size,) * self.rank, channels, self.filters)

    @property
    def same_pads(self) -> tuple[int, int] | None:
        """What TensorFlow's padding "SAME" adds, if that does not depend on the size."""
        k = self.kernel_size
        return ((k - 1) // 2, k // 2) if self.strides == 1 else None

    def call(self, inputs: Any) -> Any:
        return self.convolve(inputs, self.kernel, self.bias)

    def convolve(self, inputs: Any, kernel: Any, bias: Any) -> Any:
        """The same convolution with another kernel and bias."""
        values = tf.nn.convolution(
            self.extend(inputs),
            tf.convert_to_tensor(kernel),
            strides=self.strides,
            padding="SAME" if self.same else "VALID",
        )
        return values if bias is None else tf.nn.bias_add(values, tf.convert_to_tensor(bias))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        more = sum(self.pads) - self.kernel_size
        grid = [n if n is None else (n + more) // self.strides + 1 for n in input_shape[1:-1]]
        return (input_shape[0], *grid, self.filters)


class TransposedConvolution(Convolution):
    """The adjoint of the convolution with strides that adds `kernel_size - strides` points.

    It is the adjoint with the periodic continuation or zeros; with reflection the inputs are
    continued by reflection instead.

    Input shape: `(n, *grid, c)`.
    Output shape: `(n, *grid, filters)`, a grid axis of `N` points having `strides * N`.
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        k, s = self.kernel_size, self.strides
        self.before = (k - s) // 2
        self.pads = ((k - 1 - self.before) // s, (s - 1 + self.before) // s)
        super().build(input_shape)

    def kernel_shape(self, channels: int | None) -> tuple[int | None, ...]:
        return (*(self.kernel_size,) * self.rank, self.filters, channels)

    @property
    def same_pads(self) -> tuple[int, int] | None:
        return self.pads

    def convolve(self, inputs: Any, kernel: Any, bias: Any) -> Any:
        extended = self.extend(inputs)
        kernel = tf.convert_to_tensor(kernel)
        k, s = (0 if self.same else self.kernel_size - self.strides), self.strides
        axes = range(1, self.rank + 1)
        shape = [size_of(extended, axis) * s + k for axis in axes]
        values = tf.nn.conv_transpose(
            extended,
            kernel,
            [size_of(extended, 0), *shape, self.filters],
            strides=s,
            padding="SAME" if self.same else "VALID",
        )
        if not self.same:
            start = self.pads[0] * s + self.before
            crop = [slice(start, start + s * size_of(inputs, axis)) for axis in axes]
            values = values[(slice(None), *crop)]
        return values if bias is None else tf.nn.bias_add(values, tf.convert_to_tensor(bias))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        grid = [n if n is None else n * self.strides for n in input_shape[1:-1]]
        return (input_shape[0], *grid, self.filters)


class ConvolutionLayer(keras.layers.Layer):
    """A layer that makes convolutions: their padding, initial weights and regularizer.

    Args:
        padding: As of `GridPadding`.
        kernel_initializer: A Keras initializer.
        kernel_regularizer: A Keras regularizer or `None`.
        seed: Integer, for the initial weights, or `None` for other weights each time.
        **kwargs: `name`, `dtype` and `trainable`, as of any Keras layer.
    """

    def __init__(
        self,
        padding: str | Sequence[str] = "zero",
        kernel_initializer: Any = "he_normal",
        kernel_regularizer: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        options = check_weights(kernel_initializer, kernel_regularizer, seed)
        padding = check_modes("padding", padding)
        super().__init__(**kwargs)
        self.padding = padding
        self.kernel_initializer = options["kernel_initializer"]
        self.kernel_regularizer = options["kernel_regularizer"]
        self.seed = options["seed"]

    def make(
        self, index: int, filters: int, kernel_size: int, kind: type = Convolution, **options: Any
    ) -> Convolution:
        """A convolution whose initial weights are those of an index."""
        return kind(
            filters,
            kernel_size,
            padding=self.padding,
            kernel_initializer=seeded(self.kernel_initializer, self.seed, index),
            kernel_regularizer=self.kernel_regularizer,
            dtype=self.dtype_policy,
            **options,
        )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "padding": self.padding, **weights_config(self)}


def check_weights(
    kernel_initializer: Any, kernel_regularizer: Any, seed: int | None
) -> dict[str, Any]:
    """How weights begin and what holds them small, checked."""
    get = keras.initializers.get
    kernel_initializer = check_identifier("kernel_initializer", get, kernel_initializer)
    if kernel_regularizer is not None:
        get = keras.regularizers.get
        kernel_regularizer = check_identifier("kernel_regularizer", get, kernel_regularizer)
    return {
        "kernel_initializer": kernel_initializer,
        "kernel_regularizer": kernel_regularizer,
        "seed": None if seed is None else check_int("seed", seed, minimum=0),
    }


def weights_config(owner: Any) -> dict[str, Any]:
    """The entries of a configuration for what `check_weights` returned."""
    regularizer = owner.kernel_regularizer
    return {
        "kernel_initializer": keras.initializers.serialize(owner.kernel_initializer),
        "kernel_regularizer": regularizer and keras.regularizers.serialize(regularizer),
        "seed": owner.seed,
    }
