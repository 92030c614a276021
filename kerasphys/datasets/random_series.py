"""What random fields have in common that are series of waves with random coefficients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_int, check_positive_int, message
from kerasphys.solvers.boxes import check_lengths


class RandomSeries:
    """A mean plus a finite sum of products of waves, with independent normal coefficients.

    The sum is a function: it has a value at every point, and samples are the same functions on
    every grid. A subclass has the attributes `dims`, `mean` and `lengths` (the sides of the box),
    and says what the coefficients and the functions are.
    """

    dims: int
    mean: float
    lengths: float | Sequence[float]

    @property
    def amplitudes(self) -> np.ndarray:
        """The standard deviation of each coefficient, one axis for each of the box."""
        raise NotImplementedError

    def is_periodic(self, axis: int) -> bool:
        """Whether the upper end of an axis is the same place as the lower one."""
        raise NotImplementedError

    def nodes(self, axis: int, points: int) -> np.ndarray:
        """The evenly spaced positions on an axis, `(points,)`; a periodic one has no upper end."""
        return np.linspace(0, self._sides[axis], points, endpoint=not self.is_periodic(axis))

    def functions(self, axis: int, x: np.ndarray, order: int = 0) -> np.ndarray:
        """The functions of an axis, or their derivatives, at positions: `(points, functions)`."""
        raise NotImplementedError

    def deviation_at(self, resolution: int | Sequence[int]) -> np.ndarray:
        """The standard deviation of a sample at each point of a grid, `(*grid)`."""
        variances = self.amplitudes[None] ** 2
        for axis, basis in enumerate(self._bases(resolution)):
            variances = _contract(variances, basis**2, axis)
        return np.sqrt(variances[0])

    def coefficients(self, samples: int, seed: int = 0) -> np.ndarray:
        """What the functions are multiplied by: `(samples, *amplitudes.shape)`.

        Args:
            samples: Positive integer. The first samples do not depend on how many there are.
            seed: Non-negative integer.
        """
        count, seed = check_positive_int("samples", samples), check_int("seed", seed, minimum=0)
        normal = np.random.default_rng(seed).standard_normal((count, *self.amplitudes.shape))
        return self.amplitudes * normal

    def values(self, coefficients: ArrayLike, resolution: int | Sequence[int]) -> np.ndarray:
        """The series with these coefficients on a grid, without the mean.

        Args:
            coefficients: `(samples, *amplitudes.shape)`.
            resolution: Integer of at least 2, the number of points of each axis, or one for each.
                Both ends are included; a periodic axis leaves out the upper one.

        Returns:
            The values, `(samples, *grid)`.
        """
        values = check_array("coefficients", coefficients, (None, *self.amplitudes.shape))
        for axis, basis in enumerate(self._bases(resolution)):
            values = _contract(values, basis, axis)
        return values

    def at(self, coefficients: ArrayLike, x: ArrayLike, order: int = 0) -> np.ndarray:
        """The series of a field in one dimension at any positions, without the mean.

        Args:
            coefficients: `(samples, functions)`.
            x: Positions in the interval, `(p,)`; anywhere if the field is periodic.
            order: 0 for the values, 1 or 2 for the derivative, -1 for the integral from the lower
                end of the interval. All are exact.

        Returns:
            The values, `(samples, p)`.
        """
        if self.dims != 1:
            raise ValueError(message("x", "given for fields in one dimension only", x))
        order = check_int("order", order, minimum=-1)
        if order > 2:
            raise ValueError(message("order", "-1, 0, 1 or 2", order))
        coefficients = check_array("coefficients", coefficients, (None, *self.amplitudes.shape))
        x = check_array("x", x, (None,))
        last = self.nodes(0, 2)[-1]
        if not self.is_periodic(0) and np.any((x < 0) | (x > last)):
            raise ValueError(message("x", f"inside [0, {last:g}]", x))
        return coefficients @ self.functions(0, x, order).T

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

    def _bases(self, resolution: int | Sequence[int]) -> list[np.ndarray]:
        """The functions of each axis at its points, `(points, functions)`."""
        sizes = resolution if isinstance(resolution, Sequence) else (resolution,) * self.dims
        if len(sizes) != self.dims:
            raise ValueError(message("resolution", f"one number or {self.dims}", resolution))
        checked = [check_int("resolution", points, minimum=2) for points in sizes]
        return [
            self.functions(axis, self.nodes(axis, points)) for axis, points in enumerate(checked)
        ]


def wavenumbers(boundary: str, modes: int, length: float) -> np.ndarray:
    """`k` of each wave of an axis: constant first, and cosines before sines."""
    rising = np.arange(1, modes + 1)
    if boundary == "dirichlet":
        return np.pi / length * rising
    if boundary == "neumann":
        return np.pi / length * np.concatenate([[0], rising])
    return 2 * np.pi / length * np.concatenate([[0], rising, rising])


def waves(boundary: str, modes: int, length: float, x: np.ndarray, order: int = 0) -> np.ndarray:
    """The sines, cosines or both that are orthonormal over a length, `(points, waves)`.

    An order of 1 or 2 is that of a derivative, -1 is the integral from zero.
    """
    k = wavenumbers(boundary, modes, length)
    phases = x[:, None] * k
    cosines = {"dirichlet": 0, "neumann": modes + 1, "periodic": modes + 1}[boundary]
    cos, sin = phases[:, :cosines], phases[:, cosines:]
    if order % 2:
        values = np.concatenate([-order * np.sin(cos), order * np.cos(sin)], axis=1)
    else:
        values = (1 - order) * np.concatenate([np.cos(cos), np.sin(sin)], axis=1)
    if order == -1:
        values[:, cosines:] += 1.0
    moving = k > 0
    values[:, moving] *= np.sqrt(2 / length) * k[moving] ** order
    values[:, ~moving] = np.sqrt(1 / length) * {-1: x, 0: 1 + 0 * x}.get(order, 0 * x)[:, None]
    if boundary == "dirichlet" and order == 0:
        values[(x == 0) | (x == length)] = 0.0  # to the last bit
    return values


def _contract(values: np.ndarray, basis: np.ndarray, axis: int) -> np.ndarray:
    """Replaces functions by points along an axis; the first axis counts samples."""
    return np.moveaxis(np.moveaxis(values, axis + 1, -1) @ basis.T, -1, axis + 1)
