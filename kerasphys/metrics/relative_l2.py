"""The relative error in the Euclidean norm."""

from __future__ import annotations

from typing import Any

from keras import ops

from kerasphys._registry import serializable
from kerasphys._validation import check_equal_shapes
from kerasphys.metrics._relative_norm import RelativeNorm


@serializable
class RelativeL2(RelativeNorm):
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
        super().__init__(name, dtype)

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


def _weighted_sum(squares: Any, weights: Any) -> Any:
    if weights is None:
        return ops.sum(squares)
    inner = tuple(range(len(weights.shape), len(squares.shape)))
    return ops.sum(weights * (ops.sum(squares, axis=inner) if inner else squares))
