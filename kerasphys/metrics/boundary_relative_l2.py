"""The relative error on the boundary of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras import ops

from kerasphys._grid_fields import (
    along,
    check_periodic,
    each,
    grid_axes,
    grid_pair,
    is_end,
    rank_of,
)
from kerasphys._registry import serializable
from kerasphys._validation import check_choice, message
from kerasphys.metrics._relative_norm import RelativeNorm


@serializable
class BoundaryRelativeL2(RelativeNorm):
    """The relative L2 error at the boundary nodes, over everything seen since the last reset.

    A node is on the boundary where its index along an axis is the first or the last; a periodic
    axis has no ends. The root mean square error over these nodes is divided by the root mean
    square of the reference over all nodes, so that it is finite where the reference is zero on the
    boundary, or over the boundary nodes only.

    Args:
        periodic: Whether the axes of the grid are periodic: a boolean, or one for each axis, of
            which one at least is not.
        relative_to: `"whole"` or `"boundary"`: the nodes over which the reference is measured.
        name: The name in the logs.
        dtype: `"float32"`, `"float64"`, or `None` for `keras.config.floatx()`. The precision of
            the sums and of the result.

    Input shape: `y_true` and `y_pred` of one shape `(n, *grid, channels)`. Where `periodic` has a
        value for each axis, other axes, such as steps in time, may stand before those of the grid.

    Raises:
        ValueError: If all axes are periodic, or `y_true` and `y_pred` differ in shape or have
            fewer axes than the grid.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        y, found = np.ones((1, 5, 5, 1)), np.ones((1, 5, 5, 1))
        found[0, 0, :, 0] = 1.2  # one of four sides: 5 of 16 nodes
        error = kp.metrics.BoundaryRelativeL2(dtype="float64")
        error.update_state(y, found)
        print(float(error.result()))  # 0.2 sqrt(5 / 16) = 0.1118
        ```
    """

    def __init__(
        self,
        periodic: bool | Sequence[bool] = False,
        relative_to: str = "whole",
        name: str = "boundary_relative_l2",
        dtype: Any = None,
    ):
        periodic = check_periodic(periodic)
        if periodic is True or (isinstance(periodic, tuple) and all(periodic)):
            cure = "A periodic grid has no boundary."
            raise ValueError(message("periodic", "False for at least one axis", periodic, cure))
        relative_to = check_choice("relative_to", relative_to, ("whole", "boundary"))
        super().__init__(name, dtype)
        self.periodic, self.relative_to = periodic, relative_to
        self._axes = rank_of(periodic)

    def squares(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        y_true, y_pred = grid_pair(y_true, y_pred, self._axes, self.dtype)
        mask = self._boundary(y_true)
        error = _mean(ops.square(y_pred - y_true), mask)
        everywhere = ops.ones_like(mask)
        return error, _mean(
            ops.square(y_true), mask if self.relative_to == "boundary" else everywhere
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "periodic": self.periodic,
            "relative_to": self.relative_to,
        }

    def _boundary(self, values: Any) -> Any:
        """One at the boundary nodes and zero elsewhere, with the axes of `values`."""
        rank, grid = len(values.shape), grid_axes(values, self._axes)
        inner = ops.ones_like(values)
        for axis, kind in zip(grid, each(self.periodic, grid), strict=True):
            if not kind:
                inner = inner * along(ops.cast(~is_end(values, axis), values.dtype), axis, rank)
        return 1 - inner


def _mean(squares: Any, mask: Any) -> Any:
    """The mean of each sample where the mask is one, `(n,)`."""
    axes = tuple(range(1, len(squares.shape)))
    return ops.sum(mask * squares, axis=axes) / ops.sum(mask, axis=axes)
