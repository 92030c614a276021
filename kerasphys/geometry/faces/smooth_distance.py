"""Functions that vanish on one face and nowhere else in a domain, smooth, with slope 1 across it.

They are written with NumPy's elementary functions, so that tensors which take these go through too.

Reference:
    Rvachev and Sheiko, 1995, https://doi.org/10.1115/1.3005099; Sukumar and Srivastava, 2022,
    https://doi.org/10.1016/j.cma.2021.114333
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

TINY = 1e-24  # keeps roots and quotients away from 0 / 0, where faces meet
ROUND = 0.3  # of the scale: how far from a corner a joint of faces is rounded off
THIN = 1e-5  # how far beyond a face a distance keeps its slope, as negative values

Implicit = tuple[Any, tuple[Any, ...]]


def trimmed(distance: Any, kept: Sequence[Any]) -> Any:
    """The distance from the part of a face on which further functions are not negative.

    With `f` the distance and `t` the joint of those, `sqrt(f² + ((sqrt(t² + f⁴) - t) / 2)²)`: `|f|`
    where `t` is positive, up to seventh order, and positive where it is negative. Second
    derivatives are unbounded at the rim, where both are zero.

    Args:
        distance: Array or tensor: zero on the face, with slope 1 across it, positive inside.
        kept: The same: each positive on its side of a part of the rim, with slope 1 across it.
    """
    if not kept:
        return distance
    level = functools.reduce(both, kept)
    cube = distance * distance * distance
    root = np.sqrt(level * level + cube * distance + TINY)
    # There (root - t) / 2 = f⁴ / (2 (root + t)), divided by f: nothing cancels, and f is signed.
    slant = cube / (2.0 * (root + np.absolute(level)))
    near = np.where(distance > -THIN, distance, -distance) * np.sqrt(1.0 + slant * slant)
    excess = (root - level) / 2.0
    beyond = np.sqrt(distance * distance + excess * excess + TINY)
    return np.where(level > 0.0, near, beyond)


def joined(first: Any, second: Any) -> Any:
    """The distance from two faces: `1 / d² = 1 / a² + 1 / b²`, with slope 1 across both.

    It is the same however more of them are bracketed. Second derivatives are unbounded where the
    faces meet.
    """
    return first * second / np.sqrt(first * first + second * second + TINY)


def rounded(first: Any, second: Any) -> Any:
    """The same, smooth where the faces meet: `1 / d² = 1 / a² + 1 / b² + (κ / ab)²`, `κ = ROUND`.

    It is the same however more of them are bracketed. Across a face the slope is about 1 far from
    the others; where two meet, `d` is `ab / κ`.
    """
    return first * second / np.sqrt(first * first + second * second + ROUND * ROUND)


def both(first: Any, second: Any) -> Any:
    """Positive where both are, zero where the smaller one is, with its slope there."""
    return first + second - np.sqrt(first * first + second * second + TINY)


def within(lower: np.ndarray, upper: np.ndarray, columns: Sequence[Any]) -> tuple[Any, ...]:
    """For each coordinate a function that is positive between two values, with slope 1 at both.

    Args:
        lower: The lowest corner of a box, `(d,)`.
        upper: The highest corner, `(d,)`.
        columns: For each coordinate an array or tensor.
    """
    return tuple(
        (x - low) * (high - x) / (high - low)
        for low, high, x in zip(lower.tolist(), upper.tolist(), columns, strict=True)
    )
