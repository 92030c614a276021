"""Constants of stability: how much of a residual can become error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from kerasphys.geometry import Box, Geometry, Interval

# Of the Laplacian on a ball of the radius 1: its first eigenvalue, and the volume of the ball.
UNIT_BALL = {2: (5.783185962946784, np.pi), 3: (np.pi**2, 4 * np.pi / 3)}


def pieces(domain: Geometry) -> Iterator[Geometry]:
    """The factors of a domain, boxes taken apart into intervals."""
    for factor in domain.factors:
        if isinstance(factor, Box):
            yield from map(Interval, factor.lower, factor.upper, factor.names)
        else:
            yield factor


def first_eigenvalue(factors: Sequence[Geometry], diffusion: np.ndarray) -> float:
    """A lower bound for the first eigenvalue of `-Σ κ_i ∂_ii` with zero boundary values.

    It is the sum over the factors of a product. On an interval and a box the bound is the
    eigenvalue `π² Σ κ_i / l_i²`; on another domain it is the larger of that of the box around it,
    for a larger domain has a smaller eigenvalue, and that of the ball of the same volume, which has
    the smallest of all (Faber and Krahn).

    Args:
        factors: The factors of the domain.
        diffusion: `κ_i`, one for each coordinate.

    Reference:
        Henrot, 2006, Extremum problems for eigenvalues of elliptic operators,
        https://doi.org/10.1007/3-7643-7706-2
    """
    total, first = 0.0, 0
    for factor in factors:
        lower, upper = factor.bounds
        own = diffusion[first : first + factor.dim]
        first += factor.dim
        bound = float(np.sum(own * (np.pi / (upper - lower)) ** 2))
        if factor.dim in UNIT_BALL:
            eigenvalue, volume = UNIT_BALL[factor.dim]
            ball = eigenvalue * (volume / factor.measure) ** (2 / factor.dim)
            bound = max(bound, float(own.min()) * ball)
        total += bound
    return total


def barrier(diffusion: float, drift: float, width: float) -> float:
    """The largest value of `w` with `-κ w'' + b w' = 1` on an interval, zero at both ends.

    Green's function of `-a_ij u_ij + b·∇u + c u` with `c >= 0` and of its adjoint is not negative,
    and its integral is at most `w` along any coordinate (maximum principle). So this bounds the
    operator from `f` to `u` in the maximum norm, and with constant coefficients in L1, and by
    interpolation (Riesz and Thorin) in L2. It is at most `l / |b|` however small the diffusion,
    where Friedrichs' constant `l² / (π² κ)` grows.

    Args:
        diffusion: `κ`, positive.
        drift: `b`.
        width: The length `l` of the interval.
    """
    peclet = abs(drift) * width / diffusion
    if peclet < 1e-3:  # the limit, from above
        return width**2 / (8 * diffusion)
    rest = -np.expm1(-peclet)  # 1 - e^{-s}
    top = 1 + (np.log(rest) - np.log(peclet)) / peclet
    return float(width / abs(drift) * (top - 1 / peclet + np.exp(-peclet) / rest))
