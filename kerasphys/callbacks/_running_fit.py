"""What a callback is not told of the `fit` that calls it."""

from __future__ import annotations

import inspect
from typing import Any

import keras


def running_fit(model: keras.Model, name: str) -> Any:
    """A local variable of the `fit` of a model that runs now; `None` where none runs."""
    frame = inspect.currentframe()
    while frame is not None:
        code = frame.f_code
        if code.co_name == "fit" and name in code.co_varnames:
            found = frame.f_locals
            if found.get("self") is model and "epoch_iterator" in found:
                return found.get(name)
        frame = frame.f_back
    return None
