"""A decaying flow in space whose vorticity is parallel to its velocity."""

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_number, check_positive


def beltrami(
    x: ArrayLike,
    y: ArrayLike,
    z: ArrayLike,
    t: ArrayLike,
    viscosity: float,
    a: float = np.pi / 4,
    d: float = np.pi / 2,
) -> np.ndarray:
    """Ethier's and Steinman's exact solution of the Navier–Stokes equations in space and time.

    `u = -a (e^{ax} sin(ay + dz) + e^{az} cos(ax + dy)) e^{-νd²t}`; `v` and `w` follow by passing
    from `x, y, z` to `y, z, x` and to `z, x, y`. Every term of the equations takes part. The
    pressure is `-|q|² / 2` for the velocity `q = (u, v, w)`, as for any Beltrami flow.

    Args:
        x: First coordinates, `(n,)`.
        y: Second coordinates, `(n,)`.
        z: Third coordinates, `(n,)`.
        t: Times, `(n,)`.
        viscosity: Positive number `ν`.
        a: Number, the growth of the flow in space, per length.
        d: Number, its wavenumber, radians per length.

    Returns:
        The values `(n, 4)`, float64: the columns `u`, `v`, `w` and `p`.

    Raises:
        ValueError: If the shapes differ or a number is not what is described.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        flow = kp.solvers.beltrami([0.0], [0.0], [0.0], [0.0], viscosity=1.0, a=1.0, d=1.0)
        np.testing.assert_allclose(flow, [[-1.0, -1.0, -1.0, -1.5]])
        ```

    Reference:
        Ethier and Steinman, International Journal for Numerical Methods in Fluids 19, 1994,
        https://doi.org/10.1002/fld.1650190502
    """
    x = check_array("x", x, (None,))
    y = check_array("y", y, x.shape)
    z = check_array("z", z, x.shape)
    t = check_array("t", t, x.shape)
    a, d = check_number("a", a), check_number("d", d)
    decay = -a * np.exp(-check_positive("viscosity", viscosity) * d**2 * t)
    q = [
        decay * (np.exp(a * i) * np.sin(a * j + d * k) + np.exp(a * k) * np.cos(a * i + d * j))
        for i, j, k in ((x, y, z), (y, z, x), (z, x, y))
    ]
    return np.stack([*q, -(q[0] ** 2 + q[1] ** 2 + q[2] ** 2) / 2], axis=1)
