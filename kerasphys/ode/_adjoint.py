"""Gradients of a solution by the continuous adjoint equation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from kerasphys.ode._clock import Clock
from kerasphys.ode._parameters import pull_back
from kerasphys.ode._solution import SOLVED, Solution
from kerasphys.ode._states import Leaves, keep_shapes, loop
from kerasphys.ode._stepper import Field


def reverse_continuous(
    solve: Callable[[Field, Clock, Leaves], Solution],
    field: Field,
    clock: Clock,
    outputs: Leaves,
    upstream: Leaves,
    parameters: Sequence[Any],
) -> tuple[Leaves, list[Any], Any]:
    """Solves `a' = -aᵀ ∂f/∂y` backwards, together with the state and `∫ aᵀ ∂f/∂θ dt`.

    Args:
        solve: Solves a field from the first to the second of two times.
        field: In time.
        clock: The output times.
        outputs: The states there: the state starts anew from each of them.
        upstream: The gradients with respect to the outputs.
        parameters: Variables and tensors that the field depends on.

    Returns:
        The gradients with respect to the state at the start and to the parameters, and the
        status of the worst of the solves.

    Reference:
        Chen et al., 2018, https://arxiv.org/abs/1806.07366
    """
    size = len(outputs)

    def augmented(local: Field) -> Field:
        def slope(s: Any, joint: Leaves) -> Leaves:
            state, adjoint = joint[:size], joint[size : 2 * size]
            values, back, more = pull_back(
                lambda state: local(s, state), state, parameters, adjoint
            )
            return [*values, *(-leaf for leaf in back), *(-leaf for leaf in more)]

        return slope

    def body(output: Any, adjoint: Leaves, sums: list[Any], status: Any) -> tuple:
        state = [tf.gather(leaf, output) for leaf in outputs]
        given = [tf.gather(leaf, output) for leaf in upstream]
        joint = [*state, *(a + g for a, g in zip(adjoint, given, strict=True)), *sums]
        local = clock.field(field, output - 1)
        ends = tf.stack([tf.gather(clock.points, output), tf.gather(clock.points, output - 1)])
        solution = solve(augmented(local), Clock(ends), joint)
        end = [leaf[-1] for leaf in solution.outputs]
        adjoint = keep_shapes(end[size : 2 * size], adjoint)
        return output - 1, adjoint, end[2 * size :], tf.maximum(status, solution.status)

    last = clock.count - 1
    _, adjoint, sums, status = loop(
        lambda output, *_: output > 0,
        body,
        (
            tf.constant(last),
            [tf.zeros_like(leaf[0]) for leaf in outputs],
            [tf.zeros(p.shape, p.dtype) for p in parameters],
            tf.constant(SOLVED),
        ),
        maximum_iterations=last,
    )
    return adjoint, sums, status
