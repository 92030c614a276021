"""Coordinates scaled to the unit of the network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from kerasphys._registry import serializable
from kerasphys._validation import check_array, message


@serializable
class BoxScaling(keras.layers.Layer):
    """Maps a box to `[-1, 1]^d`, so that a network sees every coordinate alike.

    Args:
        lower: Array of shape `(d,)`.
        upper: Array of shape `(d,)`, above `lower`.

    Input shape: `(..., d)`.
    Output shape: `(..., d)`.

    Raises:
        ValueError: If `upper` is not above `lower`.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        scale = kp.layers.BoxScaling([0.0, 10.0], [1.0, 30.0])
        print(scale(np.array([[0.5, 30.0]])))  # [[0, 1]]
        ```
    """

    def __init__(
        self,
        lower: Sequence[float] | np.ndarray,
        upper: Sequence[float] | np.ndarray,
        **kwargs: Any,
    ):
        low = check_array("lower", lower, (None,))
        high = check_array("upper", upper, low.shape)
        if not np.all(low < high):
            raise ValueError(message("upper", f"above lower={low.tolist()}", high.tolist()))
        super().__init__(**kwargs)
        self.lower = low.tolist()
        self.upper = high.tolist()
        self._centre = (low + high) / 2
        self._half = (high - low) / 2

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        if input_shape[-1] != len(self.lower):
            raise ValueError(
                f"BoxScaling has {len(self.lower)} coordinates. Received: an input of shape "
                f"{tuple(input_shape)}."
            )

    def call(self, inputs: Any) -> Any:
        centre = keras.ops.cast(self._centre, inputs.dtype)
        return (inputs - centre) / keras.ops.cast(self._half, inputs.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "lower": self.lower, "upper": self.upper}
