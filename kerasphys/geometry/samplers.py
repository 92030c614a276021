"""Points in the unit cube."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import scipy

from kerasphys._validation import (
    check_array,
    check_choice,
    check_int,
    check_positive_int,
    message,
)

TENSOR_RULES = ("grid", "chebyshev")
SAMPLERS = ("sobol", "latin_hypercube", "uniform", *TENSOR_RULES)


def unit_samples(
    n: int,
    dim: int,
    sampler: str = "sobol",
    seed: int = 0,
    periodic_axes: Sequence[int] = (),
) -> np.ndarray:
    """Points in the unit cube `[0, 1]^dim`.

    | sampler | points |
    |---|---|
    | `"uniform"` | independent, uniformly distributed |
    | `"sobol"` | the beginning of a scrambled Sobol sequence |
    | `"latin_hypercube"` | one point in each of `n` equal slices of every axis |
    | `"grid"` | a tensor grid with equal steps, ends included |
    | `"chebyshev"` | a tensor grid of Chebyshev-Gauss-Lobatto points, ends included |

    The tensor rules take the same number `m` of points on every axis, the first axis slowest, and
    leave the seed unused: `n` must be `m**dim`. A single point lies in the middle.

    Args:
        n: Positive integer, the number of points.
        dim: Non-negative integer.
        sampler: One of the names above.
        seed: Non-negative integer.
        periodic_axes: Axes whose ends 0 and 1 are the same place. The tensor rules take equal steps
            without the second end there.

    Returns:
        Array `(n, dim)`, float64.

    Raises:
        ValueError: If a tensor rule cannot give exactly `n` points; the message names those
            numbers nearest to `n` that it can.

    Reference:
        Sobol, 1967; scrambling by Matousek, 1998; both as in `scipy.stats.qmc`.

    Example:
        ```python
        import kerasphys as kp

        points = kp.geometry.unit_samples(1000, 2, "sobol", seed=0)
        assert points.shape == (1000, 2)
        ```
    """
    n = check_positive_int("n", n)
    dim = check_int("dim", dim, minimum=0)
    sampler = check_choice("sampler", sampler, SAMPLERS)
    seed = check_int("seed", seed, minimum=0)
    periodic_axes = _check_axes(periodic_axes, dim)
    if dim == 0:
        return np.zeros((n, 0))
    if sampler in TENSOR_RULES:
        count = points_per_axis(n, dim, sampler)
        axes = [_axis(count, sampler, axis in periodic_axes) for axis in range(dim)]
        return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(n, dim)
    rng = np.random.default_rng(seed)
    if sampler == "uniform":
        return rng.random((n, dim))
    if sampler == "latin_hypercube":
        return scipy.stats.qmc.LatinHypercube(dim, seed=rng).random(n)
    sobol = scipy.stats.qmc.Sobol(dim, scramble=True, seed=rng)
    return sobol.random_base2(math.ceil(math.log2(n)))[:n]


def points_per_axis(n: int, dim: int, sampler: str, pieces: int = 1) -> int:
    """The `m` for which `pieces` tensor grids of `m**dim` points have `n` points in all."""
    m = round((n / pieces) ** (1.0 / dim))
    if pieces * m**dim == n:
        return m
    m -= pieces * m**dim > n
    near = " and ".join(str(pieces * k**dim) for k in (m, m + 1) if k > 0)
    grid = f"m**{dim} for an integer m" if pieces == 1 else f"{pieces} * m**{dim}"
    whole = "" if pieces == 1 else f", a grid on each of {pieces} faces"
    raise ValueError(
        message(
            "n",
            f"{grid} with the sampler {sampler!r} in {dim} dimensions{whole}",
            n,
            f'Nearest: {near}. The samplers "sobol", "latin_hypercube" and "uniform" take any n.',
        )
    )


def check_unit(unit: np.ndarray, dim: int) -> np.ndarray:
    """Points of the unit cube, `(n, dim)`."""
    unit = check_array("unit", unit, (None, dim))
    if np.any((unit < 0.0) | (unit > 1.0)):
        raise ValueError(message("unit", "points of the unit cube", unit))
    return unit


def _axis(count: int, sampler: str, periodic: bool) -> np.ndarray:
    if periodic:
        return np.arange(count) / count
    if count == 1:
        return np.array([0.5])
    steps = np.linspace(0.0, 1.0, count)
    return steps if sampler == "grid" else np.sin(np.pi / 2.0 * steps) ** 2


def _check_axes(axes: Sequence[int], dim: int) -> tuple[int, ...]:
    if not isinstance(axes, Sequence) or isinstance(axes, str):
        raise TypeError(message("periodic_axes", "a sequence of integers", axes))
    checked = tuple(check_int("periodic_axes", axis, minimum=0) for axis in axes)
    if any(axis >= dim for axis in checked):
        raise ValueError(message("periodic_axes", f"integers less than dim={dim}", axes))
    return checked
