"""Registration with Keras, so that what is saved can be loaded."""

from collections.abc import Callable
from typing import Any, TypeVar

import keras

T = TypeVar("T", bound=Callable)


def serializable(target: T, name: str | None = None) -> T:
    """Registers a class or function of this package under `kerasphys>Name`, or another name."""
    return keras.saving.register_keras_serializable(package="kerasphys", name=name)(target)


def pack(value: Any) -> dict[str, Any]:
    """The entry of a configuration that stands for a registered object."""
    return keras.saving.serialize_keras_object(value)


def unpack(config: dict[str, Any], *names: str) -> dict[str, Any]:
    """A copy of a configuration in which the named entries are objects again."""
    return config | {name: keras.saving.deserialize_keras_object(config[name]) for name in names}
