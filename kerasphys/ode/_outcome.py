"""Telling that a solve failed."""

from __future__ import annotations

import tensorflow as tf

from kerasphys.ode._clock import Clock
from kerasphys.ode._solution import NOT_FINITE, SOLVED, TOO_MANY, UNDERFLOW, Solution
from kerasphys.ode._states import Leaves

REASONS = {
    NOT_FINITE: "the state or its slope is not finite",
    UNDERFLOW: "the step size underflows: the solution may end here, or needs an implicit method",
    TOO_MANY: "it takes more than `max_steps` steps: give more, or use an implicit method",
}


def require_solved(solution: Solution, clock: Clock, outputs: Leaves) -> Leaves:
    """The outputs, or an error with the reason, the time and the step size."""
    segment, s, h = solution.where
    time, step = clock.time(segment, s), clock.step(segment, h)
    if tf.executing_eagerly():
        status = int(solution.status)
        if status == SOLVED:
            return outputs
        raise FloatingPointError(
            f"odeint failed: {REASONS[status]}. At the time {time.numpy()}, with the step size "
            f"{step.numpy()}."
        )
    checks = [
        tf.debugging.Assert(
            solution.status != status,
            [f"odeint failed: {reason}. At the time", time, "with the step size", step],
        )
        for status, reason in REASONS.items()
    ]
    with tf.control_dependencies(checks):
        return [tf.identity(leaf) for leaf in outputs]
