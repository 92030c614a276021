"""Fields, derivatives and residuals at any number of points, compiled for one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kerasphys.models import PINNModel

BLOCK = 2048


def values_at(model: PINNModel, points: np.ndarray, names: Sequence[str]) -> dict[str, np.ndarray]:
    """What `model.derivatives` gives, float64.

    The last block is filled up, as TensorFlow would compile anew for a block of another size.
    """
    n = len(points)
    rows = np.minimum(np.arange(-(-n // BLOCK) * BLOCK), n - 1)
    found = model.derivatives(points[rows], names, batch_size=BLOCK)
    return {name: values[:n].astype(np.float64) for name, values in found.items()}
