"""Weights of the conditions that give each the same say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from kerasphys._validation import check_number, check_positive_int, message
from kerasphys.callbacks._adaptive import Adaptive
from kerasphys.models.callback_order import LOSS_WEIGHTS
from kerasphys.models.condition_gradients import condition_gradients

FLOOR = 1e-5  # of the sum of the norms: no condition weighs more than its inverse


class GradientNormBalance(Adaptive):
    """Weighs the conditions such that the gradients of their losses have the same norm.

    Let `g_i` be the gradient of the mean square residual of condition `i`. Then

        λ_i = (|g_1| + ... + |g_k|) / |g_i|

    would make all `λ_i |g_i|` equal. The weight of the condition in the loss is the moving average
    of `λ_i`, which begins with 1, times its own `weight`, which stays a way to say what matters
    more. A condition whose gradient vanishes keeps its weight; no average exceeds 10⁵.

    Args:
        every: Positive integer, epochs between two updates.
        momentum: Number from 0 to below 1, what is left of the old average after an update.
        conditions: Names of at least two conditions; by default all that are trained.

    Raises:
        ValueError: When training begins, if there is one condition only.

    Example:
        ```python
        import kerasphys as kp

        callbacks = [kp.callbacks.GradientNormBalance(every=10, momentum=0.9)]
        ```

    Reference:
        Wang, Sankaran, Wang, Perdikaris, 2023, https://arxiv.org/abs/2308.08468
    """

    adaptation_stage: ClassVar[int] = LOSS_WEIGHTS

    def __init__(
        self,
        every: int = 1,
        momentum: float = 0.9,
        conditions: str | Sequence[str] | None = None,
    ):
        super().__init__(conditions)
        self.every = check_positive_int("every", every)
        self.momentum = check_number("momentum", momentum)
        if not 0.0 <= self.momentum < 1.0:
            raise ValueError(message("momentum", "a number from 0 to below 1", momentum))
        self._names: tuple[str, ...] = ()
        self.forget()

    def forget(self) -> None:
        self.balance: dict[str, float] = {}

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        trained = self.model.soft_conditions
        named = self.conditions or tuple(trained)
        self._names = tuple(name for name in named if trained[name].weight > 0.0)
        if len(self._names) < 2:
            expected = "at least two conditions of positive weight, as one has none to balance"
            raise ValueError(message("conditions", expected, list(named)))

    def adapt(self, epoch: int) -> None:
        if epoch % self.every == 0 or not self.balance:
            self._update()
        for name, factor in self.balance.items():
            own = self.model.soft_conditions[name].weight
            self.model.loss_weights[name].assign(own * factor)

    def _update(self) -> None:
        gradients = condition_gradients(self.model)
        norms = {name: float(np.linalg.norm(gradients[name])) for name in self._names}
        total = sum(norms.values())
        for name, norm in norms.items():
            now = self.balance.get(name, 1.0)
            if norm > 0.0:
                wanted = total / max(norm, FLOOR * total)
                now = self.momentum * now + (1.0 - self.momentum) * wanted
            self.balance[name] = now
