"""Small pieces of arithmetic that the geometries share."""

from __future__ import annotations

import numpy as np

from kerasphys._validation import check_nonnegative

TOLERANCE = 1e-9


def between(lower: np.ndarray, upper: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Maps the unit cube to a box; 0 and 1 give the ends exactly, nothing leaves the box."""
    return np.clip(lower * (1.0 - unit) + upper * unit, lower, upper)


def slack(lower: np.ndarray, upper: np.ndarray, tolerance: float) -> np.ndarray:
    """How far beyond a box a point may lie: a part of each side, and the rounding of its ends."""
    tolerance = check_nonnegative("tolerance", tolerance)
    rounding = 4.0 * np.finfo(np.float64).eps * np.maximum(np.abs(lower), np.abs(upper))
    return tolerance * (upper - lower) + rounding


def unit_vectors(vectors: np.ndarray) -> np.ndarray:
    """Vectors `(n, d)` at length 1; zero stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths == 0.0, 1.0, lengths)


def combine_distances(distances: np.ndarray) -> np.ndarray:
    """The signed distance to a product, `(n,)`, from those to its factors, `(n, factors)`.

    Outside, the nearest point is found in each factor on its own, so the positive parts add as
    squares; inside, the nearest wall is a wall of one factor.
    """
    outside = np.linalg.norm(np.maximum(distances, 0.0), axis=1)
    return outside + np.minimum(distances.max(axis=1), 0.0)
