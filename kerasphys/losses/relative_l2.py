"""The relative error of each sample."""

from __future__ import annotations

import functools
from typing import Any

from keras import ops

from kerasphys._registry import serializable
from kerasphys._validation import check_equal_shapes
from kerasphys.losses._relative_error import RelativeError


@functools.partial(serializable, name="RelativeL2Loss")  # the metric has the other name
class RelativeL2(RelativeError):
    """The mean over the samples of `‖ŷ - y‖ / ‖y‖`, norms over all other axes.

    Every sample counts alike, whatever its size: the loss of operator networks and of fields
    whose magnitude varies. A `SurrogateModel` evaluates it in physical units.

    Args:
        epsilon: Non-negative float. Where `‖y‖` is smaller than `epsilon` times the square root
            of the number of values, the error is divided by that instead: a sample whose target
            vanishes has a large but finite error, and no error where the prediction vanishes too.
        reduction: As of any Keras loss.
        name: A string.
        dtype: `"float32"`, `"float64"`, or `None` for `keras.config.floatx()`.

    Input shape: `y_true` and `y_pred` of one shape `(n, ...)`.

    Raises:
        ValueError: If `y_true` and `y_pred` differ in shape (nothing is broadcast).

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        loss = kp.losses.RelativeL2(dtype="float64")
        y = np.array([[3.0, 4.0], [0.3, 0.4]])
        print(float(loss(y, 1.1 * y)))  # 0.1, to rounding
        ```

    Reference:
        Li et al., 2021, https://arxiv.org/abs/2010.08895
    """

    def __init__(
        self,
        epsilon: float = 1e-7,
        reduction: str = "sum_over_batch_size",
        name: str = "relative_l2",
        dtype: Any = None,
    ):
        super().__init__(epsilon, reduction, name, dtype)

    def squares(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        check_equal_shapes("y_pred", y_pred.shape, "y_true", y_true.shape)
        axes = tuple(range(1, len(y_true.shape)))
        size = ops.cast(ops.prod(ops.shape(y_true)[1:]), y_true.dtype)
        smallest = size * self.epsilon**2
        squares = ops.sum(ops.square(y_pred - y_true), axis=axes)
        return squares, ops.maximum(ops.sum(ops.square(y_true), axis=axes), smallest)
