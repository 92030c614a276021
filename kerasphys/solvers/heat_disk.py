"""A decaying mode of the heat equation on a disk."""

import numpy as np
import scipy
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_positive, message


def heat_disk(
    x: ArrayLike, y: ArrayLike, t: ArrayLike, diffusivity: float = 1.0, radius: float = 1.0
) -> np.ndarray:
    """The slowest mode of `u_t = κ Δu` on a disk about the origin whose edge is kept at zero.

    `u = J_0(j r / R) exp(-κ (j / R)² t)` with `r² = x² + y²` and `j = 2.404826…` the first zero
    of the Bessel function `J_0`.

    Args:
        x: First coordinates, `(n,)`.
        y: Second coordinates, `(n,)`.
        t: Times, not negative, `(n,)`.
        diffusivity: Positive number `κ`, length squared per time.
        radius: Positive number `R`.

    Returns:
        The values, `(n,)`, float64: 1 at the centre at `t = 0`.

    Raises:
        ValueError: If the shapes differ, a time is negative, or a number is not positive.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        u = kp.solvers.heat_disk([0.0, 0.6], [0.0, 0.8], [0.0, 0.0])
        np.testing.assert_allclose(u, [1.0, 0.0], atol=1e-15)
        ```

    Reference:
        Carslaw and Jaeger, Conduction of Heat in Solids, 1959, section 7.6.
    """
    x = check_array("x", x, (None,))
    y = check_array("y", y, x.shape)
    t = check_array("t", t, x.shape)
    if np.any(t < 0):
        raise ValueError(message("t", "not negative", t))
    wavenumber = scipy.special.jn_zeros(0, 1)[0] / check_positive("radius", radius)
    decay = check_positive("diffusivity", diffusivity) * wavenumber**2
    return scipy.special.j0(wavenumber * np.hypot(x, y)) * np.exp(-decay * t)
