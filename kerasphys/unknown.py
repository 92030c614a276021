"""Coefficients of an equation that training identifies."""

from __future__ import annotations

import math
from typing import Any

import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys._validation import check_number, message


@serializable
class Unknown:
    """A scalar parameter to be identified, within bounds if there are any.

    The model stores one weight that starts at zero and is not bounded; the parameter is a smooth
    increasing function of it (softplus for one bound, logistic for two, linear for none), scaled
    so that a unit step changes the parameter by the order of its first value.

    Args:
        initial: Number, where training starts.
        lower: Number below `initial`, or `None`.
        upper: Number above `initial`, or `None`.

    Raises:
        ValueError: If `initial` is not strictly between the bounds.

    Example:
        ```python
        import kerasphys as kp

        conductivity = kp.Unknown(1.0, lower=0.0)
        print(float(conductivity.value(0.0)))  # 1.0
        ```
    """

    def __init__(self, initial: float, lower: float | None = None, upper: float | None = None):
        self.initial = check_number("initial", initial)
        self.lower = None if lower is None else check_number("lower", lower)
        self.upper = None if upper is None else check_number("upper", upper)
        if self.lower is not None and self.lower >= self.initial:
            raise ValueError(message("lower", f"below the initial value {initial}", lower))
        if self.upper is not None and self.upper <= self.initial:
            raise ValueError(message("upper", f"above the initial value {initial}", upper))

    def value(self, raw: Any) -> tf.Tensor:
        """The parameter that belongs to the stored weight `raw`, a tensor of shape `()`."""
        raw = tf.convert_to_tensor(raw)
        if self.lower is None and self.upper is None:
            return self.initial + (abs(self.initial) or 1.0) * raw
        if self.upper is None:
            assert self.lower is not None
            return self.lower + (self.initial - self.lower) * tf.math.softplus(raw) / math.log(2)
        if self.lower is None:
            return self.upper - (self.upper - self.initial) * tf.math.softplus(-raw) / math.log(2)
        start = math.log((self.initial - self.lower) / (self.upper - self.initial))
        return self.lower + (self.upper - self.lower) * tf.math.sigmoid(raw + start)

    def get_config(self) -> dict[str, Any]:
        return {"initial": self.initial, "lower": self.lower, "upper": self.upper}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Unknown:
        return cls(**config)

    def __repr__(self) -> str:
        return f"Unknown({self.initial:g}, lower={self.lower}, upper={self.upper})"
