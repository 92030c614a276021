"""One progress bar for a whole run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from kerasphys._validation import check_names, check_positive


class ProgressBar(keras.callbacks.Callback):
    """Shows one progress bar that counts epochs, for runs of thousands of short ones.

    Use it with `fit(verbose=0)`. The bar ends with a line of its own also when training stops
    early.

    Args:
        metrics: Names in the logs to show beside the bar, where the logs have them.
        interval: Positive number, seconds between two updates of the screen at least.

    Example:
        ```python
        import kerasphys as kp

        callbacks = [kp.callbacks.ProgressBar(metrics=("loss", "val_relative_l2"))]
        ```
    """

    def __init__(self, metrics: str | Sequence[str] = ("loss", "val_loss"), interval: float = 0.2):
        super().__init__()
        self.metrics = check_names("metrics", metrics)
        self.interval = check_positive("interval", interval)
        self._bar: Any = None
        self._done = 0
        self._shown: list[tuple[str, float]] = []

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._bar = keras.utils.Progbar(
            self.params["epochs"],
            interval=self.interval,
            stateful_metrics=self.metrics,
            unit_name="epoch",
        )
        self._done, self._shown = 0, []

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        logs = logs or {}
        self._done = epoch + 1
        self._shown = [(name, logs[name]) for name in self.metrics if name in logs]
        self._bar.update(self._done, self._shown, finalize=False)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._bar.update(self._done, self._shown, finalize=True)
