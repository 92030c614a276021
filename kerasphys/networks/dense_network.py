"""What networks made of dense layers share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from kerasphys._registry import pack, unpack
from kerasphys._validation import check_identifier, check_int, message
from kerasphys.layers._initializers import seeded
from kerasphys.layers.activations import (
    activation_config,
    activation_identifier,
    get_activation,
)
from kerasphys.networks.network import Network


class DenseNetwork(Network):
    """An embedding of the inputs, then dense layers, however a subclass joins them.

    A subclass makes its layers in `build_layers`, with `make_dense`, and applies them in
    `call_layers`.

    Args:
        activation: As of `MLP`.
        output_activation: As of `MLP`.
        outputs: As of `MLP`.
        embedding: As of `MLP`.
        kernel_initializer: As of `MLP`.
        kernel_regularizer: As of `MLP`.
        seed: As of `MLP`.
        dtype: As of `MLP`.
        **kwargs: `name` and `trainable`, as of any Keras model.
    """

    _made: int  # dense layers so far

    def __init__(
        self,
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
        activation = activation_identifier("activation", activation)
        output_activation = activation_identifier("output_activation", output_activation)
        get = keras.initializers.get
        kernel_initializer = check_identifier("kernel_initializer", get, kernel_initializer)
        if kernel_regularizer is not None:
            get = keras.regularizers.get
            kernel_regularizer = check_identifier("kernel_regularizer", get, kernel_regularizer)
        _check_embedding(embedding)
        super().__init__(outputs=outputs, dtype=dtype, **kwargs)
        self.activation_identifier = activation
        self.output_activation_identifier = output_activation
        self.embedding = embedding
        self.kernel_initializer = kernel_initializer
        self.kernel_regularizer = kernel_regularizer
        self.seed = None if seed is None else check_int("seed", seed, minimum=0)

    def build_layers(self, inputs: int, outputs: int) -> None:
        """Makes the layers, for embedded inputs of a width, with `make_dense`."""
        raise NotImplementedError

    def call_layers(self, values: Any) -> Any:
        """Applies the layers to the embedded inputs."""
        raise NotImplementedError

    def make_dense(self, inputs: int, units: int, activation: Any = None) -> keras.layers.Layer:
        """The next dense layer, built; with the activation of the hidden layers by default."""
        index, self._made = self._made, self._made + 1
        identifier = self.activation_identifier if activation is None else activation
        layer = keras.layers.Dense(
            units,
            activation=get_activation("activation", identifier),
            kernel_initializer=seeded(self.kernel_initializer, self.seed, index),
            kernel_regularizer=self.kernel_regularizer,
            dtype=self.dtype_policy,
            name=f"dense_{index}",
        )
        layer.build((None, inputs))
        return layer

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        outputs = self._known_outputs()
        shape: Any = tuple(input_shape)
        for layer in self._embeddings:
            self._adopt(layer)
            if not layer.built:
                layer.build(shape)
            shape = tuple(layer.compute_output_shape(shape))
        self._made = 0
        self.build_layers(shape[-1], outputs)
        self.built = True

    def call(self, inputs: Any) -> Any:
        values = inputs
        for layer in self._embeddings:
            values = layer(values)
        return self.call_layers(values)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.outputs)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "activation": activation_config(self.activation_identifier),
            "output_activation": activation_config(self.output_activation_identifier),
            "embedding": pack(self.embedding),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer)
            if self.kernel_regularizer is not None
            else None,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> DenseNetwork:
        return cls(**unpack(config, "embedding"))

    @property
    def _embeddings(self) -> list[keras.layers.Layer]:
        if self.embedding is None:
            return []
        if isinstance(self.embedding, keras.layers.Layer):
            return [self.embedding]
        return list(self.embedding)

    def _adopt(self, embedding: keras.layers.Layer) -> None:
        """Gives an embedding the precision of the network."""
        dtypes = {v.dtype for v in embedding.variables if "float" in v.dtype}
        dtypes |= {tensor.dtype for tensor in getattr(embedding, "inputs", ())}
        for other in dtypes - {self.variable_dtype, self.compute_dtype}:
            raise ValueError(
                f"The embedding {embedding.name!r} was built in {other}, the network is in "
                f"{self.variable_dtype}. Make it anew and leave it unbuilt, or with "
                f"dtype={self.variable_dtype!r} in every layer."
            )
        for layer in embedding._flatten_layers():
            layer.dtype_policy = self.dtype_policy


def _check_embedding(embedding: Any) -> None:
    layers = embedding if isinstance(embedding, list | tuple) else [embedding]
    if embedding is not None and not all(isinstance(x, keras.layers.Layer) for x in layers):
        expected = "a Keras layer, such as kp.layers.FourierFeatures(32), or a list of layers"
        raise TypeError(message("embedding", expected, embedding))
