"""Kovasznay's steady flow behind a grid."""

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_positive


def kovasznay(x: ArrayLike, y: ArrayLike, reynolds: float) -> np.ndarray:
    """An exact solution of the steady Navier–Stokes equations: the wake of a row of bars.

    With `λ = Re / 2 - √(Re² / 4 + 4π²)`, `u = 1 - e^{λx} cos 2πy`, `v = λ e^{λx} sin 2πy / 2π` and
    `p = (1 - e^{2λx}) / 2`, for the viscosity `1 / Re`. Downstream the flow becomes uniform.

    Args:
        x: First coordinates, along the mean flow, `(n,)`.
        y: Second coordinates, `(n,)`; the period is one.
        reynolds: Positive number `Re`, by the mean velocity and the period.

    Returns:
        The values `(n, 3)`, float64: the columns `u`, `v` and `p`.

    Raises:
        ValueError: If the shapes differ or the Reynolds number is not positive.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        flow = kp.solvers.kovasznay([0.0, 0.0], [0.0, 0.5], reynolds=40.0)
        np.testing.assert_allclose(flow, [[0.0, 0.0, 0.0], [2.0, 0.0, 0.0]], atol=1e-15)
        ```

    Reference:
        Kovasznay, Proceedings of the Cambridge Philosophical Society 44, 1948,
        https://doi.org/10.1017/S0305004100023999
    """
    x = check_array("x", x, (None,))
    y = check_array("y", y, x.shape)
    reynolds = check_positive("reynolds", reynolds)
    growth = -8 * np.pi**2 / (reynolds + np.sqrt(reynolds**2 + 16 * np.pi**2))
    rise = np.exp(growth * x)
    u = 1 - rise * np.cos(2 * np.pi * y)
    v = growth / (2 * np.pi) * rise * np.sin(2 * np.pi * y)
    return np.stack([u, v, (1 - rise**2) / 2], axis=1)
