"""Momentum and Adam as textbooks write them, made of Keras' own optimizers."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys._validation import check_number, check_positive, message


def averaged_momentum(
    learning_rate: float = 0.01, beta: float = 0.9, **kwargs: Any
) -> keras.optimizers.SGD:
    """Momentum as a moving average: `g ← β g + (1 - β) ∇`, `θ ← θ - η g`.

    Keras' momentum is a sum of gradients, not an average, so that its step is `1 / (1 - β)` times
    as large for the same learning rate. The same path is `SGD(η (1 - β), momentum=β)`, which this
    returns.

    Args:
        learning_rate: Positive float `η`.
        beta: Number in [0, 1), how much of the average is kept.
        **kwargs: As of `keras.optimizers.SGD`.

    Returns:
        A `keras.optimizers.SGD`, whose `learning_rate` is `η (1 - β)`.

    Raises:
        ValueError: If an argument is out of range.

    Example:
        ```python
        import kerasphys as kp

        optimizer = kp.optimizers.averaged_momentum(0.5, beta=0.75)
        assert float(optimizer.learning_rate) == 0.125
        ```
    """
    learning_rate = check_positive("learning_rate", learning_rate)
    beta = check_beta("beta", beta)
    return keras.optimizers.SGD(learning_rate * (1 - beta), momentum=beta, **kwargs)


def basic_adam(
    learning_rate: float = 0.001,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-8,
    **kwargs: Any,
) -> keras.optimizers.Adam:
    """Adam without the correction of its averages, which start from zero.

    `g ← β₁ g + (1 - β₁) ∇`, `G ← β₂ G + (1 - β₂) ∇²`, `θ ← θ - η g / (√G + ε)`. Its first steps are
    `(1 - β₁) / √(1 - β₂)` times as large as those of Keras' Adam, about 3.16 times. Keras has the
    correction as a factor of the learning rate, so a schedule that divides by it takes it away.

    Args:
        learning_rate: Positive float `η`.
        beta_1: Number in [0, 1), of the average of gradients.
        beta_2: Number in [0, 1), of the average of squares.
        epsilon: Positive float.
        **kwargs: As of `keras.optimizers.Adam`.

    Returns:
        A `keras.optimizers.Adam` with a schedule; callbacks cannot change its learning rate.

    Raises:
        ValueError: If an argument is out of range.

    Example:
        ```python notest
        model.compile(kp.optimizers.basic_adam(1e-3), loss="mse")
        ```

    Reference:
        Kingma and Ba, 2014, https://arxiv.org/abs/1412.6980
    """
    beta_1, beta_2 = check_beta("beta_1", beta_1), check_beta("beta_2", beta_2)
    schedule = Uncorrected(check_positive("learning_rate", learning_rate), beta_1, beta_2)
    epsilon = check_positive("epsilon", epsilon)
    return keras.optimizers.Adam(schedule, beta_1, beta_2, epsilon, **kwargs)


@serializable
class Uncorrected(keras.optimizers.schedules.LearningRateSchedule):
    """`η (1 - β₁ᵏ) / √(1 - β₂ᵏ)` in step `k = 1, 2, ...`: what Adam's correction is undone by."""

    def __init__(self, learning_rate: float, beta_1: float, beta_2: float):
        super().__init__()
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def __call__(self, step: Any) -> tf.Tensor:
        step = tf.cast(step, tf.float64) + 1
        beta_1 = keras.ops.cast(self.beta_1, "float64")  # as Adam does it: rounded to float32
        beta_2 = keras.ops.cast(self.beta_2, "float64")
        return self.learning_rate * (1 - beta_1**step) / tf.sqrt(1 - beta_2**step)

    def get_config(self) -> dict[str, float]:
        return {
            "learning_rate": self.learning_rate,
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
        }


def check_beta(argument: str, value: Any) -> float:
    """A number in [0, 1)."""
    number = check_number(argument, value)
    if not 0 <= number < 1:
        raise ValueError(message(argument, "a number in [0, 1)", value))
    return number
