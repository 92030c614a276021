"""The decaying vortices of Taylor and Green in the plane."""

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_positive


def taylor_green(x: ArrayLike, y: ArrayLike, t: ArrayLike, viscosity: float) -> np.ndarray:
    """An exact solution of the incompressible Navier–Stokes equations: a pattern of vortices.

    `u = cos x sin y e^{-2νt}`, `v = -sin x cos y e^{-2νt}` and
    `p = -(cos 2x + cos 2y) e^{-4νt} / 4`, of period 2π in both directions. The pressure balances
    the convection exactly, so that the pattern keeps its shape while the viscosity `ν` consumes it.

    Args:
        x: First coordinates, `(n,)`.
        y: Second coordinates, `(n,)`.
        t: Times, `(n,)`.
        viscosity: Positive number `ν`.

    Returns:
        The values `(n, 3)`, float64: the columns `u`, `v` and `p`, whose mean over a period is
        zero.

    Raises:
        ValueError: If the shapes differ or the viscosity is not positive.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        flow = kp.solvers.taylor_green([0.0], [np.pi / 2], [0.0], viscosity=0.1)
        np.testing.assert_allclose(flow, [[1.0, 0.0, 0.0]], atol=1e-15)
        ```

    Reference:
        Taylor, Philosophical Magazine 46, 1923, https://doi.org/10.1080/14786442308634295
    """
    x = check_array("x", x, (None,))
    y = check_array("y", y, x.shape)
    t = check_array("t", t, x.shape)
    decay = np.exp(-2 * check_positive("viscosity", viscosity) * t)
    u = np.cos(x) * np.sin(y) * decay
    v = -np.sin(x) * np.cos(y) * decay
    p = -(np.cos(2 * x) + np.cos(2 * y)) / 4 * decay**2
    return np.stack([u, v, p], axis=1)
