"""Numbers outside the range in which a model was made."""

from __future__ import annotations

import math

import numpy as np


def outside(column: np.ndarray, lower: float, upper: float, precision: float) -> np.ndarray:
    """Those of the numbers `(n,)` that lie outside of a range by more than their rounding."""
    slack = 8 * precision * max(abs(b) for b in (lower, upper, 0.0) if math.isfinite(b))
    return column[(column < lower - slack) | (column > upper + slack)]
