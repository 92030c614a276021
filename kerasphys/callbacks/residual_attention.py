"""Weights of the points that remember where the residual was large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import scipy

from kerasphys._validation import check_number, check_positive, message
from kerasphys.callbacks._adaptive import Adaptive
from kerasphys.models.callback_order import POINT_WEIGHTS


class ResidualAttention(Adaptive):
    """Weighs each point by the residual that it has had so far (residual-based attention).

    At the beginning of every epoch each point of a condition has its multiplier updated,

        λ ← decay λ + rate |r| / max |r|,

    from `λ = 0`, and the point counts in the mean square with the weight `λ²`: the paper multiplies
    the residual. The multipliers stay below `rate / (1 - decay)`. Where a condition has several
    residuals, `r²` is the sum of their squares. The weights multiply those of the user and of other
    callbacks; `loss` in the logs is with them, `val_loss` without.

    When points are drawn anew, each takes the multiplier of the old point nearest to it, so that
    attention goes on where `Resample` or `ResidualResample` move the points.

    Args:
        decay: Number from 0 to below 1, what is left of a multiplier after an epoch.
        rate: Positive number, what an epoch adds to the largest.
        conditions: Names of conditions; by default all that are trained, but for integrals.
        normalize: Whether the weights are divided by their mean. They then shift the attention
            among the points of a condition, and leave its share of the loss alone; as published,
            that share grows as training goes on.

    Example:
        ```python
        import kerasphys as kp

        callbacks = [kp.callbacks.ResidualAttention(decay=0.99, rate=0.1, conditions="equation")]
        ```

    Reference:
        Anagnostopoulos, Toscano, Stergiopulos, Karniadakis, 2024,
        https://doi.org/10.1016/j.cma.2024.116805, https://arxiv.org/abs/2307.00379
    """

    adaptation_stage: ClassVar[int] = POINT_WEIGHTS

    def __init__(
        self,
        decay: float = 0.999,
        rate: float = 0.01,
        conditions: str | Sequence[str] | None = None,
        normalize: bool = False,
    ):
        super().__init__(conditions)
        self.decay = check_number("decay", decay)
        if not 0.0 <= self.decay < 1.0:
            raise ValueError(message("decay", "a number from 0 to below 1", decay))
        self.rate = check_positive("rate", rate)
        if not isinstance(normalize, bool):
            raise TypeError(message("normalize", "True or False", normalize))
        self.normalize = normalize
        self.forget()

    def forget(self) -> None:
        self.multipliers: dict[str, np.ndarray] = {}
        self.points: dict[str, np.ndarray] = {}

    def adapt(self, epoch: int) -> None:
        soft = self.model.soft_conditions
        conditions = self.conditions or tuple(name for name in soft if soft[name].pointwise)
        for arrays in self.current_sets(conditions).values():
            for name, squares in self.squared_residuals(arrays).items():
                if name in conditions:
                    self._weigh(name, arrays["points"], np.sqrt(squares))

    def _weigh(self, condition: str, points: np.ndarray, residual: np.ndarray) -> None:
        largest = residual.max()
        share = residual / largest if largest > 0.0 else residual
        multipliers = self.decay * self._carried(condition, points) + self.rate * share
        self.multipliers[condition], self.points[condition] = multipliers, points
        weights = multipliers**2
        if self.normalize:
            mean = weights.mean()
            weights = weights / mean if mean > 0.0 else np.ones_like(weights)
        self.model.points.scale(condition, type(self).__name__, weights)

    def _carried(self, condition: str, points: np.ndarray) -> np.ndarray:
        """The multipliers so far, at these points."""
        if condition not in self.multipliers:
            return np.zeros(len(points))
        before, multipliers = self.points[condition], self.multipliers[condition]
        if np.array_equal(before, points):
            return multipliers
        lower, upper = self.model.problem.domain.bounds
        extent = upper - lower
        _, nearest = scipy.spatial.cKDTree(before / extent).query(points / extent)
        return multipliers[nearest]
