"""Fields that diffuse and react with each other on a box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import (
    check_array,
    check_choice,
    check_nonnegative,
    check_positive,
    message,
)
from kerasphys.solvers.boxes import check_boundaries, check_grid_values, check_lengths, spacings
from kerasphys.solvers.exponential import check_times, etdrk4_states
from kerasphys.solvers.poisson import TRANSFORMS, wavenumbers


def solve_reactions(
    initial: ArrayLike,
    rate: Callable[..., Sequence[Any]],
    diffusivities: Sequence[float],
    lengths: float | Sequence[float],
    *,
    times: ArrayLike,
    step: float,
    boundary: str | Sequence[str] = "neumann",
) -> np.ndarray:
    """Solves `u_t = D Δu + R(u)` for several fields on a box of one to three dimensions.

    Cosines, or waves, in space; diffusion is exact in time, the reaction of fourth order (ETDRK4).
    The error falls faster than any power of the number of points where the solution is smooth; on
    Neumann axes this holds as its normal slope is zero.

    Args:
        initial: The fields at the time 0, `(fields, *grid)`, or `(samples, fields, *grid)` to
            solve for many at once. The grid includes both ends of an axis; of a periodic one it
            leaves out the upper end.
        rate: `R` as a function of the fields, one argument for each, that returns as many:
            `lambda u, v: (u - u**3 - v, u - v)`.
        diffusivities: Non-negative number `D` for each field.
        lengths: Positive number for each axis, the sides of the box; for one axis the number.
        times: Times at which the solution is wanted, not negative and rising, `(m,)`.
        step: Positive number, the largest time step. The time between two entries of `times` is
            divided into equal steps.
        boundary: `"neumann"` (no slope across) or `"periodic"`, or one of these for each axis.

    Returns:
        The fields, `(m, fields, *grid)` or `(m, samples, fields, *grid)`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range, or the rate returns another shape or something
            not finite.
        RuntimeError: If the solution does not stay finite: the step is too large.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.linspace(0, 1, 33)
        start = [0.5 + 0.1 * np.cos(np.pi * x)]
        u = kp.solvers.solve_reactions(
            start, lambda u: [u * (1 - u)], [0.01], 1.0, times=[20.0], step=0.1
        )
        np.testing.assert_allclose(u, 1.0, atol=1e-6)  # the logistic equation saturates
        ```

    Reference:
        Cox and Matthews, 2002, https://doi.org/10.1006/jcph.2002.6995
    """
    lengths = check_lengths(lengths)
    rank = len(lengths)
    boundary = check_boundaries(boundary, rank)
    for word in boundary:
        check_choice("boundary", word, ("neumann", "periodic"))
    diffusion = check_array("diffusivities", diffusivities, (None,))
    for value in diffusion:
        check_nonnegative("diffusivities", float(value))
    many = np.ndim(initial) == rank + 2
    start = check_array("initial", initial, (None,) * many + (len(diffusion), *(None,) * rank))
    check_grid_values("initial", start, 4, rank)
    times, step = check_times(times), check_positive("step", step)

    def to_modes(values: np.ndarray) -> np.ndarray:
        for axis, word in enumerate(boundary):
            values = TRANSFORMS[word][0](values, axis - rank)
        return values

    def to_values(modes: np.ndarray) -> np.ndarray:
        for axis, word in enumerate(boundary):
            modes = TRANSFORMS[word][1](modes, axis - rank)
        return modes.real

    def react(values: np.ndarray) -> np.ndarray:
        fields = np.moveaxis(values, -rank - 1, 0)
        return np.stack(rate(*fields), axis=-rank - 1)

    shape = start.shape[-rank:]
    laplacian = np.zeros(shape)
    for axis, (word, h) in enumerate(
        zip(boundary, spacings(shape, lengths, boundary), strict=True)
    ):
        along = wavenumbers(shape[axis], h, word) ** 2
        laplacian -= along.reshape(-1, *(1,) * (rank - axis - 1))
    _check_rate(rate, react, start)
    symbol = diffusion.reshape(-1, *(1,) * rank) * laplacian
    states = etdrk4_states(
        to_modes(start), lambda modes: to_modes(react(to_values(modes))), symbol, times, step
    )
    return np.stack([to_values(modes) for modes in states])


def _check_rate(rate: Any, react: Callable[[np.ndarray], np.ndarray], start: np.ndarray) -> None:
    """Refuses what is no function of the fields that returns as many."""
    if not callable(rate):
        raise TypeError(message("rate", "a function of the fields", rate))
    try:
        found = react(start)
    except (TypeError, ValueError) as error:
        expected = "a function of the fields, one argument for each, that returns as many"
        raise ValueError(message("rate", expected, rate, f"{error}.")) from error
    check_array("rate(*fields)", found, start.shape, "It returns one array for each field.")
