"""Gaussian random fields on boxes, as series that are known at every point."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Sequence

import numpy as np

from kerasphys._validation import (
    check_nonnegative,
    check_number,
    check_positive,
    check_positive_int,
)
from kerasphys.datasets.random_series import RandomSeries, wavenumbers, waves
from kerasphys.kernels._checks import check_dims
from kerasphys.solvers.boxes import check_boundaries, check_lengths


@dataclasses.dataclass(frozen=True)
class RandomField(RandomSeries):
    """The normal law `N(mean, sigma² (-Δ + tau²)^-gamma)` on a box of one to three dimensions.

    A sample is `mean + Σ sigma (λ + tau²)^(-gamma / 2) ξ φ`, with independent `ξ ~ N(0, 1)` and the
    orthonormal eigenfunctions `φ` of `-Δ`, whose eigenvalues are `λ`: products of sines (Dirichlet
    axes: the field is zero there), cosines (Neumann: no slope) or both (periodic). The constant
    function is left out, so the mean over the box is `mean` wherever no axis is Dirichlet. The
    series is finite: a sample is the same function on every grid. `coefficients` divided by
    `eigenvalues` are those of the solution of `-Δu = f`.

    Args:
        boundary: `"periodic"`, `"neumann"` or `"dirichlet"`, or one of these for each axis.
        dims: 1, 2 or 3.
        sigma: Positive number, the amplitude.
        tau: Non-negative number, an inverse length: scales above `1 / tau` are damped alike.
        gamma: Positive number: the larger, the smoother; samples are continuous for
            `gamma > dims / 2`.
        mean: Number.
        lengths: Positive number, the sides of the box, or one for each axis.
        modes: Positive integer, how many wavenumbers each axis has, beside the constant.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.

    Example:
        ```python
        import kerasphys as kp

        field = kp.datasets.RandomField("periodic", dims=1, sigma=25, tau=5, gamma=2)
        assert abs(field.deviation - 0.594) < 1e-3
        u = field.sample(10, resolution=64, seed=0)
        finer = field.sample(10, resolution=128, seed=0)
        assert abs(finer[:, ::2] - u).max() < 1e-12
        ```

    Reference:
        Lord, Powell and Shardlow, An Introduction to Computational Stochastic PDEs, 2014, ch. 7.
    """

    boundary: str | Sequence[str] = "periodic"
    dims: int = 2
    sigma: float = 1.0
    tau: float = 3.0
    gamma: float = 2.0
    mean: float = 0.0
    lengths: float | Sequence[float] = 1.0
    modes: int = 32

    def __post_init__(self):
        dims = check_dims("dims", self.dims)
        checked = {
            "dims": dims,
            "boundary": check_boundaries(self.boundary, dims),
            "sigma": check_positive("sigma", self.sigma),
            "tau": check_nonnegative("tau", self.tau),
            "gamma": check_positive("gamma", self.gamma),
            "mean": check_number("mean", self.mean),
            "lengths": check_lengths(self.lengths, dims),
            "modes": check_positive_int("modes", self.modes),
        }
        for argument, value in checked.items():
            object.__setattr__(self, argument, value)

    @functools.cached_property
    def eigenvalues(self) -> np.ndarray:
        """`λ` of each function of the series, one axis for each of the box."""
        total = np.zeros((1,) * self.dims)
        for axis, (word, length) in enumerate(zip(self.boundary, self._sides, strict=True)):
            along = wavenumbers(word, self.modes, length) ** 2
            total = total + along.reshape(-1, *(1,) * (self.dims - axis - 1))
        return total

    @property
    def deviation(self) -> float:
        """The root mean square over the box of the standard deviation of a sample."""
        return float(np.sqrt(np.sum(self.amplitudes**2) / math.prod(self._sides)))

    @functools.cached_property
    def amplitudes(self) -> np.ndarray:
        """The standard deviation of each coefficient, one axis for each of the box."""
        shifted = self.eigenvalues + self.tau**2
        constant = self.eigenvalues == 0
        shifted[constant] = 1.0
        return np.where(constant, 0.0, self.sigma * shifted ** (-self.gamma / 2))

    def is_periodic(self, axis: int) -> bool:
        """Whether the upper end of an axis is the same place as the lower one."""
        return self.boundary[axis] == "periodic"

    def functions(self, axis: int, x: np.ndarray, order: int = 0) -> np.ndarray:
        """The orthonormal functions of an axis at positions, `(points, functions)`.

        An order of 1 or 2 is that of a derivative, -1 is the integral from the lower end.
        """
        return waves(self.boundary[axis], self.modes, self._sides[axis], x, order)
