"""A line search for the weak Wolfe conditions, in the graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from kerasphys.optimizers.objective import Evaluation
from kerasphys.optimizers.second_order import is_finite

DECREASE = 1e-4
CURVATURE = 0.9
TRIALS = 24

# By how much, relative to the loss, rounding may raise it (Hager and Zhang's ε).
ROUNDING = {tf.float32: 1e-4, tf.float64: 1e-6}


class _Search(NamedTuple):
    """The state of the loop: the trial to make next, and what the last one gave."""

    trials: tf.Tensor
    active: tf.Tensor
    step: tf.Tensor
    next_step: tf.Tensor
    low: tf.Tensor  # the longest step known not to be too long
    high: tf.Tensor  # the shortest one known to be too long
    best: tf.Tensor  # the longest one with a decrease beyond doubt
    evaluation: Evaluation


def wolfe_search(
    evaluate_at: Callable[[tf.Tensor], Evaluation],
    start: Evaluation,
    direction: tf.Tensor,
    first_step: tf.Tensor,
) -> tuple[tf.Tensor, Evaluation]:
    """Searches a step `α` along a descent direction by doubling and bisection.

    With the slope `φ'(α) = gᵀd` it asks for `φ(α) <= φ(0) + c₁ α φ'(0)` and `φ'(α) >= c₂ φ'(0)`.
    Near rounding level, where the first test fails for no reason, it is enough that the loss has
    not grown by more than rounding does and that `φ'(α) <= (2c₁ - 1) φ'(0)`, as a quadratic has it.
    A trial that is not finite counts as too long. The objective is traced once, and the last point
    evaluated is the one that is returned.

    Args:
        evaluate_at: Moves to a step `()` and evaluates there.
        start: The evaluation at step 0. If it is not finite, nothing is tried.
        direction: Tensor of shape `(P,)`.
        first_step: The first trial, `()`, positive.

    Returns:
        The step and the evaluation there. If no trial met both conditions, it is the longest step
        with a sufficient decrease; 0 where there is none.

    Reference:
        Hager and Zhang, 2005, https://doi.org/10.1137/030601880 (the approximate conditions);
        Lewis and Overton, 2013, https://doi.org/10.1007/s10107-012-0514-2 (bisection)
    """
    dtype = direction.dtype
    slope = tf.tensordot(start.gradient, direction, 1)
    ceiling = start.loss + ROUNDING[dtype] * tf.abs(start.loss)

    def trial(search: _Search) -> tuple[_Search]:
        step = search.next_step
        evaluation = evaluate_at(step)
        trials = search.trials + 1
        new_slope = tf.tensordot(evaluation.gradient, direction, 1)

        finite = is_finite(evaluation)
        decreased = finite & (evaluation.loss <= start.loss + DECREASE * step * slope)
        rounded = finite & (evaluation.loss <= ceiling)
        short = decreased | (rounded & (new_slope <= (2 * DECREASE - 1) * slope))
        low = tf.where(short, step, search.low)
        high = tf.where(short, search.high, step)
        best = tf.where(decreased, step, search.best)

        last = trials >= TRIALS
        accepted = short & (new_slope >= CURVATURE * slope)
        done = accepted | (last & decreased) | (trials > TRIALS)
        widened = tf.where(tf.math.is_finite(high), (low + high) / 2, 2 * step)
        next_step = tf.where(last, best, widened)  # back to the best, once
        return (_Search(trials, ~done, step, next_step, low, high, best, evaluation),)

    zero = tf.zeros((), dtype)
    found: _Search = tf.while_loop(
        lambda search: search.active,
        trial,
        (
            _Search(
                trials=tf.constant(0),
                active=is_finite(start),
                step=zero,
                next_step=first_step,
                low=zero,
                high=tf.constant(float("inf"), dtype),
                best=zero,
                evaluation=start,
            ),
        ),
    )[0]
    return found.step, found.evaluation
