"""A Fourier pseudo-spectral solver for evolution equations on a periodic line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_int, check_number, check_positive, message
from kerasphys.solvers.exponential import check_times, etdrk4_states


def solve_periodic(
    initial: Callable[[np.ndarray], Any] | ArrayLike,
    linear: Callable[[np.ndarray], Any],
    nonlinear: Callable[[np.ndarray, Callable[..., np.ndarray]], Any] | None = None,
    *,
    lower: float,
    upper: float,
    times: ArrayLike,
    points: int,
    step: float | None = None,
    dealias: float = 2 / 3,
) -> tuple[np.ndarray, np.ndarray]:
    """Solves `u_t = L u + N(u)` with `u` periodic in `x`: Fourier in space, ETDRK4 in time.

    The linear part `L`, a polynomial in `∂/∂x` with constant real coefficients, is integrated
    exactly, so that it limits the step by no stability condition however stiff it is. The rest is
    advanced by the exponential Runge–Kutta method of fourth order of Cox and Matthews. The error
    falls faster than any power of the number of points where the solution is smooth.

    Args:
        initial: `u` at the time 0: a NumPy function of `x` that maps `(n,)` to `(n,)`, or the
            values at the points, `(points,)`; `(samples, points)` solves for many at once.
        linear: `L` as a function of the symbol `d` of `∂/∂x`, an array of imaginary numbers:
            `lambda d: -0.0025 * d**3` for `-0.0025 u_xxx`.
        nonlinear: `N` as a function of `u` at the points and of the operator `∂/∂x`:
            `lambda u, d: -d(u**2) / 2` for `-u u_x`; `d(u, 2)` is the second derivative. `u` has
            the shape of `initial`. `None` where there is none; then the solution is exact in time.
        lower: Lower end of the period.
        upper: Upper end of the period, the same place as `lower`.
        times: Times at which the solution is wanted, not negative and rising, `(m,)`.
        points: Number of points, at least 4.
        step: The largest time step. The time between two entries of `times` is divided into equal
            steps. It may be left out if `nonlinear` is `None`.
        dealias: Number in (0, 1], the part of the wavenumbers that `nonlinear` receives and
            returns. With 2/3 no product of two factors is polluted by aliasing, with 1/2 none of
            three; 1 keeps all.

    Returns:
        The points `x`, `(points,)`, `lower` included and `upper` not; and `u`, `(m, points)` or
        `(m, samples, points)`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range, a function returns another shape or something
            not finite, the linear part has complex coefficients, or a mode grows beyond all
            bounds (the equation is ill-posed).
        RuntimeError: If the solution does not stay finite: the step is too large.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        # the Korteweg-de Vries equation u_t + u u_x + 0.0025 u_xxx = 0
        x, u = kp.solvers.solve_periodic(
            lambda x: np.cos(np.pi * x),
            linear=lambda d: -0.0025 * d**3,
            nonlinear=lambda u, d: -d(u**2) / 2,
            lower=-1.0,
            upper=1.0,
            times=[0.0, 0.5, 1.0],
            points=256,
            step=1e-3,
        )
        np.testing.assert_allclose(np.mean(u**2, axis=1), 0.5)  # conserved
        ```

    Reference:
        Cox and Matthews, 2002, https://doi.org/10.1006/jcph.2002.6995; the coefficients by contour
        integrals: Kassam and Trefethen, 2005, https://doi.org/10.1137/S1064827502410633
    """
    lower, upper = check_number("lower", lower), check_number("upper", upper)
    if not lower < upper:
        raise ValueError(message("upper", f"above lower={lower}", upper))
    times = check_times(times)
    points = check_int("points", points, minimum=4)
    dealias = check_positive("dealias", dealias)
    if dealias > 1:
        raise ValueError(message("dealias", "a number in (0, 1]", dealias))
    if nonlinear is not None and not callable(nonlinear):
        raise TypeError(message("nonlinear", "a function of u and d, or None", nonlinear))
    x = lower + (upper - lower) / points * np.arange(points)
    if callable(initial):
        start = check_array("initial(x)", initial(x), (points,))
    else:
        samples = (None,) if np.ndim(initial) == 2 else ()
        start = check_array("initial", initial, (*samples, points))
    line = _PeriodicLine(points, upper - lower, dealias)
    symbol = _real_at_the_highest(_check_linear(linear, line.d, times[-1]), points)
    if nonlinear is None:
        growth = np.exp(symbol * times.reshape(-1, *(1,) * start.ndim))
        modes = scipy.fft.rfft(start) * growth
        return x, scipy.fft.irfft(modes, points)
    step = check_positive("step", step)
    line.rate(nonlinear, start, check=True)
    return x, _march(line, symbol, nonlinear, start, times, step)


class _PeriodicLine:
    """Points and wavenumbers, and what happens in between."""

    def __init__(self, points: int, period: float, dealias: float):
        self.points = points
        self.d = 2j * np.pi / period * np.arange(points // 2 + 1)
        # strictly below: a wavenumber at the limit would be an alias of its own square
        self.kept = np.arange(points // 2 + 1) < dealias * points / 2 - 1e-9
        if dealias == 1:
            self.kept[:] = True

    def derivative(self, values: np.ndarray, order: int = 1) -> np.ndarray:
        """The derivative of a periodic function, of any order."""
        order = check_int("order", order, minimum=0)
        symbol = _real_at_the_highest(self.d**order, self.points)
        return scipy.fft.irfft(symbol * scipy.fft.rfft(values), self.points)

    def rate(self, nonlinear: Callable, values: np.ndarray, check: bool = False) -> np.ndarray:
        """The modes of the nonlinear part, from values at the points."""
        rate = nonlinear(values, self.derivative)
        if check:
            cure = "It receives u and d and returns one value for each point."
            rate = check_array("nonlinear(u, d)", rate, values.shape, cure)
        return np.where(self.kept, scipy.fft.rfft(rate), 0)

    def values(self, modes: np.ndarray) -> np.ndarray:
        """Values at the points of the wavenumbers that the nonlinear part may use."""
        return scipy.fft.irfft(np.where(self.kept, modes, 0), self.points)


def _march(
    line: _PeriodicLine,
    symbol: np.ndarray,
    nonlinear: Callable,
    start: np.ndarray,
    times: np.ndarray,
    step: float,
) -> np.ndarray:
    """The solution at all times, `(times, points)` or `(times, samples, points)`."""

    def rate(modes: np.ndarray) -> np.ndarray:
        return line.rate(nonlinear, line.values(modes))

    states = etdrk4_states(scipy.fft.rfft(start), rate, symbol, times, step)
    u = np.empty((len(times), *start.shape))
    for frame, modes in enumerate(states):
        u[frame] = scipy.fft.irfft(modes, line.points)
    return u


def _real_at_the_highest(symbol: np.ndarray, points: int) -> np.ndarray:
    """Without its imaginary part at the highest wavenumber of an even number of points.

    There `exp(ikx)` and `exp(-ikx)` cannot be told apart, and odd derivatives vanish.
    """
    if points % 2 == 0:
        symbol[-1] = symbol[-1].real
    return symbol


def _check_linear(linear: Any, d: np.ndarray, end: float) -> np.ndarray:
    """The symbol of the linear part, one complex number for each wavenumber."""
    if not callable(linear):
        cure = "For u_xx write lambda d: d**2; for no linear part lambda d: 0 * d."
        raise TypeError(message("linear", "a function of the symbol d", linear, cure))
    symbol, mirrored = (np.asarray(linear(argument)) for argument in (d, -d))
    if symbol.shape != d.shape or symbol.dtype.kind not in "fiuc":
        cure = f"It returned shape {symbol.shape} for d of shape {d.shape}."
        expected = "a function that returns one number for each d"
        raise ValueError(message("linear", expected, linear, cure))
    symbol = symbol.astype(np.complex128)
    if not np.all(np.isfinite(symbol)):
        raise ValueError(message("linear", "finite at all wavenumbers", linear))
    if not np.allclose(mirrored, symbol.conj(), rtol=1e-12, atol=0):
        cure = "Write it with d alone, which is imaginary already: d**3, not 1j * k**3."
        raise ValueError(message("linear", "a function of d with real coefficients", linear, cure))
    if symbol.real.max() * end > 700:
        worst = int(symbol.real.argmax())
        raise ValueError(
            f"Argument `linear`: the mode of {worst} waves grows by exp({symbol[worst].real:.3g} "
            f"t), beyond all bounds until t={end:g}. Is a sign wrong? Diffusion is d**2, fourth-"
            "order damping -d**4."
        )
    return symbol
