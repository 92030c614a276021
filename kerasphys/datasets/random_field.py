"""Gaussian random fields on boxes, as series that are known at every point."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import (
    check_array,
    check_int,
    check_nonnegative,
    check_number,
    check_positive,
    check_positive_int,
    message,
)
from kerasphys.solvers.boxes import check_boundaries, check_lengths


@dataclasses.dataclass(frozen=True)
class RandomField:
    """The normal law `N(mean, sigma² (-Δ + tau²)^-gamma)` on a box of one to three dimensions.

    A sample is `mean + Σ sigma (λ + tau²)^(-gamma / 2) ξ φ`, with independent `ξ ~ N(0, 1)` and the
    orthonormal eigenfunctions `φ` of `-Δ`, whose eigenvalues are `λ`: products of sines (Dirichlet
    axes: the field is zero there), cosines (Neumann: no slope) or both (periodic). The constant
    function is left out, so the mean over the box is `mean` wherever no axis is Dirichlet. The
    series is finite: a sample is the same function on every grid.

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
        dims = check_int("dims", self.dims, minimum=1)
        if dims > 3:
            raise ValueError(message("dims", "1, 2 or 3", dims))
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
            along = _wavenumbers(word, self.modes, length) ** 2
            total = total + along.reshape(-1, *(1,) * (self.dims - axis - 1))
        return total

    @property
    def deviation(self) -> float:
        """The root mean square over the box of the standard deviation of a sample."""
        return float(np.sqrt(np.sum(self._amplitudes**2) / math.prod(self._sides)))

    def deviation_at(self, resolution: int | Sequence[int]) -> np.ndarray:
        """The standard deviation of a sample at each point of a grid, `(*grid)`."""
        variances = self._amplitudes[None] ** 2
        for axis, basis in enumerate(self._bases(resolution)):
            variances = _contract(variances, basis**2, axis)
        return np.sqrt(variances[0])

    def coefficients(self, samples: int, seed: int = 0) -> np.ndarray:
        """What the orthonormal functions are multiplied by: `(samples, *eigenvalues.shape)`."""
        count, seed = check_positive_int("samples", samples), check_int("seed", seed, minimum=0)
        normal = np.random.default_rng(seed).standard_normal((count, *self.eigenvalues.shape))
        return self._amplitudes * normal

    def values(self, coefficients: ArrayLike, resolution: int | Sequence[int]) -> np.ndarray:
        """The series with these coefficients on a grid, without the mean.

        Args:
            coefficients: `(samples, *eigenvalues.shape)`. Divided by `eigenvalues` they are those
                of the solution of `-Δu = f`.
            resolution: Integer of at least 2, the number of points of each axis, or one for each.
                Both ends are included; a periodic axis leaves out the upper one.

        Returns:
            The values, `(samples, *grid)`.
        """
        values = check_array("coefficients", coefficients, (None, *self.eigenvalues.shape))
        for axis, basis in enumerate(self._bases(resolution)):
            values = _contract(values, basis, axis)
        return values

    def sample(self, samples: int, resolution: int | Sequence[int], seed: int = 0) -> np.ndarray:
        """Fields on a grid, `(samples, *grid)`, float64; the first do not depend on how many.

        Args:
            samples: Positive integer.
            resolution: Integer of at least 2, the number of points of each axis, or one for each.
                Both ends are included; a periodic axis leaves out the upper one.
            seed: Non-negative integer.
        """
        return self.mean + self.values(self.coefficients(samples, seed), resolution)

    @property
    def _sides(self) -> tuple[float, ...]:
        return check_lengths(self.lengths, self.dims)

    @functools.cached_property
    def _amplitudes(self) -> np.ndarray:
        shifted = self.eigenvalues + self.tau**2
        constant = self.eigenvalues == 0
        shifted[constant] = 1.0
        return np.where(constant, 0.0, self.sigma * shifted ** (-self.gamma / 2))

    def _bases(self, resolution: int | Sequence[int]) -> list[np.ndarray]:
        """The orthonormal functions of each axis at its points, `(points, functions)`."""
        sizes = resolution if isinstance(resolution, Sequence) else (resolution,) * self.dims
        if len(sizes) != self.dims:
            raise ValueError(message("resolution", f"one number or {self.dims}", resolution))
        return [
            _basis(word, self.modes, length, check_int("resolution", points, minimum=2))
            for word, length, points in zip(self.boundary, self._sides, sizes, strict=True)
        ]


def _wavenumbers(word: str, modes: int, length: float) -> np.ndarray:
    """`k` of each function of an axis: constant first, and cosines before sines."""
    rising = np.arange(1, modes + 1)
    if word == "dirichlet":
        return np.pi / length * rising
    if word == "neumann":
        return np.pi / length * np.concatenate([[0], rising])
    return 2 * np.pi / length * np.concatenate([[0], rising, rising])


def _basis(word: str, modes: int, length: float, points: int) -> np.ndarray:
    """The functions of an axis, orthonormal over its length, at evenly spaced points."""
    x = np.linspace(0, length, points, endpoint=word != "periodic")
    phases = x[:, None] * _wavenumbers(word, modes, length)
    if word == "dirichlet":
        values = np.sin(phases)
        values[[0, -1]] = 0.0  # to the last bit
    elif word == "neumann":
        values = np.cos(phases)
    else:
        values = np.concatenate([np.cos(phases[:, : modes + 1]), np.sin(phases[:, modes + 1 :])], 1)
    values *= np.sqrt(2 / length)
    if word != "dirichlet":
        values[:, 0] = np.sqrt(1 / length)
    return values


def _contract(values: np.ndarray, basis: np.ndarray, axis: int) -> np.ndarray:
    """Replaces functions by points along an axis; the first axis counts samples."""
    return np.moveaxis(np.moveaxis(values, axis + 1, -1) @ basis.T, -1, axis + 1)
