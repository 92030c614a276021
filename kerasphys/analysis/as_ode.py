"""The differential equation that a residual network steps through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from kerasphys._validation import check_positive, message
from kerasphys.networks import ResNet


def as_ode(network: ResNet, duration: float | None = None) -> tuple[Callable, float]:
    """The velocity field and the step for which forward Euler is the residual network.

    The blocks `x ← x + scale * σ(W_l x + b_l)`, `l = 0 … depth - 1`, are steps of forward Euler for
    `dx/dt = V(t, x)`, with `V(t, x) = scale / step * σ(W_l x + b_l)` in the time from `l step` to
    `(l + 1) step`.

    Args:
        network: A `ResNet`, built. Its first and last maps, if any, are no part of the equation:
            `x` is what the blocks receive.
        duration: Positive number, the time that all blocks take; by default `depth * scale`, so
            that `V` is `σ(W_l x + b_l)`.

    Returns:
        The field, a function of the time, a number or scalar tensor, and the state
        `(..., width)`, for graphs too; and the step, `duration / depth`. Before and after the
        duration the field is that of the first and of the last block.

    Raises:
        TypeError: If the network is not a `ResNet`.
        ValueError: If it is not built, or the duration is not positive.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        network = kp.networks.ResNet(2, 10, scale=0.1, outputs=2, dtype="float64", seed=0)
        x = np.array([[1.0, -1.0]])
        expected = network(x)
        field, step = kp.analysis.as_ode(network)
        for index in range(10):
            x = x + step * field(index * step, x)
        assert np.abs(x - expected).max() < 1e-14
        ```
    """
    if not isinstance(network, ResNet):
        raise TypeError(message("network", "a kp.networks.ResNet", network))
    if not network.built:
        raise ValueError(message("network", "built", network, "Call network.build((None, d))."))
    if duration is None:
        duration = network.depth * network.scale
    step = check_positive("duration", duration) / network.depth
    factor = network.scale / step

    def field(t: Any, x: Any) -> tf.Tensor:
        x = tf.convert_to_tensor(x, network.compute_dtype)
        # the times of float32 steps fall short of a step's beginning by their rounding
        steps = tf.cast(t, x.dtype) / step + 1e-3
        index = tf.clip_by_value(tf.cast(tf.floor(steps), tf.int32), 0, network.depth - 1)
        branches = [lambda block=block: block.branch(x) for block in network.blocks]
        return factor * tf.switch_case(index, branches)

    return field, step
