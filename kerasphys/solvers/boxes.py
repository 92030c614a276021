"""What solvers on boxes check alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasphys._validation import check_array, check_choice, check_positive, message

BOUNDARIES = ("dirichlet", "neumann", "periodic")


def check_lengths(lengths: Any, rank: int | None = None) -> tuple[float, ...]:
    """The sides of a box of one, two or three dimensions; with a rank, one number for all."""
    if not isinstance(lengths, Sequence | np.ndarray):
        lengths = (lengths,) * (rank or 1)
    if not 1 <= len(lengths) <= 3 or (rank is not None and len(lengths) != rank):
        expected = "one number for each of one to three axes"
        if rank is not None:
            expected = f"one number, or one for each of the {rank} axes"
        raise ValueError(message("lengths", expected, lengths))
    return tuple(check_positive("lengths", length) for length in lengths)


def check_boundaries(boundary: Any, rank: int) -> tuple[str, ...]:
    """The kind of boundary of each axis, given one for all or one for each."""
    if isinstance(boundary, str) or not isinstance(boundary, Sequence):
        boundary = (check_choice("boundary", boundary, BOUNDARIES),) * rank
    if len(boundary) != rank:
        raise ValueError(message("boundary", f"one word, or {rank}, one for each axis", boundary))
    return tuple(check_choice("boundary", word, BOUNDARIES) for word in boundary)


def check_grid_values(argument: str, values: Any, minimum: int, rank: int) -> np.ndarray:
    """Values `(*grid)`, or `(samples, *grid)` with any leading axes."""
    array = check_array(argument, values, (None,) * max(rank, np.ndim(values)))
    if min(array.shape[-rank:]) < minimum:
        cure = f"Its shape is {array.shape}."
        raise ValueError(message(argument, f"at least {minimum} points an axis", values, cure))
    return array


def spacings(shape: Sequence[int], lengths: Sequence[float], boundary: Sequence[str]) -> list:
    """The distance of neighbours along each axis: only periodic grids leave out the last point."""
    return [
        length / (points - (word != "periodic"))
        for points, length, word in zip(shape, lengths, boundary, strict=True)
    ]
