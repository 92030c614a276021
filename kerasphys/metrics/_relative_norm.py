"""What the relative errors share: two sums of squares, and their quotient."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kerasphys._precision import check_precision
from kerasphys._validation import check_equal_shapes, message


class RelativeNorm(keras.metrics.Metric):
    """The quotient of two norms over everything seen since the last reset.

    A subclass gives the squares of both for each sample in `squares`, or has an `update_state` of
    its own that adds to both sums.

    Args:
        name: The name in the logs.
        dtype: `"float32"`, `"float64"`, or `None` for `keras.config.floatx()`.
    """

    def __init__(self, name: str, dtype: Any = None):
        if not isinstance(name, str):
            raise TypeError(message("name", "a string", name))
        if not name:
            raise ValueError(message("name", "a string that is not empty", name))
        super().__init__(name=name, dtype=check_precision(dtype))
        self._direction = "down"  # what Keras' callbacks read in mode="auto"
        self.squared_error = self.add_variable((), "zeros", dtype=self.dtype, name="squared_error")
        self.squared_norm = self.add_variable((), "zeros", dtype=self.dtype, name="squared_norm")

    def squares(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        """The squared errors and the squared norms of the samples, both `(n,)`."""
        raise NotImplementedError

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Adds a batch.

        Args:
            y_true: The reference.
            y_pred: The approximation, of the same shape.
            sample_weight: `None`, or the weights of the squares of each sample, `(n,)`.
        """
        sums = self.squares(y_true, y_pred)
        if sample_weight is not None:
            sample_weight = ops.convert_to_tensor(sample_weight, dtype=self.dtype)
            check_equal_shapes("sample_weight", sample_weight.shape, "y_true", sums[0].shape)
            sums = (sample_weight * sums[0], sample_weight * sums[1])
        self.squared_error.assign_add(ops.sum(sums[0]))
        self.squared_norm.assign_add(ops.sum(sums[1]))

    def result(self) -> Any:
        """The error; zero before the first batch, infinite where only the reference vanishes."""
        error = ops.sqrt(ops.convert_to_tensor(self.squared_error))
        norm = ops.sqrt(ops.convert_to_tensor(self.squared_norm))
        return ops.where(error == 0, ops.zeros_like(error), error / norm)
