"""Registration with Keras, so that what is saved can be loaded."""

from collections.abc import Callable
from typing import TypeVar

import keras

T = TypeVar("T", bound=Callable)


def serializable(target: T) -> T:
    """Registers a class or function of this package under `kerasphys>Name`."""
    return keras.saving.register_keras_serializable(package="kerasphys")(target)
