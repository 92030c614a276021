"""Coordinates that a network sees as periodic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from kerasphys._registry import serializable
from kerasphys._validation import check_positive, check_positive_int, message


@serializable
class PeriodicEmbedding(keras.layers.Layer):
    """Maps periodic coordinates to a circle, so that whatever follows is periodic in them.

    A coordinate `x` of period `p` becomes `cos(2πkx/p), sin(2πkx/p)` for `k = 1 … harmonics`. The
    network and all its derivatives are then periodic by construction: no condition has to be
    learnt.

    Args:
        periods: For each coordinate its period, a positive number in the unit of the input, or
            `None` where it is not periodic. Inside a `PINNModel` the input is the coordinate
            scaled to `[-1, 1]`, so that what is periodic across the domain has the period 2.
        harmonics: Positive integer, the number of waves for each periodic coordinate.
        **kwargs: `name` and `dtype`, as of any Keras layer.

    Input shape: `(..., d)`.
    Output shape: `(..., e)`. The coordinates keep their order. One that is not periodic passes
        unchanged; a periodic one gives `harmonics` cosines and then `harmonics` sines, so that `e`
        is the number of the former plus `2 * harmonics` times that of the latter.

    Raises:
        ValueError: If a period is not positive, or no coordinate is periodic.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        around = kp.layers.PeriodicEmbedding([2.0, None])  # x is periodic, t is not
        network = kp.networks.MLP([32, 32], embedding=around, outputs=1, dtype="float64")
        left, right = network(np.array([[-1.0, 0.3], [1.0, 0.3]]))
        assert abs(left - right) < 1e-14
        ```

    Reference:
        Dong and Ni, 2021, https://doi.org/10.1016/j.jcp.2021.110242
    """

    def __init__(self, periods: Sequence[float | None], harmonics: int = 1, **kwargs: Any):
        if not isinstance(periods, Sequence) or isinstance(periods, str):
            raise TypeError(message("periods", "a sequence such as [2.0, None]", periods))
        found = [None if p is None else check_positive("periods", p) for p in periods]
        if all(period is None for period in found):
            raise ValueError(message("periods", "such that a coordinate is periodic", periods))
        check_positive_int("harmonics", harmonics)
        super().__init__(**kwargs)
        self.periods = found
        self.harmonics = int(harmonics)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        if input_shape[-1] != len(self.periods):
            raise ValueError(
                f"PeriodicEmbedding has {len(self.periods)} periods, one for each coordinate. "
                f"Received: an input of shape {tuple(input_shape)}."
            )

    def call(self, inputs: Any) -> Any:
        columns = []
        for index, period in enumerate(self.periods):
            column = inputs[..., index : index + 1]
            if period is None:
                columns.append(column)
                continue
            # not a matrix product: accelerators round its factors to ten bits
            frequencies = 2 * math.pi / period * np.arange(1, self.harmonics + 1)
            angles = column * ops.cast(frequencies, inputs.dtype)
            columns += [ops.cos(angles), ops.sin(angles)]
        return ops.concatenate(columns, axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        width = sum(1 if period is None else 2 * self.harmonics for period in self.periods)
        return (*input_shape[:-1], width)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "periods": self.periods, "harmonics": self.harmonics}
