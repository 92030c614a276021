"""Coefficients of an equation that training identifies."""

from __future__ import annotations

import math
from typing import Any

import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys._validation import check_bool, check_number, message


@serializable
class Unknown:
    """A scalar parameter to be identified, within bounds if there are any.

    The model stores one weight that starts at zero and is not bounded; the parameter is a smooth
    increasing function of it (softplus for one bound, logistic for two, linear for none), scaled
    so that a unit step changes the parameter by the order of its first value. With `log=True` the
    same holds of its logarithm, and without bounds the parameter is `initial * exp(weight)`: a
    positive value that may be wrong by powers of ten.

    Its value appears in the logs of every epoch under its name.

    Args:
        initial: Number, where training starts.
        lower: Number below `initial`, or `None`.
        upper: Number above `initial`, or `None`.
        log: Whether the logarithm is what is identified. Then `initial` and the bounds must be
            positive.

    Raises:
        ValueError: If `initial` is not strictly between the bounds, or something is not positive
            where its logarithm is taken.

    Example:
        ```python
        import kerasphys as kp

        conductivity = kp.Unknown(1.0, lower=0.0)
        print(float(conductivity.value(0.0)))  # 1.0
        viscosity = kp.Unknown(1e-3, log=True)
        print(float(viscosity.value(-1.0)))  # 1e-3 / e
        ```
    """

    def __init__(
        self,
        initial: float,
        lower: float | None = None,
        upper: float | None = None,
        log: bool = False,
    ):
        self.initial = check_number("initial", initial)
        self.lower = None if lower is None else check_number("lower", lower)
        self.upper = None if upper is None else check_number("upper", upper)
        self.log = check_bool("log", log)
        if self.log:
            self._check_positive()
        if self.lower is not None and self.lower >= self.initial:
            raise ValueError(message("lower", f"below the initial value {initial}", lower))
        if self.upper is not None and self.upper <= self.initial:
            raise ValueError(message("upper", f"above the initial value {initial}", upper))

    def value(self, raw: Any) -> tf.Tensor:
        """The parameter that belongs to the stored weight `raw`, a tensor of the same shape."""
        raw = tf.convert_to_tensor(raw)
        if self.log:
            lower, upper = (None if b is None else math.log(b) for b in (self.lower, self.upper))
            return tf.exp(_within(raw, math.log(self.initial), lower, upper, 1.0))
        return _within(raw, self.initial, self.lower, self.upper, abs(self.initial) or 1.0)

    def get_config(self) -> dict[str, Any]:
        return {
            "initial": self.initial,
            "lower": self.lower,
            "upper": self.upper,
            "log": self.log,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Unknown:
        return cls(**config)

    def _check_positive(self) -> None:
        cure = "Leave it out: with log=True all values are positive."
        for name in ("initial", "lower", "upper"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                cured = cure if name == "lower" else ""
                raise ValueError(message(name, "positive where log=True", value, cured))

    def __repr__(self) -> str:
        log = ", log=True" if self.log else ""
        return f"Unknown({self.initial:g}, lower={self.lower}, upper={self.upper}{log})"


def _within(
    raw: tf.Tensor, initial: float, lower: float | None, upper: float | None, scale: float
) -> tf.Tensor:
    """An increasing function of `raw` that keeps the bounds, `initial` at zero."""
    if lower is None and upper is None:
        return initial + scale * raw
    if upper is None:
        assert lower is not None
        return lower + (initial - lower) * tf.math.softplus(raw) / math.log(2)
    if lower is None:
        return upper - (upper - initial) * tf.math.softplus(-raw) / math.log(2)
    start = math.log((initial - lower) / (upper - initial))
    return lower + (upper - lower) * tf.math.sigmoid(raw + start)
