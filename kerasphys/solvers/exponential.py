"""The exponential Runge–Kutta method of fourth order of Cox and Matthews.

It advances `m' = z m + N(m)`, one number `z` for each mode, with the linear part exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, message

_NODES = 32  # on the contours: the trapezoidal rule is exact to rounding with half of them


def check_times(times: ArrayLike) -> np.ndarray:
    """One or more times, not negative and rising."""
    times = check_array("times", times, (None,))
    if not len(times) or times[0] < 0 or np.any(np.diff(times) <= 0):
        raise ValueError(message("times", "one or more rising numbers, not negative", times))
    return times


def etdrk4_states(
    modes: np.ndarray,
    rate: Callable[[np.ndarray], np.ndarray],
    symbol: np.ndarray,
    times: np.ndarray,
    step: float,
) -> Iterator[np.ndarray]:
    """The modes at each of the times, from those at the time 0.

    Args:
        modes: The modes at the start, of any shape.
        rate: `N`, from modes to modes.
        symbol: `z` of each mode; the last axes of `modes` have its shape.
        times: Times, not negative and rising.
        step: The largest step. The time between two of `times` is divided into equal ones.

    Raises:
        RuntimeError: If the modes do not stay finite.
    """
    now, last = 0.0, 0.0
    scheme: tuple[np.ndarray, ...] = ()
    for time in times:
        count = max(1, int(np.ceil((time - now) / step * (1 - 1e-12))))
        h = (time - now) / count
        if time == now:
            count = 0
        elif abs(h - last) > 1e-13 * h:
            last, scheme = h, etdrk4_scheme(h * symbol, h)
        with np.errstate(all="ignore"):
            for _ in range(count):
                modes = etdrk4_step(modes, rate, *scheme)
        now = time
        if not np.all(np.isfinite(modes)):
            cure = "Take a smaller `step`, or more `points`."
            raise RuntimeError(f"The solution is not finite at time {time:g}. {cure}")
        yield modes


def etdrk4_step(
    modes: np.ndarray, rate: Callable[[np.ndarray], np.ndarray], whole, half, q, f1, f2, f3
) -> np.ndarray:
    """One step of the modes, with `rate` for `N` and the coefficients of `etdrk4_scheme`."""
    at_start = rate(modes)
    halfway = half * modes
    first = halfway + q * at_start
    at_first = rate(first)
    at_second = rate(halfway + q * at_first)
    at_end = rate(half * first + q * (2 * at_second - at_start))
    return whole * modes + f1 * at_start + f2 * (at_first + at_second) + f3 * at_end


def etdrk4_scheme(z: np.ndarray, step: float) -> tuple[np.ndarray, ...]:
    """The coefficients of a step, from `z`, the step times the symbol of the linear part."""
    phi_1, phi_2, phi_3 = _phi(z)
    half = step / 2 * _phi(z / 2)[0]
    f1 = step * (phi_1 - 3 * phi_2 + 4 * phi_3)
    f2 = step * (2 * phi_2 - 4 * phi_3)
    f3 = step * (4 * phi_3 - phi_2)
    return np.exp(z), np.exp(z / 2), half, f1, f2, f3


def _phi(z: np.ndarray) -> tuple[np.ndarray, ...]:
    """`φ_1 = (exp(z) - 1) / z`, and `φ_(k+1) = (φ_k - 1 / k!) / z`, for `k` up to 3.

    Near zero these cancel. They are entire, so each is its mean over a circle around `z`; the
    circle is chosen to stay away from zero.
    """
    radius = np.where(np.abs(z) < 1, 2.0, 0.5)
    circle = np.exp(2j * np.pi / _NODES * np.arange(_NODES))
    nodes = z[..., None] + radius[..., None] * circle
    phi_1 = np.expm1(nodes) / nodes
    phi_2 = (phi_1 - 1) / nodes
    phi_3 = (phi_2 - 1 / 2) / nodes
    means = (np.mean(phi, axis=-1) for phi in (phi_1, phi_2, phi_3))
    return tuple(mean.real if np.isrealobj(z) else mean for mean in means)
