"""A Chebyshev solver for diffusion with reactions and sources between two walls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_int, check_number, check_positive, message
from kerasphys.solvers.chebyshev import chebyshev_matrix, chebyshev_points
from kerasphys.solvers.exponential import check_times, etdrk4_states


def solve_reaction_diffusion(
    initial: Callable[[np.ndarray], Any] | ArrayLike,
    rate: Callable[[np.ndarray, np.ndarray, float], Any],
    x: ArrayLike,
    times: ArrayLike,
    *,
    diffusivity: float,
    step: float,
    lower: float = 0.0,
    upper: float = 1.0,
    degree: int = 64,
) -> np.ndarray:
    """Solves `u_t = κ u_xx + N(u, x, t)` with `u = 0` at both ends, by a spectral method.

    The values at the Gauss–Lobatto points are taken apart into the eigenvectors of the second
    derivative, each of which diffuses exactly; what is left is advanced by the exponential
    Runge–Kutta method of fourth order. A constant `N` is integrated exactly, so that sources which
    do not vanish at the walls, and the thin layers that these begin with, cost nothing.

    Args:
        initial: `u` at the time 0: a NumPy function of `x` that maps `(n,)` to `(n,)`, or the
            values at the `n = degree - 1` interior points `chebyshev_points(degree, lower,
            upper)[1:-1]`; `(samples, n)` solves for many at once.
        rate: `N` as a function of `u`, of the shape of the initial values, of the interior points
            `x`, `(n,)`, and of the time, a float: `lambda u, x, t: 0.01 * u**2 + np.sin(x)`.
        x: Where the solution is wanted, in the interval, `(p,)`.
        times: When it is wanted, not negative and rising, `(m,)`.
        diffusivity: Positive number `κ`.
        step: Positive number, the largest time step. The time between two entries of `times` is
            divided into equal steps.
        lower: Lower end of the interval.
        upper: Upper end of the interval.
        degree: Integer of at least 4, the degree of the polynomials in `x`.

    Returns:
        `u`, `(m, p)` or `(m, samples, p)`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range, or a function returns another shape or something
            not finite.
        RuntimeError: If the solution does not stay finite: the step is too large.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.linspace(0, 1, 11)
        u = kp.solvers.solve_reaction_diffusion(
            lambda x: np.sin(np.pi * x), lambda u, x, t: 0 * u, x, [0.5], diffusivity=0.1, step=0.1
        )
        np.testing.assert_allclose(u[0], np.sin(np.pi * x) * np.exp(-0.05 * np.pi**2), atol=1e-12)
        ```

    Reference:
        Trefethen, Spectral Methods in MATLAB, 2000, chapters 6 and 7; Cox and Matthews, 2002,
        https://doi.org/10.1006/jcph.2002.6995
    """
    if not callable(rate):
        raise TypeError(message("rate", "a function of u, x and t", rate))
    diffusivity, step = check_positive("diffusivity", diffusivity), check_positive("step", step)
    lower, upper = check_number("lower", lower), check_number("upper", upper)
    degree = check_int("degree", degree, minimum=4)
    x, times = check_array("x", x, (None,)), check_times(times)
    line = _Line(degree, lower, upper)
    if np.any((x < lower) | (x > upper)):
        raise ValueError(message("x", f"inside [{lower:g}, {upper:g}]", x))
    start = initial(line.x) if callable(initial) else initial
    samples = (None,) if np.ndim(start) == 2 else ()
    start = check_array("initial", start, (*samples, degree - 1))
    cure = "It receives u, x and t and returns one value for each of u."
    check_array("rate(u, x, t)", rate(start, line.x, 0.0), start.shape, cure)

    def modal_rate(modes: np.ndarray) -> np.ndarray:
        u, time = line.split(modes)
        return line.join(rate(u, line.x, time), 1.0)

    symbol = np.append(diffusivity * line.eigenvalues, 0.0)
    states = etdrk4_states(line.join(start, 0.0), modal_rate, symbol, times, step)
    at_x = line.interpolation(x)
    return np.stack([line.split(modes)[0] @ at_x for modes in states])


class _Line:
    """Interior points, and the eigenvectors of the second derivative between two walls.

    The time is one more mode, whose rate is 1, so that rates may depend on it.
    """

    def __init__(self, degree: int, lower: float, upper: float):
        self.degree, self.interval = degree, (lower, upper)
        nodes = chebyshev_points(degree, lower, upper)
        self.x = nodes[1:-1]
        self.coefficients = np.linalg.inv(self._polynomials(nodes))[:, 1:-1]
        curvature = self._polynomials(self.x, order=2) @ self.coefficients
        self.eigenvalues, vectors = (part.real for part in np.linalg.eig(curvature))
        self.to_values, self.to_modes = vectors.T, np.linalg.inv(vectors).T

    def split(self, modes: np.ndarray) -> tuple[np.ndarray, float]:
        """The values at the interior points, and the time."""
        return modes[..., :-1] @ self.to_values, float(modes.flat[-1])

    def join(self, values: np.ndarray, time: float) -> np.ndarray:
        """The modes of values at the interior points, and of the time."""
        modes = values @ self.to_modes
        return np.concatenate([modes, np.full((*modes.shape[:-1], 1), time)], axis=-1)

    def interpolation(self, x: np.ndarray) -> np.ndarray:
        """The matrix from the interior points to others, `(n, p)`."""
        matrix = (self._polynomials(x) @ self.coefficients).T
        matrix[:, np.isin(x, self.interval)] = 0.0  # to the last bit
        return matrix

    def _polynomials(self, x: np.ndarray, order: int = 0) -> np.ndarray:
        return chebyshev_matrix(x, self.degree, order, *self.interval)
