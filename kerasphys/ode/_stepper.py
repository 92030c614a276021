"""One step of a Runge-Kutta method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kerasphys.ode._newton import solve_stage
from kerasphys.ode._states import Leaves, moved, weighted
from kerasphys.ode.tableau import ButcherTableau

Field = Callable[[Any, Leaves], Leaves]  # of time and state


class Stepper:
    """The algorithm of all tableaus.

    Args:
        tableau: The method.
        tolerance: The largest last correction of Newton's method, relative to the state;
            of implicit methods only.
    """

    def __init__(self, tableau: ButcherTableau, tolerance: float):
        self.tableau = tableau
        self.tolerance = tolerance
        self.reuses_last = tableau.first_same_as_last
        self.used = max(i for i, w in enumerate(tableau.b) if w != 0) + 1
        if tableau.embedded is not None:
            gap = np.subtract(tableau.b, tableau.embedded)
            self.error_weights: Sequence[float] | None = gap.tolist()
        else:
            self.error_weights = None

    def slopes(
        self, field: Field, t: Any, h: Any, state: Leaves, first: Leaves | None, every: bool
    ) -> list[Leaves]:
        """The stages `k_i`; without `every`, only those that the next state needs."""
        tableau = self.tableau
        stages = tableau.stages if every else self.used
        found: list[Leaves] = []
        for row, c in zip(tableau.a[:stages], tableau.c[:stages], strict=True):
            if not found and first is not None:
                found.append(first)
                continue
            start = moved(state, h, weighted(row[:-1], found)) if found else state
            time = t if c == 0 else t + c * h
            if row[-1] == 0:
                found.append(field(time, start))
            else:
                found.append(solve_stage(field, time, row[-1] * h, start, self.tolerance))
        return found

    def advance(self, field: Field, t: Any, h: Any, state: Leaves) -> Leaves:
        """The state at the end of a step, and nothing else."""
        return self.end(h, state, self.slopes(field, t, h, state, None, every=False))

    def end(self, h: Any, state: Leaves, slopes: Sequence[Leaves]) -> Leaves:
        """The state at the end of a step."""
        return moved(state, h, weighted(self.tableau.b, slopes))

    def error(self, h: Any, slopes: Sequence[Leaves]) -> Leaves:
        """The estimated error of a step."""
        assert self.error_weights is not None
        total = weighted(self.error_weights, slopes)
        assert total is not None
        return moved([0 * leaf for leaf in total], h, total)

    def dense_weights(self, theta: Any) -> list[Any]:
        """The weights `b_i(θ)` of all stages at a fraction of a step."""
        assert self.tableau.dense is not None
        found = []
        for row in self.tableau.dense:
            value = 0 * theta
            for coefficient in reversed(row):
                value = (value + coefficient) * theta
            found.append(value)
        return found

    def within(self, theta: Any, h: Any, state: Leaves, slopes: Sequence[Leaves]) -> Leaves:
        """The state at a fraction of a step, `θ` of shape `()`."""
        weights = self.dense_weights(theta)
        found = []
        for index, leaf in enumerate(state):
            for w, slope in zip(weights, slopes, strict=True):
                leaf = leaf + h * w * slope[index]
            found.append(leaf)
        return found
