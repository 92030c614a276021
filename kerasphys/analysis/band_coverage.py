"""How many samples lie within a band."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_bool, message


def band_coverage(
    y: ArrayLike, lower: ArrayLike, upper: ArrayLike, *, simultaneous: bool = True
) -> float:
    """The part of the samples that lie within a band.

    Args:
        y: `(n, ...)`, samples that had no part in the calibration.
        lower: The lower bounds, of the same shape.
        upper: The upper bounds, of the same shape.
        simultaneous: Whether all values of a sample must lie within; otherwise the part of the
            values is returned.

    Returns:
        A number between zero and one. For samples that may be exchanged with the `n` of the
        calibration it is a random number with a mean of at least the coverage asked for, and a
        standard deviation of about `sqrt(coverage (1 - coverage) / n)` for many samples.

    Raises:
        ValueError: If the arrays differ in shape.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        y = np.array([[0.0, 1.0], [0.0, 3.0]])
        assert kp.analysis.band_coverage(y, y * 0 - 1, y * 0 + 2) == 0.5
        assert kp.analysis.band_coverage(y, y * 0 - 1, y * 0 + 2, simultaneous=False) == 0.75
        ```
    """
    simultaneous = check_bool("simultaneous", simultaneous)
    y = check_array("y", y, (None,) * np.ndim(y))
    if not y.ndim or not y.size:
        raise ValueError(message("y", "an array (n, ...) that is not empty", y))
    lower, upper = (check_array(n, v, y.shape) for n, v in (("lower", lower), ("upper", upper)))
    inside = ((y >= lower) & (y <= upper)).reshape(len(y), -1)
    return float(np.mean(inside.all(axis=1) if simultaneous else inside))
