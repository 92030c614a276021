"""Weights of the points that let a solution grow from its initial state."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from kerasphys._validation import check_number, check_positive, check_positive_int, message
from kerasphys.callbacks._adaptive import Adaptive
from kerasphys.models.adaptive_points import equations
from kerasphys.models.callback_order import POINT_WEIGHTS


class CausalWeights(Adaptive):
    """Weighs the points of the equations by how well they hold at earlier times.

    Time is divided into `bins` equal slabs. At the beginning of every epoch the points of slab `i`
    get the weight

        w_i = exp(-tolerance (L_1 + ... + L_(i-1)))

    where `L_k` is the mean square residual in slab `k`, all the conditions together: late times
    count once the equations hold at early ones. A slab without points adds nothing. The weights
    multiply those of the user and of other callbacks; `loss` in the logs is with them, `val_loss`
    without.

    With several tolerances training begins with the first, and goes on to the next as soon as the
    last slab's weight is above `threshold`: a small one is gentle, a large one asks for more. The
    right size depends on the scale of the equation, as the residuals are taken as they are.

    Args:
        tolerance: Positive number, or increasing numbers.
        bins: Integer of at least 2, the number of slabs.
        threshold: Number between 0 and 1.
        conditions: Names of conditions; by default the equations: every `Residual` on the whole
            domain.

    Raises:
        ValueError: When training begins, if the problem has no time.

    Example:
        ```python
        import kerasphys as kp

        callbacks = [kp.callbacks.CausalWeights(tolerance=(0.01, 0.1, 1.0, 10.0, 100.0))]
        ```

    Reference:
        Wang, Sankaran, Perdikaris, 2024, https://arxiv.org/abs/2203.07404
    """

    adaptation_stage: ClassVar[int] = POINT_WEIGHTS

    def __init__(
        self,
        tolerance: float | Sequence[float] = 1.0,
        bins: int = 32,
        threshold: float = 0.99,
        conditions: str | Sequence[str] | None = None,
    ):
        super().__init__(conditions)
        self.tolerance = _check_tolerance(tolerance)
        self.bins = check_positive_int("bins", bins)
        if self.bins < 2:
            raise ValueError(message("bins", "an integer of at least 2", bins))
        self.threshold = check_number("threshold", threshold)
        if not 0.0 < self.threshold < 1.0:
            raise ValueError(message("threshold", "a number between 0 and 1", threshold))
        self._names: tuple[str, ...] = ()
        self.forget()

    def forget(self) -> None:
        self.level = 0
        self.slab_weights = np.ones(self.bins)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        if self.model.problem.namespace.time is None:
            names = ", ".join(self.model.problem.coordinates)
            raise ValueError(
                f"CausalWeights needs a problem with time. Its coordinates are {names}: call one "
                'of them "t", or say which it is: kp.Problem(..., time="...").'
            )
        self._names = self.conditions or equations(self.model)
        if not self._names:
            expected = "names of conditions where no equation holds on the whole domain"
            raise ValueError(message("conditions", expected, self.conditions))

    def adapt(self, epoch: int) -> None:
        slabs: dict[str, np.ndarray] = {}
        losses = np.zeros(self.bins)
        for arrays in self.current_sets(self._names).values():
            slab = self._slab(arrays["points"])
            count = np.maximum(np.bincount(slab, minlength=self.bins), 1)
            for name, squares in self.squared_residuals(arrays).items():
                if name in self._names:
                    slabs[name] = slab
                    losses += np.bincount(slab, squares, self.bins) / count
        before = np.concatenate([[0.0], np.cumsum(losses[:-1])])
        weights = np.exp(-self.tolerance[self.level] * before)
        if weights[-1] > self.threshold and self.level + 1 < len(self.tolerance):
            self.level += 1
            weights = np.exp(-self.tolerance[self.level] * before)
        self.slab_weights = weights
        for name, slab in slabs.items():
            self.model.points.scale(name, type(self).__name__, weights[slab])

    def _slab(self, points: np.ndarray) -> np.ndarray:
        """The number of the slab in which each point lies."""
        problem = self.model.problem
        column = problem.coordinates.index(problem.namespace.time)
        start, end = (float(corner[column]) for corner in problem.domain.bounds)
        fraction = (points[:, column].astype(np.float64) - start) / (end - start)
        return np.clip((fraction * self.bins).astype(int), 0, self.bins - 1)


def _check_tolerance(tolerance: Any) -> tuple[float, ...]:
    expected = "a positive number, or increasing positive numbers"
    given = tolerance if isinstance(tolerance, Sequence) else (tolerance,)
    if isinstance(tolerance, str):
        raise TypeError(message("tolerance", expected, tolerance))
    values = tuple(check_positive("tolerance", value) for value in given)
    if not values or any(a >= b for a, b in itertools.pairwise(values)):
        raise ValueError(message("tolerance", expected, tolerance))
    return values
