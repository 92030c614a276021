"""What callbacks remember from one epoch to the next."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from kerasphys.callbacks._packing import VARIABLES, pack

# Given by fit, or made by Keras from the settings at the first epoch (which turns a sign).
NO_STATE = {"params", "_model", "model", "monitor_op", "min_delta"}


class CallbackState:
    """The attributes of callbacks that have changed since training began.

    What did not change are settings: those of the script hold. A callback that has methods
    `get_state` and `set_state` answers for itself.
    """

    def __init__(self, callbacks: Sequence[keras.callbacks.Callback]):
        self._callbacks = callbacks
        self._settings = [
            {} if _answers(callback) else {n: _identity(v) for n, v in _attributes(callback)}
            for callback in callbacks
        ]
        self._warned: set[tuple[int, str]] = set()

    def get(self) -> list[dict[str, Any]]:
        """The state of each callback."""
        return [
            callback.get_state() if _answers(callback) else self._changed(index)
            for index, callback in enumerate(self._callbacks)
        ]

    def set(self, states: Sequence[dict[str, Any]]) -> None:
        """Gives each callback its state back."""
        for callback, state in zip(self._callbacks, states, strict=True):
            if _answers(callback):
                callback.set_state(state)
                continue
            for name, value in state.items():
                if name in NO_STATE or callable(getattr(type(callback), name, None)):
                    raise ValueError(f"{name!r} is no state of a {type(callback).__name__}.")
                current = getattr(callback, name, None)
                if isinstance(current, VARIABLES):
                    current.assign(value)
                else:
                    setattr(callback, name, value)

    def _changed(self, index: int) -> dict[str, Any]:
        callback, settings = self._callbacks[index], self._settings[index]
        changed = {}
        for name, value in _attributes(callback):
            plain, mark = _identity(value)
            if name in settings and settings[name] == (plain, mark):
                continue
            if plain:
                changed[name] = value
            else:
                self._warn(index, name)
        return changed

    def _warn(self, index: int, name: str) -> None:
        callback = self._callbacks[index]
        ours = type(callback).__module__.split(".")[0] in ("keras", "kerasphys")  # known to do well
        if ours or (index, name) in self._warned:
            return
        self._warned.add((index, name))
        warnings.warn(
            f"Resume does not keep `{name}` of the callback {type(callback).__name__}, a "
            f"{type(getattr(callback, name)).__name__}. If that matters, give the callback the "
            "methods get_state() and set_state(state), of a dict of numbers, strings and arrays.",
            stacklevel=2,
        )


def _answers(callback: Any) -> bool:
    return hasattr(callback, "get_state") and hasattr(callback, "set_state")


def _attributes(callback: keras.callbacks.Callback) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in vars(callback).items() if name not in NO_STATE]


def _identity(value: Any) -> tuple[bool, Any]:
    """Whether a value is plain data, and what tells it from others."""
    arrays: list[np.ndarray] = []
    try:
        text = json.dumps(pack(value, arrays))
    except TypeError:
        return False, id(value)
    return True, (text, [hash(array.tobytes()) for array in arrays])
