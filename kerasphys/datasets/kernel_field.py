"""Gaussian processes with the kernels of the literature, as series that are known everywhere."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import ArrayLike

from kerasphys._validation import (
    check_array,
    check_choice,
    check_number,
    check_positive,
    check_positive_int,
    message,
)
from kerasphys.datasets.random_series import RandomSeries, wavenumbers, waves
from kerasphys.kernels._checks import check_dims
from kerasphys.solvers.boxes import check_lengths

KERNELS = ("rbf", "matern", "periodic")

_CORRELATION = 1e-8  # of the ends of the box across the rest of the ring
_LEFT_OUT = 1e-12  # of the variance, if so few waves hold the rest
_MOST_WAVES = {1: 2048, 2: 64, 3: 16}  # along an axis, by the dimension
_SMOOTHEST = 20.0


@dataclasses.dataclass(frozen=True)
class KernelField(RandomSeries):
    """The normal law with a covariance kernel on a box of one to three dimensions.

    The covariance of the values at two points with the distance `r` is `deviation²` times

    - `"rbf"`: `exp(-r² / 2l²)` with the `length_scale` `l`: very smooth samples;
    - `"matern"`: the Matérn kernel of the order `nu`. It is `exp(-r / l)` for 1/2 and
      `(1 + √3 r / l) exp(-√3 r / l)` for 3/2; samples have derivatives of orders below `nu`;
    - `"periodic"`: the product over the axes of `exp(-2 sin²(π r / L) / l²)`, with the side `L` of
      the box for the period.

    A sample is a Fourier series on a ring that is so much longer than the box that its ends have
    a correlation of 1e-8 across the rest of it. The weights of the waves are the values of the
    spectral density, so that no matrix is decomposed and no jitter added; the covariance is exact
    to 2e-8 of the variance, apart from the waves that the series leaves out (`left_out`). The
    series is finite: a sample is the same function on every grid, with exact derivatives and
    integrals (`at`).

    Args:
        kernel: `"rbf"`, `"matern"` or `"periodic"`.
        length_scale: Positive number `l`, a length; for the periodic kernel a ratio, where `l L /
            2π` is the length.
        nu: Positive number of at most 20, the order of the Matérn kernel.
        dims: 1, 2 or 3.
        deviation: Positive number, the standard deviation at each point.
        mean: Number.
        lengths: Positive number, the sides of the box, or one for each axis.
        modes: Positive integer, how many wavenumbers each axis of the ring has, beside the
            constant. By default as many as hold all of the variance but 1e-12, at most 2048, 64 or
            16 in one, two or three dimensions.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        field = kp.datasets.KernelField("rbf", length_scale=0.2)
        coefficients = field.coefficients(10, seed=0)
        u = field.values(coefficients, resolution=100)  # (10, 100), both ends included
        x = np.array([0.0, 0.3, 1.0])
        integral = field.at(coefficients, x, order=-1)
        assert not integral[:, 0].any()
        ```

    Reference:
        Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, chapter 4; the ring:
        Dietrich and Newsam, 1997, https://doi.org/10.1137/S1064827592240555
    """

    kernel: str = "rbf"
    length_scale: float = 0.2
    nu: float = 1.5
    dims: int = 1
    deviation: float = 1.0
    mean: float = 0.0
    lengths: float | Sequence[float] = 1.0
    modes: int | None = None

    def __post_init__(self):
        dims = check_dims("dims", self.dims)
        nu = check_positive("nu", self.nu)
        if nu > _SMOOTHEST:
            cure = "Such samples are as smooth as those of the kernel 'rbf'."
            raise ValueError(message("nu", f"at most {_SMOOTHEST:g}", nu, cure))
        checked = {
            "kernel": check_choice("kernel", self.kernel, KERNELS),
            "length_scale": check_positive("length_scale", self.length_scale),
            "nu": nu,
            "dims": dims,
            "deviation": check_positive("deviation", self.deviation),
            "mean": check_number("mean", self.mean),
            "lengths": check_lengths(self.lengths, dims),
            "modes": None if self.modes is None else check_positive_int("modes", self.modes),
        }
        for argument, value in checked.items():
            object.__setattr__(self, argument, value)

    def correlation(self, distance: ArrayLike) -> np.ndarray:
        """The correlation of the values at two points on a line along the first axis.

        Args:
            distance: Numbers, `(n,)`.
        """
        r = np.abs(check_array("distance", distance, (None,)))
        if self.kernel == "rbf":
            return np.exp(-((r / self.length_scale) ** 2) / 2)
        if self.kernel == "periodic":
            return np.exp(-2 * (np.sin(np.pi * r / self._sides[0]) / self.length_scale) ** 2)
        z = np.maximum(np.sqrt(2 * self.nu) * r / self.length_scale, 1e-12)
        scaled = 2 ** (1 - self.nu) / scipy.special.gamma(self.nu) * z**self.nu
        return np.where(z > 1e-12, scaled * scipy.special.kv(self.nu, z), 1.0)

    @functools.cached_property
    def amplitudes(self) -> np.ndarray:
        """The standard deviation of each coefficient, one axis for each of the ring."""
        lines = [
            wavenumbers("periodic", modes, ring)
            for modes, ring in zip(self._modes, self._rings, strict=True)
        ]
        return self.deviation * np.sqrt(self._density(lines))

    @property
    def left_out(self) -> float:
        """The part of the variance that is in waves beyond those of the series."""
        kept = np.sum(self.amplitudes**2) / (self.deviation**2 * np.prod(self._rings))
        return float(np.clip(1 - kept, 0.0, 1.0))

    def is_periodic(self, axis: int) -> bool:
        """Whether the upper end of an axis is the same place as the lower one."""
        return self.kernel == "periodic"

    def functions(self, axis: int, x: np.ndarray, order: int = 0) -> np.ndarray:
        """The waves of an axis of the ring at positions, `(points, functions)`.

        An order of 1 or 2 is that of a derivative, -1 is the integral from the lower end.
        """
        return waves("periodic", self._modes[axis], self._rings[axis], x, order)

    @functools.cached_property
    def _rings(self) -> tuple[float, ...]:
        """The lengths of the axes of the ring."""
        if self.kernel == "periodic":
            return self._sides
        near, far = 0.0, self.length_scale
        while self.correlation([far])[0] > _CORRELATION:
            near, far = far, 2 * far
        apart = scipy.optimize.brentq(lambda r: self.correlation([r])[0] - _CORRELATION, near, far)
        return tuple(side + apart for side in self._sides)

    @functools.cached_property
    def _modes(self) -> tuple[int, ...]:
        """The wavenumbers of each axis."""
        if self.modes is not None:
            return (self.modes,) * self.dims
        most = _MOST_WAVES[self.dims]
        found = []
        for ring in self._rings:
            line = 2 * np.pi / ring * np.arange(1, most + 1)
            constant, *variances = self._density_along(np.concatenate([[0.0], line]), ring) / ring
            missing = 1 - constant - 2 * np.cumsum(variances)
            found.append(min(most, 1 + int(np.sum(missing > _LEFT_OUT))))
        return tuple(found)

    def _density(self, lines: list[np.ndarray]) -> np.ndarray:
        """The variance of the coefficients of unit deviation on a grid of wavenumbers."""
        if self.kernel != "matern":
            factors = map(self._density_along, lines, self._rings)
            return functools.reduce(np.multiply.outer, factors)
        squares = functools.reduce(np.add.outer, [line**2 for line in lines])
        return _matern_density(squares, self.nu, self.length_scale, self.dims)

    def _density_along(self, k: np.ndarray, ring: float) -> np.ndarray:
        """The same of a field in one dimension, which the values on a line are."""
        scale = self.length_scale
        if self.kernel == "rbf":
            return scale * np.sqrt(2 * np.pi) * np.exp(-((k * scale) ** 2) / 2)
        if self.kernel == "matern":
            return _matern_density(k**2, self.nu, scale, 1)
        return ring * scipy.special.ive(np.round(k * ring / (2 * np.pi)), scale**-2)


def _matern_density(squares: np.ndarray, nu: float, scale: float, dims: int) -> np.ndarray:
    """The spectral density at wave vectors with these squared lengths."""
    power = nu + dims / 2
    gammas = scipy.special.gammaln(power) - scipy.special.gammaln(nu)
    shifted = 1 + squares * scale**2 / (2 * nu)
    return (scale * np.sqrt(2 * np.pi / nu)) ** dims * np.exp(gammas - power * np.log(shifted))
