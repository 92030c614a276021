"""Initial weights of many layers from one seed."""

from __future__ import annotations

from typing import Any

import keras


def derived_seed(seed: int | None, index: int) -> int | None:
    """The seed of a part, so that parts of one shape start from different weights."""
    return None if seed is None else (1000 * seed + index) % 2**32


def seeded(initializer: Any, seed: int | None, index: int) -> Any:
    """A copy of an initializer for one of many layers.

    Args:
        initializer: A Keras initializer, or a callable, which is returned as it is.
        seed: Integer, or `None` for the initializer's own.
        index: Integer, which layer it is for.
    """
    if not isinstance(initializer, keras.initializers.Initializer):
        return initializer
    config = initializer.get_config()
    seed = config.get("seed") if seed is None else seed
    if "seed" in config and isinstance(seed, int):
        config["seed"] = derived_seed(seed, index)
    return type(initializer).from_config(config)
