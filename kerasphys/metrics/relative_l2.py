"""The relative error in the Euclidean norm."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kerasphys._precision import check_precision
from kerasphys._registry import serializable
from kerasphys._validation import check_equal_shapes, message


@serializable
class RelativeL2(keras.metrics.Metric):
    """The relative L2 error over everything seen since the last reset.

    Computes `sqrt(Σ (y - ŷ)²) / sqrt(Σ y²)`. Both sums run over all batches before the quotient is
    taken, so the result does not depend on how the data are cut into batches.

    Args:
        name: The name in the logs.
        dtype: `"float32"`, `"float64"`, or `None` for `keras.config.floatx()`. The precision of
            the sums and of the result.

    Raises:
        ValueError: If `y_true` and `y_pred` differ in shape (nothing is broadcast).

    Example:
        ```python
        import keras
        import kerasphys as kp

        error = kp.metrics.RelativeL2(dtype="float64")
        error.update_state([[3.0], [4.0]], [[3.0], [4.5]])
        assert float(error.result()) == 0.1
        ```
    """

    def __init__(self, name: str = "relative_l2", dtype: Any = None):
        if not isinstance(name, str):
            raise TypeError(message("name", "a string", name))
        if not name:
            raise ValueError(message("name", "a string that is not empty", name))
        super().__init__(name=name, dtype=check_precision(dtype))
        self._direction = "down"  # what Keras' callbacks read in mode="auto"
        self.squared_error = self.add_variable((), "zeros", dtype=self.dtype, name="squared_error")
        self.squared_norm = self.add_variable((), "zeros", dtype=self.dtype, name="squared_norm")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Adds a batch.

        Args:
            y_true: The reference, of any shape `(n, ...)`.
            y_pred: The approximation, of the same shape.
            sample_weight: `None`, or the weights of the squares: of the same shape, or of its
                first axes only, such as `(n,)`.
        """
        y_true = ops.convert_to_tensor(y_true, dtype=self.dtype)
        y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        check_equal_shapes("y_pred", y_pred.shape, "y_true", y_true.shape)
        if sample_weight is not None:
            sample_weight = ops.convert_to_tensor(sample_weight, dtype=self.dtype)
            rank = len(sample_weight.shape)
            check_equal_shapes("sample_weight", sample_weight.shape, "y_true", y_true.shape[:rank])
        self.squared_error.assign_add(_weighted_sum(ops.square(y_true - y_pred), sample_weight))
        self.squared_norm.assign_add(_weighted_sum(ops.square(y_true), sample_weight))

    def result(self) -> Any:
        """The error; zero before the first batch, infinite where only the reference vanishes."""
        error = ops.sqrt(ops.convert_to_tensor(self.squared_error))
        norm = ops.sqrt(ops.convert_to_tensor(self.squared_norm))
        return ops.where(error == 0, ops.zeros_like(error), error / norm)


def _weighted_sum(squares: Any, weights: Any) -> Any:
    if weights is None:
        return ops.sum(squares)
    inner = tuple(range(len(weights.shape), len(squares.shape)))
    return ops.sum(weights * (ops.sum(squares, axis=inner) if inner else squares))
