"""A problem as `odeint` understood it: how it is solved, and how gradients are taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import tensorflow as tf

from kerasphys.ode._adaptive import solve_adaptive
from kerasphys.ode._adjoint import reverse_continuous
from kerasphys.ode._clock import Clock
from kerasphys.ode._control import Control
from kerasphys.ode._fixed import solve_fixed
from kerasphys.ode._reverse import Reverse, reverse_checkpointed, reverse_kept
from kerasphys.ode._solution import Solution, spoil
from kerasphys.ode._states import Leaves, loop
from kerasphys.ode._stepper import Field, Stepper


@dataclass(frozen=True)
class Problem:
    """What does not change between the forward and the reverse solve.

    Attributes:
        field: In time.
        stepper: The method.
        control: Of the step size.
        steps: Between two output times, or `None` for a controlled step size.
        max_steps: How many steps may be tried.
        first_step: The length of the first one, or `None`.
        gradient: Its name.
        checkpoints: How many states are kept by `"checkpoint"`.
    """

    field: Field
    stepper: Stepper
    control: Control
    steps: int | None
    max_steps: int
    first_step: float | None
    gradient: str
    checkpoints: int

    def forward(self, clock: Clock, state: Leaves) -> Solution:
        """Solves, and keeps what the gradient needs."""
        keep = self.gradient == "backprop"
        if self.steps is not None:
            return solve_fixed(self.stepper, self.field, clock, state, self.steps, keep)
        return solve_adaptive(
            self.stepper,
            self.field,
            clock,
            state,
            self.control,
            self.max_steps,
            first_step=self.first_step,
            keep=keep,
            record=self.gradient == "checkpoint",
            dense=self._dense(clock),
        )

    def backward(
        self,
        solution: Solution,
        clock: Clock,
        start: Leaves,
        upstream: Leaves,
        parameters: Sequence[Any],
    ) -> tuple[Leaves, list[Any]]:
        """Gradients with respect to the state at the start and to parameters.

        Args:
            solution: What `forward` returned.
            clock: The output times.
            start: The state at the first of them.
            upstream: The gradients with respect to the outputs.
            parameters: Variables and tensors that the field depends on.
        """
        status = solution.status
        if self.gradient == "adjoint":
            adjoint, sums, also = self._continuous(solution, clock, upstream, parameters)
            status = tf.maximum(status, also)
        else:
            dense = self.steps is None and self._dense(clock)
            steps = solution.steps
            reverse = Reverse(self.stepper, self.field, clock, steps, upstream, parameters, dense)
            if solution.history is not None:
                adjoint, sums = reverse_kept(reverse, solution.history)
            else:
                adjoint, sums = reverse_checkpointed(reverse, start, self.checkpoints)
        return spoil(status, adjoint), spoil(status, sums)

    def to_times(self, clock: Clock, outputs: Leaves, upstream: Leaves, adjoint: Leaves) -> Any:
        """The gradient with respect to the output times, of the exact solution.

        Args:
            clock: The output times.
            outputs: The states there.
            upstream: The gradients with respect to them.
            adjoint: The gradient with respect to the state at the start.
        """

        def slope_along(index: Any, direction: Leaves) -> Any:
            state = [tf.gather(leaf, index) for leaf in outputs]
            slope = self.field(clock.at(index), state)
            first = 1 if clock.per_sample else 0
            return tf.add_n(
                [
                    tf.reduce_sum(a * b, list(range(first, a.shape.rank)))
                    for a, b in zip(slope, direction, strict=True)
                ]
            )

        def body(index: Any, found: Any) -> tuple:
            given = [tf.gather(leaf, index) for leaf in upstream]
            return index + 1, found.write(index, slope_along(index, given))

        found = tf.TensorArray(clock.times.dtype, clock.count, element_shape=clock.times.shape[:-1])
        found = found.write(0, -slope_along(tf.constant(0), adjoint))
        _, found = loop(
            lambda index, _: index < clock.count,
            body,
            (tf.constant(1), found),
            maximum_iterations=clock.count - 1,
        )
        stacked = found.stack()
        return tf.transpose(stacked) if clock.per_sample else stacked

    def _continuous(
        self, solution: Solution, clock: Clock, upstream: Leaves, parameters: Sequence[Any]
    ) -> tuple[Leaves, list[Any], Any]:
        # the integrals over parameters do not feed back, and need no error control of their own
        control = replace(self.control, per_sample=False, measured=2 * len(upstream))

        def solve(field: Field, ends: Clock, joint: Leaves) -> Solution:
            if self.steps is not None:
                return solve_fixed(self.stepper, field, ends, joint, self.steps, keep=False)
            return solve_adaptive(self.stepper, field, ends, joint, control, self.max_steps)

        return reverse_continuous(solve, self.field, clock, solution.outputs, upstream, parameters)

    def _dense(self, clock: Clock) -> bool:
        """Whether outputs are interpolated: not if a step ends at each of them anyway."""
        return self.stepper.tableau.dense is not None and not clock.per_sample and clock.count > 2
