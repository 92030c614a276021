"""Implicit stages, solved by Newton's method inside the graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from kerasphys.ode._states import Leaves, along, loop

ITERATIONS = 10


def solve_stage(
    field: Callable[[Any, Leaves], Leaves], t: Any, h: Any, start: Leaves, tolerance: float
) -> Leaves:
    """The slope `k = f(t, start + h k)`.

    Newton's method with a dense Jacobian of the last axis of the state. The last correction is
    differentiable, and by the implicit function theorem its derivative is that of the solution:
    the iterations before it are constants for any tape.

    Args:
        field: From a time and a state of one leaf `(..., d)` to its slope.
        t: The time of the stage.
        h: The step size times the diagonal of the tableau.
        start: What the stage adds `h k` to.
        tolerance: Of the last correction relative to the state. Where ten corrections do not reach
            it, the slope is NaN, so that a step-size control takes a shorter step.
    """
    [base] = start
    step = along(h, base)

    def correction(z: Any) -> tuple[Any, Any]:
        slope, jacobian = _linearised(field, t, z)
        matrix = tf.eye(z.shape[-1], dtype=z.dtype) - along(h, jacobian) * jacobian
        return matrix, z - base - step * slope

    def iterate(i: Any, z: Any, size: Any) -> tuple[Any, Any, Any]:
        matrix, residual = correction(z)
        change = tf.linalg.solve(matrix, residual[..., None])[..., 0]
        new = tf.ensure_shape(z - change, base.shape)
        moved = tf.reduce_max(tf.abs(change))
        return i + 1, new, tf.math.divide_no_nan(moved, moved + tf.reduce_max(tf.abs(new)))

    z, size = tf.stop_gradient(base), tf.constant(float("inf"), base.dtype)
    _, z, size = loop(
        lambda i, z, size: ~(size <= tolerance),
        iterate,
        (tf.constant(0), z, size),
        maximum_iterations=ITERATIONS,
    )
    z = tf.where(size <= tolerance, z, tf.constant(float("nan"), z.dtype))
    z = tf.stop_gradient(z)
    matrix, residual = correction(z)
    z -= tf.linalg.solve(tf.stop_gradient(matrix), residual[..., None])[..., 0]
    return [tf.math.divide_no_nan(z - base, step)]


def _linearised(field: Callable, t: Any, z: Any) -> tuple[Any, Any]:
    """The slope and its Jacobian `(..., d, d)`, of which each sample sees itself only."""
    with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch(z)
        [slope] = field(t, [z])
        parts = tf.unstack(slope, axis=-1)
    rows = [
        tape.gradient(part, z, unconnected_gradients=tf.UnconnectedGradients.ZERO) for part in parts
    ]
    return slope, tf.stack(rows, axis=-2)
