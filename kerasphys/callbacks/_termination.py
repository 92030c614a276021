"""The signal by which a machine asks a run to end."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

import keras

from kerasphys.callbacks._running_fit import running_fit


class Termination:
    """Notes SIGTERM while a model is fitted, where the signal would have ended the process.

    Args:
        model: The model that is fitted.

    Attributes:
        received: Whether the signal came.
    """

    def __init__(self, model: keras.Model):
        self._model = model
        self._before: signal._HANDLER = None
        self.received = False

    def begin(self) -> None:
        """Takes the signal over, where Python may: in the main thread, from a handler it knows."""
        before = signal.getsignal(signal.SIGTERM)
        if before is not None and threading.current_thread() is threading.main_thread():
            self._before = before
            signal.signal(signal.SIGTERM, self._note)

    def end(self) -> None:
        """Gives the signal back to whoever had it, unless somebody took it in the meantime."""
        if self._before is not None and signal.getsignal(signal.SIGTERM) == self._note:
            signal.signal(signal.SIGTERM, self._before)
        self._before = None

    def _note(self, number: int, frame: FrameType | None) -> None:
        if running_fit(self._model, "callbacks") is None:  # a fit that failed did not end this
            self.end()
            os.kill(os.getpid(), number)
        self.received = True
