"""The values of unknown parameters in the logs."""

from __future__ import annotations

from typing import Any

import keras


class UnknownValues(keras.callbacks.Callback):
    """Adds the value that each unknown has at the end of an epoch to its logs.

    It comes before the user's callbacks, which therefore see them: History, TensorBoard, CSVLogger
    and whatever monitors an entry of the logs.
    """

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        parameters = self.model.parameters
        if logs is not None:
            logs.update({name: parameters[name] for name in self.model.unknowns})
