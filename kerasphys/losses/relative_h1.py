"""The relative error of each sample, slopes included."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from keras import ops

from kerasphys._grid_fields import check_periodic, check_sides, grid_pair, mean_squares, rank_of
from kerasphys._registry import serializable
from kerasphys._validation import check_bool
from kerasphys.losses._relative_error import RelativeError


@functools.partial(serializable, name="RelativeH1Loss")  # the metric has the other name
class RelativeH1(RelativeError):
    """The mean over the samples of `‖ŷ - y‖ / ‖y‖` in the Sobolev norm, `‖v‖² = ∫ v² + |∇v|²`.

    A field that is close in this norm has slopes that are close: fluxes, vorticities and strains
    are worth more than after training with `RelativeL2`. Fine scales count the more, the steeper
    they are; with sides of length one a wave of `k` periods counts `1 + (2πk)²`.

    Along periodic axes slopes are exact for waves that the grid carries. Along others they are
    those of the piecewise linear interpolant, and values at the end points count half, as in the
    trapezoidal rule. A `SurrogateModel` evaluates the loss in physical units.

    Args:
        periodic: Whether the axes of the grid are periodic, which leaves out their upper ends:
            a boolean, or one for each axis.
        lengths: Positive number, the sides of the box, or one for each axis.
        seminorm: Whether to compare slopes only, `‖v‖² = ∫ |∇v|²`.
        epsilon: Non-negative float. A norm of `y`, as the root of a mean over the box, counts as
            `epsilon` at least, so that a field that vanishes has a finite error.
        reduction: As of any Keras loss.
        name: A string.
        dtype: `"float32"`, `"float64"`, or `None` for `keras.config.floatx()`.

    Input shape: `y_true` and `y_pred` of one shape `(n, *grid, channels)`. Where `periodic` or
        `lengths` has a value for each axis, other axes, such as steps in time, may stand before
        those of the grid; they are summed over.

    Raises:
        ValueError: If `y_true` and `y_pred` differ in shape (nothing is broadcast), or have fewer
            axes than the grid.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.arange(32) / 32
        y = np.sin(2 * np.pi * x)[None, :, None]
        ripple = 0.01 * np.sin(16 * np.pi * x)[None, :, None]
        loss = kp.losses.RelativeH1(periodic=True, dtype="float64")
        print(float(loss(y, y + ripple)))  # 0.079, where RelativeL2 is 0.01
        ```

    Reference:
        Li et al., 2022, https://arxiv.org/abs/2106.06898
    """

    def __init__(
        self,
        periodic: bool | Sequence[bool] = False,
        lengths: float | Sequence[float] = 1.0,
        seminorm: bool = False,
        epsilon: float = 1e-7,
        reduction: str = "sum_over_batch_size",
        name: str = "relative_h1",
        dtype: Any = None,
    ):
        periodic, lengths = check_periodic(periodic), check_sides(lengths)
        axes = rank_of(periodic, lengths)
        seminorm = check_bool("seminorm", seminorm)
        super().__init__(epsilon, reduction, name, dtype)
        self.periodic, self.lengths, self.seminorm = periodic, lengths, seminorm
        self._axes = axes

    def squares(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        y_true, y_pred = grid_pair(y_true, y_pred, self._axes)
        settings = (self.periodic, self.lengths, self._axes, self.seminorm)
        squares = mean_squares(y_pred - y_true, *settings)
        return squares, ops.maximum(mean_squares(y_true, *settings), self.epsilon**2)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "periodic": self.periodic,
            "lengths": self.lengths,
            "seminorm": self.seminorm,
        }
