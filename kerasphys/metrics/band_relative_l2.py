"""The relative error within a band of wavenumbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from keras import ops

from kerasphys._grid_fields import (
    along,
    check_periodic,
    each,
    grid_axes,
    grid_pair,
    harmonics,
    rank_of,
)
from kerasphys._registry import serializable
from kerasphys._validation import check_choice, check_nonnegative, message
from kerasphys.metrics._relative_norm import RelativeNorm

BANDS = {"low": (0.0, 5.0), "mid": (5.0, 13.0), "high": (13.0, math.inf)}


@serializable
class BandRelativeL2(RelativeNorm):
    """The relative L2 error of the waves within a band, over everything seen since the last reset.

    The error is split into waves: sines and cosines along periodic axes, cosines along others. A
    wave belongs to the band where `lower <= |k| < upper`, with `k` in waves for the length of each
    axis. Relative to the whole field, the squares of the errors of bands that together hold all
    waves add up to that of `kp.metrics.RelativeL2` (Parseval).

    Args:
        band: `"low"` (`|k| < 5`), `"mid"` (`5 <= |k| < 13`), `"high"`, or `(lower, upper)`, where
            `None` stands for no upper end.
        periodic: Whether the axes of the grid are periodic: a boolean, or one for each axis.
        relative_to: `"whole"`, the norm of the reference, or `"band"`, that of its waves in the
            band.
        name: The name in the logs; by default `low_relative_l2`, `mid_relative_l2`, ..., or
            `band_relative_l2`.
        dtype: `"float32"`, `"float64"`, or `None` for `keras.config.floatx()`. The precision of
            the sums and of the result.

    Input shape: `y_true` and `y_pred` of one shape `(n, *grid, channels)`. Where `periodic` has a
        value for each axis, other axes, such as steps in time, may stand before those of the grid.

    Raises:
        ValueError: If the band is empty, or `y_true` and `y_pred` differ in shape or have fewer
            axes than the grid.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.arange(64) / 64
        y = np.sin(2 * np.pi * x)[None, :, None]
        found = y + 0.1 * np.sin(2 * np.pi * 20 * x)[None, :, None]
        for band in ("low", "mid", "high"):
            error = kp.metrics.BandRelativeL2(band, periodic=True, dtype="float64")
            error.update_state(y, found)
            print(error.name, round(float(error.result()), 6))  # 0.0, 0.0, 0.1
        ```

    Reference:
        Takamoto et al. (PDEBench), 2022, https://arxiv.org/abs/2210.07182: fRMSE, these bands.
    """

    def __init__(
        self,
        band: str | Sequence[float | None] = "low",
        periodic: bool | Sequence[bool] = False,
        relative_to: str = "whole",
        name: str | None = None,
        dtype: Any = None,
    ):
        ends = _check_band(band)
        periodic = check_periodic(periodic)
        relative_to = check_choice("relative_to", relative_to, ("whole", "band"))
        title = band if isinstance(band, str) else "band"
        super().__init__(f"{title}_relative_l2" if name is None else name, dtype)
        self.band = band if isinstance(band, str) else tuple(band)
        self.periodic, self.relative_to = periodic, relative_to
        self._ends, self._axes = ends, rank_of(periodic)

    def squares(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        y_true, y_pred = grid_pair(y_true, y_pred, self._axes, self.dtype)
        error = self._in_band(y_pred - y_true)
        if self.relative_to == "band":
            return error, self._in_band(y_true)
        return error, ops.sum(ops.square(y_true), axis=tuple(range(1, len(y_true.shape))))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "band": self.band,
            "periodic": self.periodic,
            "relative_to": self.relative_to,
        }

    def _in_band(self, values: Any) -> Any:
        """The sum of the squares of the waves in the band, `(n,)`."""
        rank, grid = len(values.shape), grid_axes(values, self._axes)
        waves, total = values, 0.0
        for axis, kind in zip(grid, each(self.periodic, grid), strict=True):
            waves, numbers = harmonics(waves, axis, kind)
            total = total + along(ops.square(numbers), axis, rank)
        lower, upper = self._ends
        inside = ops.logical_and(total >= lower**2, total < upper**2)
        squares = ops.square(waves[0]) + ops.square(waves[1])
        kept = ops.where(inside, squares, ops.zeros_like(squares))
        return ops.sum(kept, axis=tuple(range(1, rank)))


def _check_band(band: Any) -> tuple[float, float]:
    """The ends of a band."""
    expected = f"{', '.join(map(repr, BANDS))} or a pair (lower, upper) with lower < upper"
    if isinstance(band, str):
        if band not in BANDS:
            raise ValueError(message("band", expected, band))
        return BANDS[band]
    if not isinstance(band, list | tuple):
        raise TypeError(message("band", expected, band))
    if len(band) != 2:
        raise ValueError(message("band", expected, band))
    lower = check_nonnegative("band", band[0])
    upper = math.inf if band[1] is None else check_nonnegative("band", band[1])
    if lower >= upper:
        raise ValueError(message("band", expected, band))
    return lower, upper
