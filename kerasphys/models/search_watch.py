"""What a second-order optimizer needs from `fit`, and what it has to say afterwards."""

from __future__ import annotations

import warnings
from typing import Any

import keras


class SearchWatch(keras.callbacks.Callback):
    """Tells the optimizer when the objective has changed, and reports failed line searches.

    Callbacks change points and weights at the beginning of an epoch, so there the loss and the
    gradient that the optimizer keeps are evaluated anew.

    Args:
        changing: Whether every step has an objective of its own: a mini-batch.
    """

    def __init__(self, changing: bool):
        super().__init__()
        self.changing = changing
        self._stalled = 0
        self._steps = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        optimizer = self.model.optimizer
        if self.changing:
            warnings.warn(
                f"{type(optimizer).__name__} learns the curvature from the change of the gradient "
                "between two steps, but with mini-batches that change is mostly noise: it will "
                "stall. Train on all points at once (no batch_size), or use a first-order "
                "optimizer such as keras.optimizers.Adam.",
                stacklevel=2,
            )
        self._stalled = int(optimizer.stalled.numpy())
        self._steps = int(optimizer.iterations.numpy())

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.model.optimizer.refresh()

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self.changing:
            self.model.optimizer.refresh()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        optimizer = self.model.optimizer
        stalled = int(optimizer.stalled.numpy()) - self._stalled
        steps = int(optimizer.iterations.numpy()) - self._steps
        if stalled:
            warnings.warn(
                f"{type(optimizer).__name__}: {stalled} of {steps} steps found no lower loss, not "
                "even along the gradient, and left the weights as they were. Either the loss has "
                "reached rounding, or the objective changes within an epoch. New points "
                "(kp.callbacks.Resample) let it go on.",
                stacklevel=2,
            )
