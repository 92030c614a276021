"""Where a solution meets an event."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from kerasphys._validation import check_int, check_positive_int, message
from kerasphys.ode._states import along
from kerasphys.ode.odeint import odeint

MOST_ITERATIONS = 60  # bisection alone halves a bracket to nothing in 53


class LocatedEvent(NamedTuple):
    """Where the solutions met an event."""

    time: tf.Tensor
    state: tf.Tensor
    found: tf.Tensor


def odeint_event(
    field: Callable,
    y0: Any,
    t0: Any,
    event: Callable,
    t_max: Any,
    *,
    direction: int = 0,
    checks: int = 100,
    **options: Any,
) -> LocatedEvent:
    """Follows `y' = field(t, y)` until `event(t, y)` first changes its sign.

    Each sample has an event of its own. Time and state have derivatives with respect to `y0`, to
    `t0` and to all that `field` and `event` depend on, by the implicit function theorem: the search
    is not differentiated.

    The sign is looked at in `checks` equal intervals, then the time is found to rounding by
    Newton's method, safeguarded by bisection. Two changes in one interval are overlooked. A value
    of exactly zero at `t0` is no event, so that a ball may start from the floor; where rounding may
    make it something else, say the direction.

    Args:
        field: As of `kp.ode.odeint`. The times that it is called with are those of the samples,
            `(n,)`.
        y0: The states at `t0`, `(n, ...)`.
        t0: Number or `(n,)`, where to begin.
        event: Function of the times `(n,)` and the states `(n, ...)`, which returns `(n,)`.
        t_max: Number or `(n,)`, where to stop searching, after `t0`.
        direction: 1 for events at which the value rises, -1 for those at which it falls, 0 for all.
        checks: Positive integer.
        **options: `method`, `rtol`, `gradient` and all else that `kp.ode.odeint` takes. A number of
            `steps` is that in each interval of the search.

    Returns:
        A named tuple `time` `(n,)`, `state` `(n, ...)` and `found` `(n,)`, which is false where
        there was no event: the time is then `t_max`, and the state that at `t_max`.

    Raises:
        ValueError: If the event does not return one number for each sample, or `t_max` is not after
            `t0`.

    Example:
        ```python
        import tensorflow as tf
        import kerasphys as kp

        def ball(t, y):
            return tf.stack([y[:, 1], -9.81 * tf.ones_like(y[:, 1])], axis=1)

        dropped = tf.constant([[1.0, 0.0], [2.0, 0.0]], tf.float64)
        landing = kp.ode.odeint_event(ball, dropped, 0.0, lambda t, y: y[:, 0], 1.0)
        print(landing.time.numpy())  # [0.4515 0.6386]: the square roots of 2 h / 9.81
        ```

    Reference:
        Chen, Amos and Nickel, 2021, https://arxiv.org/abs/2011.03902
    """
    if check_int("direction", direction) not in (-1, 0, 1):
        raise ValueError(message("direction", "-1, 0 or 1", direction))
    check_positive_int("checks", checks)
    start = tf.convert_to_tensor(y0)
    begin = _times("t0", t0, start)
    end = tf.stop_gradient(_times("t_max", t_max, start))
    if isinstance(t0, Real) and isinstance(t_max, Real) and not t0 < t_max:
        raise ValueError(message("t_max", f"a time after t0={t0!r}", t_max))
    search = _Search(field, event, options)

    still, y = tf.stop_gradient(begin), tf.stop_gradient(start)
    found, low, high, y = search.bracket(still, end, y, direction, checks)
    time = tf.stop_gradient(search.refine(found, low, high, y))
    time = tf.where(found, time, end)

    state = search.flow(begin, time, start, **_whole(options, checks))
    value, rate, slope = search.rate(time, state)
    shift = tf.where(found, -value / tf.where(found, rate, 1.0), 0.0)
    return LocatedEvent(time + shift, state + slope * along(shift, state), found)


class _Search:
    """What is asked of a field and an event again and again."""

    def __init__(self, field: Callable, event: Callable, options: dict[str, Any]):
        self.field = field
        self.event = event
        self.options = options

    def path(self, begin: Any, end: Any, y: Any, parts: Any, **changes: Any) -> Any:
        """The states at parts of the ways from `begin` to `end`, `(k, n, ...)`."""
        length = end - begin

        def scaled(part: Any, y: Any) -> Any:
            return along(length, y) * self.field(begin + tf.cast(part, y.dtype) * length, y)

        return odeint(scaled, y, parts, **{**self.options, **changes})

    def flow(self, begin: Any, end: Any, y: Any, **changes: Any) -> Any:
        """The states at `end`."""
        return self.path(begin, end, y, [0.0, 1.0], **changes)[-1]

    def value(self, t: Any, y: Any) -> Any:
        value = tf.convert_to_tensor(self.event(t, y))
        if value.shape.rank != 1 or not value.shape.is_compatible_with(t.shape):
            raise ValueError(
                "Argument `event` must return one number for each sample, an array of shape "
                f"{tuple(t.shape)}. Received: an array of shape {tuple(value.shape)}."
            )
        return value

    def rate(self, t: Any, y: Any) -> tuple[Any, Any, Any]:
        """The value of the event, its derivative along the solution, and the field."""
        slope = tf.stop_gradient(self.field(t, y))
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([t, y])
            value = self.value(t, y)
        by_t, by_y = tape.gradient(value, [t, y], unconnected_gradients="zero")
        rate = by_t + tf.reduce_sum(by_y * slope, axis=list(range(1, y.shape.rank)))
        return value, tf.stop_gradient(rate), slope

    def bracket(self, begin: Any, end: Any, y: Any, direction: int, checks: int) -> Any:
        """Whether there is a change of sign; the times about the first; the state before it."""
        parts = tf.linspace(tf.zeros([], y.dtype), tf.ones([], y.dtype), checks + 1)
        path = self.path(begin, end, y, parts)
        times = begin + parts[:, None] * (end - begin)
        values = tf.map_fn(lambda at: self.value(*at), (times, path), fn_output_signature=y.dtype)
        before, after = values[:-1], values[1:]
        rises = (before < 0) & (after >= 0) & (direction >= 0)
        falls = (before > 0) & (after <= 0) & (direction <= 0)
        changes = tf.cast(rises | falls, tf.int32)
        first = tf.argmax(changes, axis=0, output_type=tf.int32)
        samples = tf.range(tf.shape(y)[0])
        here = tf.stack([first, samples], axis=1)
        there = tf.stack([first + 1, samples], axis=1)
        return (
            tf.reduce_any(changes > 0, axis=0),
            tf.gather_nd(times, here),
            tf.gather_nd(times, there),
            tf.gather_nd(path, here),
        )

    def refine(self, found: Any, low: Any, high: Any, y: Any) -> Any:
        """The times at which the event is zero, between two at which its signs differ."""
        begin = low
        sign = tf.sign(self.value(low, y))
        # the last step, at the solution itself, squares what is left
        enough = np.finfo(y.dtype.as_numpy_dtype).eps ** (2 / 3)

        def improve(count: Any, t: Any, low: Any, high: Any, step: Any) -> tuple[Any, ...]:
            value, rate, _ = self.rate(t, self.flow(begin, t, y))
            before = tf.sign(value) == sign
            low, high = tf.where(before, t, low), tf.where(before, high, t)
            newton = t - value / rate
            good = (newton >= low) & (newton <= high) & (tf.abs(newton - t) <= 0.5 * step)
            better = tf.where(good, newton, (low + high) / 2)
            better = tf.where(going(t, step), better, t)
            return count + 1, better, low, high, tf.abs(better - t)

        def going(t: Any, step: Any) -> Any:
            return step > enough * tf.maximum(tf.abs(t), 1.0)

        def unfinished(count: Any, t: Any, low: Any, high: Any, step: Any) -> Any:
            return tf.reduce_any(going(t, step))

        middle = (low + high) / 2
        _, t, *_ = tf.while_loop(
            unfinished,
            improve,
            (tf.constant(0), middle, low, high, tf.where(found, high - low, 0.0)),
            maximum_iterations=MOST_ITERATIONS,
        )
        return t


def _times(argument: str, value: Any, y: Any) -> Any:
    """A time for each sample."""
    times = tf.convert_to_tensor(value, y.dtype)
    if times.shape.rank == 0:
        return tf.fill(tf.shape(y)[:1], times)
    if times.shape.rank != 1 or not times.shape.is_compatible_with(y.shape[:1]):
        expected = f"a number or an array of shape {tuple(y.shape[:1])}"
        raise ValueError(message(argument, expected, value))
    return times


def _whole(options: dict[str, Any], checks: int) -> dict[str, Any]:
    """The number of steps on the whole way, where it is given for one interval."""
    steps = options.get("steps")
    return {} if steps is None else {"steps": steps * checks}
