"""The independent variable of a solver: the time, or for each sample a scaled time."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from kerasphys.ode._states import Leaves, along
from kerasphys.ode._stepper import Field


class Clock:
    """Turns the times that a user wants into what the loops count in.

    With common times `(k,)` that is the time itself. With times of each sample `(n, k)` it is a
    number that grows from `j` to `j + 1` between the output times `j` and `j + 1` of all samples,
    and the field is multiplied by their distance.

    Args:
        times: The output times, `(k,)` or `(n, k)`.
    """

    def __init__(self, times: Any):
        self.times = times
        self.count: int = times.shape[-1]
        self.per_sample = times.shape.rank == 2
        self.points = tf.range(self.count, dtype=times.dtype) if self.per_sample else times

    def field(self, field: Field, segment: Any) -> Field:
        """The field in the variable of this clock, between two output times."""
        if not self.per_sample:
            return field
        start, span = self._segment(segment)
        begin = tf.cast(segment, span.dtype)

        def scaled(s: Any, state: Leaves) -> Leaves:
            return [along(span, k) * k for k in field(start + (s - begin) * span, state)]

        return scaled

    def time(self, segment: Any, s: Any) -> Any:
        """The time `()` or `(n,)` that is meant."""
        if not self.per_sample:
            return s
        start, span = self._segment(segment)
        return start + (s - tf.cast(segment, span.dtype)) * span

    def step(self, segment: Any, h: Any) -> Any:
        """The step in time `()` or `(n,)` that is meant."""
        return self._segment(segment)[1] * h if self.per_sample else h

    def at(self, index: Any) -> Any:
        """The output times of one index, `()` or `(n,)`."""
        return tf.gather(self.times, index, axis=-1)

    def _segment(self, segment: Any) -> tuple[Any, Any]:
        segment = tf.minimum(segment, self.count - 2)
        start = self.at(segment)
        return start, self.at(segment + 1) - start
