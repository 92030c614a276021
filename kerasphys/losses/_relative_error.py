"""What the relative errors of samples share: a quotient whose gradient is finite everywhere."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kerasphys._precision import check_precision
from kerasphys._validation import check_choice, check_nonnegative, message

REDUCTIONS = ("sum_over_batch_size", "mean_with_sample_weight", "sum", "none")


class RelativeError(keras.losses.Loss):
    """The quotient of two norms for each sample.

    A subclass gives the squares of both in `squares`.

    Args:
        epsilon: Non-negative float, what keeps the norm of `y` from zero.
        reduction: As of any Keras loss.
        name: A string.
        dtype: `"float32"`, `"float64"`, or `None` for `keras.config.floatx()`.
    """

    physical_units = True  # SurrogateModel: the norm of a standardised field means little

    def __init__(self, epsilon: float, reduction: str, name: str, dtype: Any = None):
        if not isinstance(name, str):
            raise TypeError(message("name", "a string", name))
        epsilon = check_nonnegative("epsilon", epsilon)
        reduction = check_choice("reduction", reduction, REDUCTIONS)
        super().__init__(name=name, reduction=reduction, dtype=check_precision(dtype))
        self.epsilon = epsilon

    def squares(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        """The squared errors of the samples and what divides them, both `(n,)`."""
        raise NotImplementedError

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The error of each sample, `(n,)`."""
        squares, norms = self.squares(y_true, y_pred)
        wrong = squares > 0
        # the root has no derivative at zero, where a sample is met exactly
        error = ops.sqrt(ops.where(wrong, squares, ops.ones_like(squares)))
        return ops.where(wrong, error / ops.sqrt(norms), ops.zeros_like(squares))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "epsilon": self.epsilon,
            "dtype": keras.dtype_policies.serialize(self._dtype_policy),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> RelativeError:
        return cls(**config)
