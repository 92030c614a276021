"""Gradients of a solution, by taking its steps again in reverse order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys.ode._clock import Clock
from kerasphys.ode._parameters import pull_back
from kerasphys.ode._solution import Steps
from kerasphys.ode._states import History, Leaves, keep_shapes, loop
from kerasphys.ode._stepper import Field, Stepper

SWEEPS = 64  # rows of the table of binomials; far more than any solve needs


@dataclass(frozen=True)
class Reverse:
    """One step of a solve, backwards.

    The stages are computed again from the state at the start of the step, which costs less than
    writing them to memory and reading them.

    Attributes:
        stepper: The method.
        field: In time.
        clock: The output times.
        steps: The steps that were taken. Their lengths count as constants.
        upstream: The gradients with respect to the outputs, `(k, ...)` each leaf.
        parameters: Variables and tensors that the field depends on.
        dense: Whether outputs lie within steps.
    """

    stepper: Stepper
    field: Field
    clock: Clock
    steps: Steps
    upstream: Leaves
    parameters: Sequence[Any]
    dense: bool

    def begin(self) -> tuple[Any, Leaves, list[Any]]:
        """The last output, and gradients that are zero."""
        state = [tf.zeros_like(g[0]) for g in self.upstream]
        last = tf.constant(self.clock.count - 1)
        return last, state, [tf.zeros(p.shape, p.dtype) for p in self.parameters]

    def advance(self, index: Any, state: Leaves) -> Leaves:
        """The state after a step."""
        segment, s, h = self.steps.at(index)
        field = self.clock.field(self.field, segment)
        return keep_shapes(self.stepper.advance(field, s, h, state), state)

    def turn(
        self, index: Any, state: Leaves, output: Any, adjoint: Leaves, sums: list[Any]
    ) -> tuple[Any, Leaves, list[Any]]:
        """Takes gradients from the end of a step to its start.

        Args:
            index: Of the step.
            state: The state at its start.
            output: The last output that has not been passed.
            adjoint: The gradient with respect to the state at the end.
            sums: The gradients with respect to the parameters, so far.

        Returns:
            `output`, `adjoint` and `sums` at the start of the step.
        """
        segment, s, h = self.steps.at(index)
        field = self.clock.field(self.field, segment)
        direct: Leaves | None = None
        slopes_upstream: list[Leaves] = []
        if self.dense:
            output, moments = self._moments(s, h, output)
            direct = moments[0]
            slopes_upstream = [
                [
                    h * sum(w * m[i] for w, m in zip(row, moments[1:], strict=False))
                    for i in range(len(state))
                ]
                for row in self.stepper.tableau.dense or ()
            ]
        else:
            ends = self.steps.ends(index)
            given = [tf.gather(g, segment + 1) for g in self.upstream]
            adjoint = [
                a + tf.where(ends, g, tf.zeros_like(g)) for a, g in zip(adjoint, given, strict=True)
            ]

        def step(start: Leaves) -> list[Any]:
            slopes = self.stepper.slopes(field, s, h, start, None, every=self.dense)
            end = self.stepper.end(h, start, slopes)
            return [*end, *(leaf for slope in slopes for leaf in slope)] if self.dense else end

        targets = [*adjoint, *(leaf for slope in slopes_upstream for leaf in slope)]
        _, back, more = pull_back(step, state, self.parameters, targets)
        if direct is not None:
            back = [a + b for a, b in zip(back, direct, strict=True)]
        return output, keep_shapes(back, state), [a + b for a, b in zip(sums, more, strict=True)]

    def _moments(self, s: Any, h: Any, output: Any) -> tuple[Any, list[Leaves]]:
        """The sums over all outputs within a step of `θ^p` times their gradients, `p = 0, 1, ...`.

        A state within a step is linear in the state at its start and in the stages, with weights
        that are polynomials in `θ`.
        """
        powers = len((self.stepper.tableau.dense or ((),))[0]) + 1
        sign = tf.sign(h)
        zero = [[tf.zeros_like(g[0]) for g in self.upstream] for _ in range(powers)]

        def within(output: Any, moments: Any) -> Any:
            time = tf.gather(self.clock.points, tf.maximum(output, 0))
            return (output >= 1) & ((time - s) * sign > 0)

        def add(output: Any, moments: list[Leaves]) -> tuple[Any, list[Leaves]]:
            theta = (tf.gather(self.clock.points, output) - s) / h
            term = [tf.gather(g, output) for g in self.upstream]
            found = []
            for moment in moments:
                found.append([a + b for a, b in zip(moment, term, strict=True)])
                term = [theta * leaf for leaf in term]
            return output - 1, found

        return loop(within, add, (output, zero), maximum_iterations=self.clock.count)


def reverse_kept(reverse: Reverse, history: History) -> tuple[Leaves, list[Any]]:
    """Gradients with the states at the start of all steps at hand."""

    def body(index: Any, output: Any, adjoint: Leaves, sums: list[Any]) -> tuple:
        state = history.read(index)
        return index - 1, *reverse.turn(index, state, output, adjoint, sums)

    count = reverse.steps.count
    _, _, adjoint, sums = loop(lambda index, *_: index >= 0, body, (count - 1, *reverse.begin()))
    return adjoint, sums


def reverse_checkpointed(reverse: Reverse, start: Leaves, slots: int) -> tuple[Leaves, list[Any]]:
    """Gradients with a fixed number of states in memory, however many steps there are.

    States are kept at binomial distances and computed again in between, which is optimal: with
    `c` states and `r` further solves one can reverse `(c + r)! / (c! r!)` steps.

    Args:
        reverse: The step backwards.
        start: The state at the start of the first step.
        slots: How many states are kept.

    Reference:
        Griewank and Walther, 2000, Algorithm 799: revolve, https://doi.org/10.1145/347837.347846
    """
    table = _binomials(slots)

    def distance(steps: Any, free: Any) -> Any:
        """How far from the last kept state the next one is kept."""
        row = tf.gather(table, free)
        sweeps = tf.reduce_sum(tf.cast(row < steps, tf.int32))
        return tf.minimum(steps - 1, tf.gather(row, sweeps - 1))

    def refine(target: Any, at: Any, state: Leaves, top: Any, places: Any, kept: Any) -> tuple:
        free = slots - top
        ahead = tf.where(free > 1, at + distance(target + 1 - at, free), target)
        _, state = loop(
            lambda index, state: index < ahead,
            lambda index, state: (index + 1, reverse.advance(index, state)),
            (at, state),
        )
        top += tf.cast(free > 1, tf.int32)
        # without a free slot the state is at its target, and goes to one that is never read
        place = tf.where(free > 1, top, slots)
        places = tf.where(tf.range(slots + 1) == place, ahead, places)
        return target, ahead, state, top, places, memory.holding(kept).write(place, state).arrays

    def body(index: Any, top: Any, places: Any, kept: Any, *given: Any) -> tuple:
        state = memory.holding(kept).read(top)
        _, _, state, top, places, kept = loop(
            lambda target, at, *_: at < target,
            refine,
            (index, tf.gather(places, top), state, top, places, kept),
        )
        given = reverse.turn(index, state, *given)
        top -= tf.cast((tf.gather(places, top) == index) & (top > 0), tf.int32)
        return index - 1, top, places, kept, *given

    memory = History(slots + 1, start).write(0, start)
    zero = tf.constant(0)
    *_, adjoint, sums = loop(
        lambda index, *_: index >= 0,
        body,
        (
            reverse.steps.count - 1,
            zero,
            tf.zeros(slots + 1, tf.int32),
            memory.arrays,
            *reverse.begin(),
        ),
    )
    return adjoint, sums


def _binomials(slots: int) -> Any:
    """`(c + r)! / (c! r!)` for `c` up to the number of slots and `r` up to `SWEEPS`."""
    table = np.ones((slots + 1, SWEEPS))
    for c in range(1, slots + 1):
        table[c] = np.cumsum(table[c - 1])
    return tf.constant(np.minimum(table, 2**31 - 1).astype(np.int32))
