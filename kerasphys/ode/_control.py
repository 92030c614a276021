"""Step sizes from estimated errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from kerasphys.ode._states import Leaves, moved
from kerasphys.ode._stepper import Field

SAFETY, SMALLEST, LARGEST = 0.9, 0.2, 10.0
MEMORY = 0.04  # the integral gain is 1 / order - 3/4 of this, the proportional gain is this


@dataclass(frozen=True)
class Control:
    """A proportional-integral controller (Hairer and Wanner, section IV.2).

    Attributes:
        rtol: Relative tolerance.
        atol: Absolute tolerance.
        order: That of the estimated error of a step, one more than the lower method's.
        per_sample: Whether each sample, along the first axis, has a step size of its own.
        measured: How many leaves count for the error, or `None` for all.
    """

    rtol: float
    atol: float
    order: int
    per_sample: bool = False
    measured: int | None = None

    def norm(self, error: Leaves, before: Leaves, after: Leaves) -> Any:
        """The root mean square of the error in units of the tolerance, `()` or `(n,)`."""
        total, count = 0.0, 0.0
        parts = list(zip(error, before, after, strict=True))[: self.measured]
        for leaf, a, b in parts:
            ratio = leaf / (self.atol + self.rtol * tf.maximum(tf.abs(a), tf.abs(b)))
            axes = list(range(1 if self.per_sample else 0, leaf.shape.rank))
            total += tf.reduce_sum(tf.square(ratio), axes)
            size = tf.size(leaf)
            if self.per_sample:
                size //= tf.maximum(tf.shape(leaf)[0], 1)
            count += tf.cast(size, leaf.dtype)
        return tf.sqrt(total / count)

    def factor(self, error: Any, previous: Any) -> Any:
        """What to multiply the step size with; the least possible where the error is NaN."""
        error = tf.maximum(error, tf.cast(1e-10, error.dtype))
        value = SAFETY * error ** (0.75 * MEMORY - 1 / self.order) * previous**MEMORY
        value = tf.where(tf.math.is_finite(value), value, tf.zeros_like(value))
        return tf.clip_by_value(value, SMALLEST, LARGEST)

    def first_step(self, field: Field, s: Any, span: Any, state: Leaves, slope: Leaves) -> Any:
        """A length for the first step (Hairer, Nørsett and Wanner, section II.4).

        Args:
            field: From the variable of the clock and the state to the slope.
            s: Where to start, `()` or `(n,)`.
            span: The distance to the end, signed, of the shape of `s`.
            state: The state at the start.
            slope: The slope there.

        Returns:
            The length, of the sign and shape of `span`, and not longer.
        """
        size, speed = self.norm(state, state, state), self.norm(slope, state, state)
        small = (size < 1e-5) | (speed < 1e-5)
        one = tf.ones_like(speed)
        guess = tf.where(small, 1e-6 * one, 0.01 * size / tf.where(small, one, speed))
        guess = tf.minimum(guess, tf.abs(span))
        trial = tf.sign(span) * guess
        ahead = field(s + trial, moved(state, trial, slope))
        bend = [b - a for a, b in zip(slope, ahead, strict=True)]
        bend = self.norm(bend, state, state) / guess
        most = tf.maximum(speed, bend)
        flat = ~(most > 1e-15)
        root = (0.01 / tf.where(flat, tf.ones_like(most), most)) ** (1 / self.order)
        root = tf.where(flat, tf.maximum(1e-6 * one, 1e-3 * guess), root)
        return tf.sign(span) * tf.minimum(tf.minimum(100 * guess, root), tf.abs(span))
