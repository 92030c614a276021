"""The relative error in the Sobolev norm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerasphys._grid_fields import check_periodic, check_sides, grid_pair, mean_squares, rank_of
from kerasphys._registry import serializable
from kerasphys._validation import check_bool
from kerasphys.metrics._relative_norm import RelativeNorm


@serializable
class RelativeH1(RelativeNorm):
    """The relative error in the Sobolev norm over everything seen since the last reset.

    Computes `sqrt(Σ ‖y - ŷ‖²) / sqrt(Σ ‖y‖²)` with `‖v‖² = ∫ v² + |∇v|²`, the norm of
    `kp.losses.RelativeH1`. Both sums run over all batches before the quotient is taken.

    Args:
        periodic: Whether the axes of the grid are periodic, which leaves out their upper ends:
            a boolean, or one for each axis.
        lengths: Positive number, the sides of the box, or one for each axis.
        seminorm: Whether to compare slopes only, `‖v‖² = ∫ |∇v|²`.
        name: The name in the logs.
        dtype: `"float32"`, `"float64"`, or `None` for `keras.config.floatx()`. The precision of
            the sums and of the result.

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

        x = np.linspace(0, 1, 201)
        error = kp.metrics.RelativeH1(seminorm=True, dtype="float64")
        y, found = (x**2)[None, :, None], (x**2 + 0.1 * x)[None, :, None]
        error.update_state(y, found)
        print(float(error.result()))  # 0.1 / (2 / sqrt(3)) = 0.0866
        ```
    """

    def __init__(
        self,
        periodic: bool | Sequence[bool] = False,
        lengths: float | Sequence[float] = 1.0,
        seminorm: bool = False,
        name: str = "relative_h1",
        dtype: Any = None,
    ):
        periodic, lengths = check_periodic(periodic), check_sides(lengths)
        axes = rank_of(periodic, lengths)
        seminorm = check_bool("seminorm", seminorm)
        super().__init__(name, dtype)
        self.periodic, self.lengths, self.seminorm = periodic, lengths, seminorm
        self._axes = axes

    def squares(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        y_true, y_pred = grid_pair(y_true, y_pred, self._axes, self.dtype)
        settings = (self.periodic, self.lengths, self._axes, self.seminorm)
        return mean_squares(y_pred - y_true, *settings), mean_squares(y_true, *settings)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "periodic": self.periodic,
            "lengths": self.lengths,
            "seminorm": self.seminorm,
        }
