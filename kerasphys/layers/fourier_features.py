"""Fourier features of coordinates."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from kerasphys._registry import serializable
from kerasphys._validation import check_int, check_positive, check_positive_int


@serializable
class FourierFeatures(keras.layers.Layer):
    """Maps coordinates to cosines and sines of random frequencies.

    Computes `[cos(2πxB), sin(2πxB)]` with `B ~ N(0, scale²)`, drawn once and then kept. It lets a
    network with smooth activations represent fine scales: `scale` should be of the order of the
    number of waves per unit length that the solution has.

    Args:
        features: Positive integer, the number of frequencies (columns of `B`).
        scale: Positive number, the standard deviation of `B`, in cycles per unit of the input.
            Inside a `PINNModel` the input is the coordinate scaled to `[-1, 1]`.
        seed: Non-negative integer, or `None` for other frequencies each time.
        **kwargs: `name` and `dtype`, as of any Keras layer.

    Input shape: `(..., d)`.
    Output shape: `(..., 2 * features)`: the cosines, then the sines.

    Raises:
        ValueError: If `features` is not a positive integer or `scale` is not positive.

    Example:
        ```python
        import kerasphys as kp

        waves = kp.layers.FourierFeatures(32, scale=5.0, seed=0)
        network = kp.networks.MLP([64, 64], embedding=waves, outputs=1, seed=0)
        network.build((None, 2))
        ```

    Reference:
        Tancik et al., 2020, https://arxiv.org/abs/2006.10739
    """

    def __init__(self, features: int, scale: float = 1.0, seed: int | None = None, **kwargs: Any):
        check_positive_int("features", features)
        check_positive("scale", scale)
        super().__init__(**kwargs)
        self.features = int(features)
        self.scale = float(scale)
        self.seed = None if seed is None else check_int("seed", seed, minimum=0)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.frequencies = self.add_weight(
            shape=(input_shape[-1], self.features),
            initializer=keras.initializers.RandomNormal(0.0, self.scale, seed=self.seed),
            trainable=False,
            name="frequencies",
        )

    def call(self, inputs: Any) -> Any:
        angles = ops.matmul(inputs, 2 * math.pi * ops.convert_to_tensor(self.frequencies))
        return ops.concatenate([ops.cos(angles), ops.sin(angles)], axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], 2 * self.features)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "features": self.features,
            "scale": self.scale,
            "seed": self.seed,
        }
