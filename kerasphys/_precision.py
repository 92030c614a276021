"""The precision of Keras parts that compute with numbers given to them."""

from __future__ import annotations

from typing import Any

import keras

PRECISIONS = ("float32", "float64")


def check_precision(dtype: Any) -> Any:
    """The Keras policy of a precision; `None` stands for `keras.config.floatx()`."""
    text = f"Argument `dtype` must be None, 'float32' or 'float64'. Received: dtype={dtype!r}."
    try:
        policy = keras.dtype_policies.get(dtype or keras.config.floatx())
    except (TypeError, ValueError) as error:
        raise ValueError(text) from error
    if policy.name not in PRECISIONS:
        raise ValueError(text)
    return policy
