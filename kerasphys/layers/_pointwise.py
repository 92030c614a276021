"""Dense layers over the channels, at every point of a grid."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from kerasphys.layers._initializers import seeded
from kerasphys.layers.grid_padding import size_of


class Pointwise(keras.layers.Layer):
    """A small dense network over the channels, the same at every point.

    All points of all samples are the rows of one matrix.

    Args:
        widths: The channels after each of its layers.
        activation: A function, applied after each layer but the last.
        kernel_initializer: A Keras initializer.
        kernel_regularizer: A Keras regularizer or `None`.
        seed: Integer or `None`.
        **kwargs: `name` and `dtype`, as of any Keras layer.

    Input shape: `(n, *grid, c)`.
    Output shape: `(n, *grid, widths[-1])`.
    """

    def __init__(
        self,
        widths: Sequence[int],
        activation: Callable,
        kernel_initializer: Any = "glorot_uniform",
        kernel_regularizer: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.widths = list(widths)
        self.activation = activation
        self.kernel_initializer = kernel_initializer
        self.kernel_regularizer = kernel_regularizer
        self.seed = seed

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.kernels, self.biases = [], []
        for index, (left, right) in enumerate(itertools.pairwise([input_shape[-1], *self.widths])):
            kernel = self.add_weight(
                shape=(left, right),
                initializer=seeded(self.kernel_initializer, self.seed, index),
                regularizer=self.kernel_regularizer,
                name=f"kernel_{index}",
            )
            self.kernels.append(kernel)
            bias = self.add_weight(shape=(right,), initializer="zeros", name=f"bias_{index}")
            self.biases.append(bias)
        self.built = True

    def call(self, inputs: Any) -> Any:
        shape = [size_of(inputs, axis) for axis in range(len(inputs.shape))]
        values = tf.reshape(inputs, [-1, shape[-1]])
        for index, (kernel, bias) in enumerate(zip(self.kernels, self.biases, strict=True)):
            values = self.activation(values) if index else values
            values = values @ tf.convert_to_tensor(kernel)
            values = tf.nn.bias_add(values, tf.convert_to_tensor(bias))
        return tf.reshape(values, [*shape[:-1], self.widths[-1]])

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.widths[-1])
