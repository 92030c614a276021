"""Gradient descent, momentum and Adam as textbooks write them, in NumPy: every step is kept."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import (
    check_array,
    check_bool,
    check_nonnegative,
    check_positive,
    check_positive_int,
    message,
)
from kerasphys.optimizers.textbook import check_beta

Gradient = Callable[[np.ndarray], ArrayLike]
Rate = float | Callable[[int], float]


def gradient_descent(
    gradient: Gradient, start: ArrayLike, learning_rate: Rate, steps: int
) -> np.ndarray:
    """`θ ← θ - η ∇f(θ)`.

    Near a minimum of curvature `h` the error is multiplied by `1 - η h` in every step: it
    shrinks if and only if `h < 2/η`.

    Args:
        gradient: The gradient at `θ`, of the shape of `θ`; a new random one at each call for
            stochastic gradient descent.
        start: The first `θ`, of any shape: many replicas may run side by side.
        learning_rate: Positive number `η`, or a function of the number of the step, 0, 1, ...
        steps: Positive integer.

    Returns:
        The path `(steps + 1, ...)`, with the start.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range, or the gradient has another shape than `θ`.

    Example:
        ```python
        import kerasphys as kp

        path = kp.analysis.gradient_descent(lambda t: 10 * t, [1.0], 0.21, steps=50)
        assert round(abs(path[-1, 0]), 1) == 117.4  # 1.1^50
        ```
    """
    return _path(gradient, start, learning_rate, steps, lambda slope, _: slope)


def momentum(
    gradient: Gradient,
    start: ArrayLike,
    learning_rate: Rate,
    steps: int,
    beta: float = 0.9,
) -> np.ndarray:
    """`g ← β g + (1 - β) ∇f(θ)`, `θ ← θ - η g`: a step along the moving average of gradients.

    Stable near a minimum of curvature `h` if and only if `h < 2 (1 + β) / (η (1 - β))`.
    `kp.optimizers.averaged_momentum` is the same for Keras models, whose own momentum is a sum
    instead of an average.

    Args:
        gradient: As of `gradient_descent`.
        start: As of `gradient_descent`.
        learning_rate: As of `gradient_descent`.
        steps: As of `gradient_descent`.
        beta: Number in [0, 1), how much of the average is kept.

    Returns:
        The path `(steps + 1, ...)`, with the start.

    Raises:
        ValueError: As of `gradient_descent`, or if `beta` is not in [0, 1).

    Example:
        ```python
        import kerasphys as kp

        path = kp.analysis.momentum(lambda t: t, [1.0], 0.5, steps=2, beta=0.5)
        assert path[:, 0].tolist() == [1.0, 0.75, 0.4375]
        ```
    """
    beta = check_beta("beta", beta)
    average: Any = 0.0

    def direction(slope: np.ndarray, _: int) -> np.ndarray:
        nonlocal average
        average = beta * average + (1 - beta) * slope
        return average

    return _path(gradient, start, learning_rate, steps, direction)


def adam(
    gradient: Gradient,
    start: ArrayLike,
    learning_rate: Rate,
    steps: int,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-8,
    bias_correction: bool = True,
) -> np.ndarray:
    """`g ← β₁ g + (1 - β₁) ∇f`, `G ← β₂ G + (1 - β₂) ∇f²`, `θ ← θ - η c g / (√G + ε)`.

    In step `k = 1, 2, ...` the correction is `c = √(1 - β₂ᵏ) / (1 - β₁ᵏ)`, and 1 without it. The
    first step has the size `η` in every component, however large the gradient is, and without
    the correction `η (1 - β₁) / √(1 - β₂)`, which is `3.1623 η` for the usual `β`.
    With the correction it is Keras' Adam; without, `kp.optimizers.basic_adam`.

    Args:
        gradient: As of `gradient_descent`.
        start: As of `gradient_descent`.
        learning_rate: As of `gradient_descent`.
        steps: As of `gradient_descent`.
        beta_1: Number in [0, 1), of the average of gradients.
        beta_2: Number in [0, 1), of the average of squares.
        epsilon: Number of at least zero. It keeps the step finite where the gradient vanishes.
        bias_correction: Whether to correct the averages, which start from zero.

    Returns:
        The path `(steps + 1, ...)`, with the start.

    Raises:
        ValueError: As of `gradient_descent`, or if a `beta` is not in [0, 1).

    Example:
        ```python
        import kerasphys as kp

        path = kp.analysis.adam(lambda t: 1e4 * t, [1.0], 0.01, steps=1)
        assert round(path[1, 0], 8) == 0.99
        ```

    Reference:
        Kingma and Ba, 2014, https://arxiv.org/abs/1412.6980 (the form at the end of section 2)
    """
    beta_1, beta_2 = check_beta("beta_1", beta_1), check_beta("beta_2", beta_2)
    epsilon = check_nonnegative("epsilon", epsilon)
    correct = check_bool("bias_correction", bias_correction)
    first: Any = 0.0
    second: Any = 0.0

    def direction(slope: np.ndarray, step: int) -> np.ndarray:
        nonlocal first, second
        first = beta_1 * first + (1 - beta_1) * slope
        second = beta_2 * second + (1 - beta_2) * slope**2
        factor = np.sqrt(1 - beta_2 ** (step + 1)) / (1 - beta_1 ** (step + 1)) if correct else 1.0
        return factor * first / (np.sqrt(second) + epsilon)

    return _path(gradient, start, learning_rate, steps, direction)


def _path(
    gradient: Gradient,
    start: ArrayLike,
    learning_rate: Rate,
    steps: int,
    direction: Callable[[np.ndarray, int], np.ndarray],
) -> np.ndarray:
    if not callable(gradient):
        raise TypeError(message("gradient", "a function of the parameters", gradient))
    steps = check_positive_int("steps", steps)
    rates = _rates(learning_rate)
    at = check_array("start", start, np.shape(start))
    path = [at]
    for step in range(steps):
        slope = np.asarray(gradient(at), np.float64)
        if slope.shape != at.shape:
            raise ValueError(
                f"Argument `gradient` must return an array of the shape of `start`, {at.shape}. "
                f"Received: one of shape {slope.shape}."
            )
        at = at - next(rates) * direction(slope, step)
        path.append(at)
    return np.stack(path)


def _rates(learning_rate: Any) -> Iterator[float]:
    if callable(learning_rate):
        return (check_positive("learning_rate", learning_rate(k)) for k in itertools.count())
    return itertools.repeat(check_positive("learning_rate", learning_rate))
