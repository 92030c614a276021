"""Solving with the same number of steps between any two output times."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from kerasphys.ode._clock import Clock
from kerasphys.ode._solution import NOT_FINITE, SOLVED, Solution, Steps
from kerasphys.ode._states import History, Leaves, is_finite, keep_shapes, loop
from kerasphys.ode._stepper import Field, Stepper


def uniform_steps(clock: Clock, each: int) -> Steps:
    """Steps of equal length, `each` of them between two output times."""

    def at(index: Any) -> tuple[Any, Any, Any]:
        segment = index // each
        start = tf.gather(clock.points, segment)
        h = (tf.gather(clock.points, segment + 1) - start) / each
        return segment, start + tf.cast(index - segment * each, h.dtype) * h, h

    return Steps(tf.constant((clock.count - 1) * each), at, lambda index: (index + 1) % each == 0)


def solve_fixed(
    stepper: Stepper, field: Field, clock: Clock, start: Leaves, each: int, keep: bool
) -> Solution:
    """Takes `each` steps between two output times.

    Args:
        stepper: The method.
        field: In time, not in the variable of the clock.
        clock: The output times.
        start: The state at the first of them.
        each: Positive integer.
        keep: Whether to keep the state at the start of each step.
    """
    steps = uniform_steps(clock, each)
    outputs = History(clock.count, start).write(0, start)
    history = History((clock.count - 1) * each, start) if keep else None
    kept = history.arrays if history else []

    def step(index: Any, state: Leaves, kept: Any, fine: Any, failed: Any) -> tuple:
        segment, s, h = steps.at(index)
        if history:
            kept = history.holding(kept).write(index, state).arrays
        state = keep_shapes(stepper.advance(clock.field(field, segment), s, h, state), start)
        failed = tf.where(fine, index, failed)
        return index + 1, state, kept, fine & is_finite(state), failed

    def segment(index: Any, state: Leaves, kept: Any, fine: Any, failed: Any, done: Any) -> tuple:
        stop = index + each
        index, state, kept, fine, failed = loop(
            lambda index, *_: index < stop,
            step,
            (index, state, kept, fine, failed),
            maximum_iterations=each,
        )
        done = outputs.holding(done).write(index // each, state).arrays
        return index, state, kept, fine, failed, done

    zero = tf.constant(0)
    _, _, kept, fine, failed, done = loop(
        lambda index, *_: index < steps.count,
        segment,
        (zero, start, kept, tf.constant(True), zero, outputs.arrays),
        maximum_iterations=clock.count - 1,
    )
    return Solution(
        [array.stack() for array in done],
        steps,
        history.holding(kept) if history else None,
        tf.where(fine, SOLVED, NOT_FINITE),
        steps.at(failed),
        steps.count,
        steps.count * stepper.used,
    )
