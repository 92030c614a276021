"""Solving with step sizes that keep the estimated error at the tolerance."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from kerasphys.ode._clock import Clock
from kerasphys.ode._control import Control
from kerasphys.ode._solution import (
    NOT_FINITE,
    SOLVED,
    TOO_MANY,
    UNDERFLOW,
    Solution,
    Steps,
)
from kerasphys.ode._states import History, Leaves, choose, is_finite, keep_shapes, loop
from kerasphys.ode._stepper import Field, Stepper


class Loop(NamedTuple):
    """What changes from one attempt to the next."""

    attempts: Any  # steps tried
    count: Any  # steps accepted
    segment: Any  # output times passed so far, less one
    s: Any  # the independent variable
    h: Any  # the next step
    previous: Any  # the last accepted error
    state: Leaves
    slope: Leaves  # at the state; empty where the method does not reuse it
    record: list[Any]  # arrays of segments, starts, lengths and ends of steps
    kept: list[Any]
    outputs: list[Any]
    status: Any


def solve_adaptive(
    stepper: Stepper,
    field: Field,
    clock: Clock,
    start: Leaves,
    control: Control,
    max_steps: int,
    *,
    first_step: float | None = None,
    keep: bool = False,
    record: bool = False,
    dense: bool = False,
) -> Solution:
    """Steps until the last output time.

    Args:
        stepper: A method that estimates its error.
        field: In time, not in the variable of the clock.
        clock: The output times.
        start: The state at the first of them.
        control: Which step is accepted, and how long the next one is.
        max_steps: Positive integer, how many steps may be tried.
        first_step: The length of the first, or `None` to guess it.
        keep: Whether to keep the state at the start of each step.
        record: Whether to keep the steps, which `keep` implies.
        dense: Whether outputs are interpolated within steps, else a step ends at each of them.
            Needs times that all samples share, and one step for all.
    """
    dtype = clock.points.dtype
    epsilon = float(np.finfo(dtype.as_numpy_dtype).eps)
    last = clock.count - 1
    sign = tf.sign(clock.points[-1] - clock.points[0])
    reuse = stepper.reuses_last and not clock.per_sample
    history = History(max_steps, start) if keep else None
    outputs = History(clock.count, start).write(0, start)

    s = clock.points[0]
    if control.per_sample:
        s = tf.fill(tf.shape(start[0])[:1], s)
    local = clock.field(field, tf.constant(0))
    slope = local(s, start)
    span = (clock.points[-1] if dense else clock.points[1]) - s
    if first_step is None:
        h = control.first_step(local, s, span, start, slope)
    else:
        h = sign * tf.minimum(tf.cast(first_step, dtype), tf.abs(span))

    def array(of: Any, shape: Any = ()) -> Any:
        return tf.TensorArray(of, max_steps, element_shape=shape, clear_after_read=False)

    def attempt(*given: Any) -> tuple:
        at = Loop(*given)
        target = tf.gather(clock.points, last if dense else at.segment + 1)
        remaining = target - at.s
        clipped = tf.abs(at.h) * (1 + 8 * epsilon) >= tf.abs(remaining)
        h = tf.where(clipped, remaining, at.h)
        local = clock.field(field, at.segment)
        first = at.slope if reuse else None
        slopes = stepper.slopes(local, at.s, h, at.state, first, every=True)
        state = keep_shapes(stepper.end(h, at.state, slopes), start)
        error = control.norm(stepper.error(h, slopes), at.state, state)
        accept = error <= 1
        if not control.per_sample:
            accept &= is_finite(state)
        s = tf.where(clipped, target, at.s + h)

        factor = control.factor(error, at.previous)
        grown = h * tf.where(accept, factor, tf.minimum(factor, tf.ones_like(factor)))
        # a step that was cut short to meet an output says little about the next one
        longer = tf.where(tf.abs(at.h) > tf.abs(grown), at.h, grown)
        grown = tf.where(accept & clipped, longer, grown)
        grown = tf.where(h == 0, at.h, grown)
        stuck = ~accept & (tf.abs(grown) <= 4 * epsilon * tf.maximum(tf.abs(at.s), tf.abs(h)))
        stuck |= ~accept & (at.s + grown == at.s)
        bad = ~tf.math.is_finite(error)
        status = tf.where(tf.reduce_any(stuck & bad), NOT_FINITE, SOLVED)
        status = tf.where(tf.reduce_any(stuck & ~bad), UNDERFLOW, status)

        new_s = tf.where(accept, s, at.s)
        reached = tf.reduce_all(new_s == target)
        taken = (at.segment, at.s, tf.where(accept, h, tf.zeros_like(h)), reached)
        # what is rejected is overwritten by the next attempt
        recorded = [a.write(at.count, v) for a, v in zip(at.record, taken, strict=False)]
        kept = at.kept
        if history:
            kept = history.holding(kept).write(at.count, at.state).arrays
        segment, done = at.segment, at.outputs
        accepted = keep_shapes(choose(accept, state, at.state), start)
        if dense:
            segment, done = _interpolate(at, s, h, accept, reached, slopes, state)
        else:  # overwritten until the output time is reached
            done = outputs.holding(done).write(segment + 1, accepted).arrays
            segment += tf.cast(reached, segment.dtype)
        count = at.count + tf.cast(tf.reduce_any(accept), at.count.dtype)
        attempts = at.attempts + 1
        over = (attempts >= max_steps) & (segment < last) & (status == SOLVED)
        return tuple(
            Loop(
                attempts,
                count,
                segment,
                new_s,
                tf.where(status == SOLVED, grown, h),
                tf.where(accept, tf.maximum(error, tf.cast(1e-4, dtype)), at.previous),
                accepted,
                keep_shapes(choose(accept, slopes[-1], at.slope), start) if reuse else [],
                recorded,
                kept,
                done,
                tf.where(over, TOO_MANY, status),
            )
        )

    def _interpolate(
        at: Loop, s: Any, h: Any, accept: Any, reached: Any, slopes: list[Leaves], end: Leaves
    ) -> tuple[Any, list[Any]]:
        """Writes all outputs within a step, if it is accepted."""

        def within(segment: Any, *_: Any) -> Any:
            time = tf.gather(clock.points, tf.minimum(segment + 1, last))
            return accept & (segment < last) & ((time - s) * sign <= 0)

        def write(segment: Any, done: list[Any]) -> tuple[Any, list[Any]]:
            time = tf.gather(clock.points, segment + 1)
            state = stepper.within((time - at.s) / h, h, at.state, slopes)
            state = choose(time == s, end, state)
            return segment + 1, outputs.holding(done).write(segment + 1, state).arrays

        return loop(within, write, (at.segment, at.outputs), maximum_iterations=clock.count)

    zero = tf.constant(0)
    begin = Loop(
        zero,
        zero,
        zero,
        s,
        h,
        tf.ones_like(s),
        start,
        slope if reuse else [],
        [array(tf.int32), array(dtype, s.shape), array(dtype, s.shape), array(tf.bool)]
        if keep or record
        else [],
        history.arrays if history else [],
        outputs.arrays,
        tf.constant(SOLVED),
    )
    end = Loop(
        *loop(
            lambda *given: (Loop(*given).segment < last) & (Loop(*given).status == SOLVED),
            attempt,
            tuple(begin),
            maximum_iterations=max_steps,
        )
    )
    steps = Steps(
        end.count,
        lambda i: tuple(array.read(i) for array in end.record[:3]),
        lambda i: end.record[3].read(i),
    )
    each = stepper.tableau.stages - (1 if reuse else 0)
    return Solution(
        [stack.stack() for stack in end.outputs],
        steps,
        history.holding(end.kept) if history else None,
        end.status,
        (end.segment, end.s, end.h),
        end.attempts,
        end.attempts * each + 2,
    )
