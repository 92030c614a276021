"""The rate at which errors fall, fitted to many sizes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, message


def fit_rate(sizes: ArrayLike, errors: ArrayLike) -> tuple[float, float]:
    """The exponent `p` of `errors ≈ C sizes^p` by least squares in logarithms.

    `kp.solvers.observed_order` gives the order between neighbouring sizes, for errors without
    scatter.

    Args:
        sizes: `(k,)`, positive, at least three, not all equal: numbers of neurons, parameters,
            points.
        errors: `(k,)`, positive.

    Returns:
        The slope `p`, negative where the errors fall, and its standard error.

    Raises:
        ValueError: If the shapes differ, there are fewer than three, or a value is out of range.

    Example:
        ```python
        import kerasphys as kp

        slope, error = kp.analysis.fit_rate([10, 20, 40], [0.16, 0.04, 0.01])
        assert abs(slope + 2) < 1e-12 and error < 1e-12
        ```
    """
    sizes = check_array("sizes", sizes, (None,))
    errors = check_array("errors", errors, sizes.shape)
    if len(sizes) < 3 or np.any(sizes <= 0) or np.ptp(sizes) == 0:
        expected = "at least three positive numbers, not all equal"
        raise ValueError(message("sizes", expected, sizes))
    if np.any(errors <= 0):
        raise ValueError(message("errors", "positive", errors))
    x, y = (np.log(array) - np.log(array).mean() for array in (sizes, errors))
    slope = x @ y / (x @ x)
    variance = np.sum((y - slope * x) ** 2) / (len(x) - 2)
    return float(slope), float(np.sqrt(variance / (x @ x)))
