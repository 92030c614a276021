"""The exact solution of Burgers' equation from a sine wave."""

import numpy as np
import scipy
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_int, check_positive, message

_BLOCK = 2048  # points integrated at a time, so that memory stays flat
_REACH = 20.0  # of the nodes: beyond 26 the weights underflow, and the integrand has tails of 6


def burgers_cole_hopf(x: ArrayLike, t: ArrayLike, viscosity: float, nodes: int = 400) -> np.ndarray:
    """Solves `u_t + u u_x = ν u_xx` on (-1, 1) with `u(x, 0) = -sin(πx)` and `u(±1, t) = 0`.

    The Cole–Hopf transform `u = -2ν φ_x / φ` makes `φ` a solution of the heat equation, so that
    `u(x, t)` is the mean of `-sin(πy)` over `y = x - 2 √(νt) z` with the weight
    `exp(-z² - cos(πy) / (2πν))`. Gauss–Hermite quadrature integrates over `z`; exponents are
    shifted by their largest, so that none overflows.

    Args:
        x: Positions in [-1, 1], `(n,)`.
        t: Times, not negative, `(n,)`.
        viscosity: Positive number `ν`, at least `min(t, 1 / t) / 1600`: for less, the weight lies
            beyond the quadrature nodes.
        nodes: Number of quadrature nodes; late times need more.

    Returns:
        The values, `(n,)`, float64.

    Raises:
        ValueError: If the shapes differ, a point is outside the domain, or the quadrature could not
            be accurate: the viscosity is too small or the nodes are too few.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        u = kp.solvers.burgers_cole_hopf([-0.5, 0.0, 0.5], [0.0, 0.5, 0.0], viscosity=0.01 / np.pi)
        np.testing.assert_allclose(u, [1.0, 0.0, -1.0], atol=1e-12)
        ```

    Reference:
        Basdevant et al., Computers and Fluids 14, 1986, https://doi.org/10.1016/0045-7930(86)90036-8
    """
    x = check_array("x", x, (None,))
    t = check_array("t", t, x.shape)
    viscosity = check_positive("viscosity", viscosity)
    nodes = check_int("nodes", nodes, minimum=2)
    if np.any(np.abs(x) > 1):
        raise ValueError(message("x", "inside [-1, 1]", x))
    if np.any(t < 0):
        raise ValueError(message("t", "not negative", t))
    if x.size == 0:
        return x
    _check_reach(t, viscosity)
    u = _quadrature(x, t, viscosity, nodes)
    # The error falls exponentially: where halving the nodes changes 1e-6, about 1e-12 is left.
    change = np.max(np.abs(u - _quadrature(x, t, viscosity, nodes // 2)))
    if change > 1e-6:
        cure = f"Half of them change the solution by {change:.1e}; take twice as many."
        raise ValueError(message("nodes", "large enough for these times", nodes, cure))
    return u


def _quadrature(x: np.ndarray, t: np.ndarray, viscosity: float, nodes: int) -> np.ndarray:
    z, weights = scipy.special.roots_hermite(nodes)
    z, log_weights = z[weights > 0], np.log(weights[weights > 0])
    u = np.empty_like(x)
    for start in range(0, len(x), _BLOCK):
        part = slice(start, start + _BLOCK)
        y = x[part, None] - 2 * np.sqrt(viscosity * t[part, None]) * z  # (points, nodes)
        exponent = log_weights - np.cos(np.pi * y) / (2 * np.pi * viscosity)
        density = np.exp(exponent - exponent.max(axis=1, keepdims=True))
        u[part] = -(density * np.sin(np.pi * y)).sum(axis=1) / density.sum(axis=1)
    return u


def _check_reach(t: np.ndarray, viscosity: float) -> None:
    """Refuses a viscosity so small that the integrand lies beyond the quadrature nodes.

    Its peak is where the characteristic through `(x, t)` starts, up to `min(t, 1)` away from `x`.
    """
    later = t[t > 0]
    peak = np.sqrt(np.minimum(later, 1 / np.maximum(later, 1)) / viscosity).max(initial=0.0) / 2
    if peak > _REACH:
        smallest = viscosity * (peak / _REACH) ** 2
        raise ValueError(message("viscosity", f"at least {smallest:.3g} at these times", viscosity))
