"""Poisson's equation on a box by fast transforms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from kerasphys._validation import check_choice, message
from kerasphys.solvers.boxes import (
    check_boundaries,
    check_grid_values,
    check_lengths,
    spacings,
)

METHODS = ("differences", "spectral")


def solve_poisson(
    source: ArrayLike,
    lengths: float | Sequence[float],
    boundary: str | Sequence[str] = "dirichlet",
    method: str = "differences",
) -> np.ndarray:
    """Solves `-Δu = f` on a box of one to three dimensions.

    Sines, cosines or both are the eigenvectors of the second difference, and of the second
    derivative, under each kind of boundary: a fast transform along each axis, a division by the
    eigenvalues and the transforms back give the solution to rounding, with `n log n` work.

    Args:
        source: `f` at the points of the grid, `(*grid)`, or of several grids at once,
            `(samples, *grid)`. The grid includes both ends of an axis; of a periodic one it leaves
            out the upper end. Values on a Dirichlet boundary have no effect.
        lengths: Positive number for each axis, the sides of the box; for one axis the number.
        boundary: `"dirichlet"` (`u = 0`), `"neumann"` (no slope across) or `"periodic"`, or one of
            these for each axis.
        method: `"differences"`, of second order (five points in two dimensions), or
            `"spectral"`, which is exact for sources that the grid resolves as a series of these
            sines and cosines.

    Returns:
        `u`, of the shape of `source`. Without a Dirichlet boundary it is determined up to a
        constant; the one with the mean zero is returned.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range; or if no axis has a Dirichlet boundary and the
            mean of a source is not zero, so that there is no solution.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x, y = np.meshgrid(np.linspace(0, 1, 17), np.linspace(0, 2, 17), indexing="ij")
        u = np.sin(np.pi * x) * np.sin(np.pi * y)
        found = kp.solvers.solve_poisson(2 * np.pi**2 * u, (1.0, 2.0), method="spectral")
        np.testing.assert_allclose(found, u, atol=1e-14)
        ```

    Reference:
        Swarztrauber, 1977, https://doi.org/10.1137/1019071
    """
    lengths = check_lengths(lengths)
    rank = len(lengths)
    boundary = check_boundaries(boundary, rank)
    check_choice("method", method, METHODS)
    source = check_grid_values("source", source, 3, rank)
    shape = source.shape[-rank:]

    inner = [slice(1, -1) if word == "dirichlet" else slice(None) for word in boundary]
    unknown: tuple[Any, ...] = (..., *inner)
    modes = source[unknown]
    total = np.zeros(modes.shape[-rank:])
    for axis, (points, h, word) in enumerate(
        zip(shape, spacings(shape, lengths, boundary), boundary, strict=True)
    ):
        modes = TRANSFORMS[word][0](modes, axis - rank)
        along = wavenumbers(points, h, word)
        if method == "differences":
            along = 2 / h * np.sin(along * h / 2)
        total += np.expand_dims(along**2, tuple(other for other in range(rank) if other != axis))
    if "dirichlet" not in boundary:
        modes = _without_mean(modes, source, rank)
        total[(0,) * rank] = 1.0
    modes = modes / total
    for axis, word in enumerate(boundary):
        modes = TRANSFORMS[word][1](modes, axis - rank)
    u = np.zeros(source.shape)
    u[unknown] = modes.real
    return u


def wavenumbers(points: int, h: float, word: str) -> np.ndarray:
    """`k` of the sines, cosines or waves whose second derivative is `-k²`, in their order."""
    if word == "periodic":
        return 2 * np.pi * scipy.fft.fftfreq(points, h)
    first, last = (1, points - 1) if word == "dirichlet" else (0, points)
    return np.pi / ((points - 1) * h) * np.arange(first, last)


def _without_mean(modes: np.ndarray, source: np.ndarray, rank: int) -> np.ndarray:
    """The modes with a mean of exactly zero, where it is zero to rounding."""
    constant: tuple[Any, ...] = (..., *(0,) * rank)
    mean = np.abs(modes[constant]) / modes[(0,) * (modes.ndim - rank)].size
    if np.any(mean > 1e-9 * np.abs(source).max(initial=0)):
        cure = "Without a Dirichlet boundary a solution exists for no other. Subtract its mean."
        raise ValueError(message("source", "of mean zero", source, cure))
    modes = modes.copy()
    modes[constant] = 0.0
    return modes


_Transform = Callable[[np.ndarray, int], np.ndarray]

# There and back along an axis. The modes are complex where an axis is periodic.
TRANSFORMS: dict[str, tuple[_Transform, _Transform]] = {
    "dirichlet": (
        lambda values, axis: scipy.fft.dst(values, 1, axis=axis),
        lambda modes, axis: scipy.fft.idst(modes, 1, axis=axis),
    ),
    "neumann": (
        lambda values, axis: scipy.fft.dct(values, 1, axis=axis),
        lambda modes, axis: scipy.fft.idct(modes, 1, axis=axis),
    ),
    "periodic": (
        lambda values, axis: scipy.fft.fft(values, axis=axis),
        lambda modes, axis: scipy.fft.ifft(modes, axis=axis),
    ),
}
