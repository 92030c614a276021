"""New training points as training goes on."""

from __future__ import annotations

from typing import Any

import keras

from kerasphys._validation import check_positive_int
from kerasphys.callbacks._model_state import POINT_MODELS


class Resample(keras.callbacks.Callback):
    """Draws the training points anew at the beginning of every `every`-th epoch.

    The network then cannot fit the residual at a fixed set of points only. The points of an epoch
    depend on the seed of `problem.points` and on the number of the epoch alone: a run that is
    repeated, or goes on with `initial_epoch`, sees the same points. Their number stays, so nothing
    is compiled again. Points of the user's own stay too, and those that `ResidualResample` draws.

    Args:
        every: Positive integer, epochs between two draws. Epoch 0 has the points given to `fit`.

    Example:
        ```python
        import kerasphys as kp

        callbacks = [kp.callbacks.Resample(every=10)]
        ```
    """

    def __init__(self, every: int = 1):
        super().__init__()
        self.every = check_positive_int("every", every)
        self._draw = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if not isinstance(self.model, POINT_MODELS):
            raise TypeError(
                "Resample works on a kp.models.PINNModel of points or functions. Received: "
                f"{type(self.model).__name__}."
            )
        self._draw = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        draw = epoch - epoch % self.every
        if draw != self._draw:
            self.model.resample(draw=draw)
            self._draw = draw
