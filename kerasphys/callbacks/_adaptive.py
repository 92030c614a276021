"""What the callbacks have in common that adapt points and weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import keras
import numpy as np

from kerasphys._validation import check_names, message
from kerasphys.models import PINNModel
from kerasphys.models.callback_order import POINTS
from kerasphys.models.condition_residuals import condition_residuals


class Adaptive(keras.callbacks.Callback):
    """Adapts a `PINNModel` at the beginning of epochs. A subclass supplies `adapt` and `forget`.

    What it remembers belongs to the epochs before: a run that goes on keeps it, a run that begins
    at an epoch that is over starts anew.

    Args:
        conditions: Names of the conditions that are meant, or `None`.
    """

    adaptation_stage: ClassVar[int] = POINTS

    def __init__(self, conditions: str | Sequence[str] | None):
        super().__init__()
        self.conditions = None if conditions is None else check_names("conditions", conditions)
        self._epoch = -1

    def adapt(self, epoch: int) -> None:
        """Changes points or weights for this epoch."""
        raise NotImplementedError

    def forget(self) -> None:
        """Goes back to the state of a new callback."""
        raise NotImplementedError

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if not isinstance(self.model, PINNModel):
            raise TypeError(
                f"{type(self).__name__} works on a kp.models.PINNModel. Received: "
                f"{type(self.model).__name__}."
            )
        trained = tuple(self.model.soft_conditions)
        for name in self.conditions or ():
            if name not in trained:
                expected = f"names among {', '.join(trained)}, the conditions that are trained"
                raise ValueError(message("conditions", expected, name))
            if not self.model.soft_conditions[name].pointwise:
                expected = "names of conditions that hold at points, not of integrals"
                raise ValueError(message("conditions", expected, name))

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if epoch <= self._epoch:
            self.forget()
        self._epoch = epoch
        self.adapt(epoch)

    def squared_residuals(self, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """For each condition on a set its squared residual, `(n,)`.

        Raises:
            FloatingPointError: If one is not finite.
        """
        found = condition_residuals(self.model, arrays)
        for name, squares in found.items():
            bad = np.flatnonzero(~np.isfinite(squares))
            if len(bad):
                names = self.model.problem.coordinates
                point = zip(names, arrays["points"][bad[0]], strict=True)
                where = ", ".join(f"{coordinate} = {value:.6g}" for coordinate, value in point)
                raise FloatingPointError(
                    f"The residual of the condition {name!r} is not finite at {len(bad)} of the "
                    f"{len(squares)} points where {type(self).__name__} evaluates it, the first "
                    f"is {where}. Look where it divides by zero or takes a root or logarithm."
                )
        return found

    def current_sets(self, conditions: Sequence[str]) -> dict[str, dict[str, np.ndarray]]:
        """The sets of training points on which conditions hold, each once."""
        store = self.model.points
        names = dict.fromkeys(store.set_of(condition) for condition in conditions)
        return {name: store.arrays(name) for name in names}
