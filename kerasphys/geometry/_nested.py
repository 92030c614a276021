"""Geometries inside the configs of other regions."""

from __future__ import annotations

from typing import Any

import keras  # for saving only: nothing else in this room uses Keras


def pack(geometry: Any) -> dict[str, Any]:
    """The entry of a config that stands for a geometry."""
    return keras.saving.serialize_keras_object(geometry)


def unpack(config: dict[str, Any], *names: str) -> dict[str, Any]:
    """A copy of a config in which the named entries are geometries again."""
    return config | {name: keras.saving.deserialize_keras_object(config[name]) for name in names}
