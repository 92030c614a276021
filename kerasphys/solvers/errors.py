"""Errors of approximations and the order at which they fall."""

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_positive, message


def max_error(approximation: ArrayLike, reference: ArrayLike) -> float:
    """The largest absolute difference, `max |u - v|`.

    Args:
        approximation: Array of any shape.
        reference: Array of the same shape.

    Raises:
        ValueError: If the shapes differ or a value is not finite.

    Example:
        ```python
        import kerasphys as kp

        assert kp.solvers.max_error([1.0, 2.0], [1.0, 2.5]) == 0.5
        ```
    """
    approximation, reference = _pair(approximation, reference)
    return float(np.max(np.abs(approximation - reference)))


def relative_l2(approximation: ArrayLike, reference: ArrayLike) -> float:
    """The relative error in the Euclidean norm over the points, `‖u - v‖₂ / ‖v‖₂`.

    Args:
        approximation: Array of any shape.
        reference: Array of the same shape, not zero everywhere.

    Raises:
        ValueError: If the shapes differ, a value is not finite, or the reference vanishes.

    Example:
        ```python
        import kerasphys as kp

        assert kp.solvers.relative_l2([3.0, 4.5], [3.0, 4.0]) == 0.1
        ```
    """
    approximation, reference = _pair(approximation, reference)
    norm = np.linalg.norm(reference)
    if norm == 0:
        cure = "Use max_error for a solution that vanishes."
        raise ValueError(message("reference", "different from zero somewhere", reference, cure))
    return float(np.linalg.norm(approximation - reference) / norm)


def mean_relative_l2(approximation: ArrayLike, reference: ArrayLike) -> float:
    """The mean over samples of the relative error in the Euclidean norm of each.

    Args:
        approximation: Array with samples along the first axis.
        reference: Array of the same shape, in which no sample is zero everywhere.

    Raises:
        ValueError: If the shapes differ, a value is not finite, or a sample of the reference
            vanishes.

    Example:
        ```python
        import kerasphys as kp

        error = kp.solvers.mean_relative_l2([[3.0, 4.5], [6.0, 8.0]], [[3.0, 4.0], [6.0, 8.0]])
        assert error == 0.05
        ```
    """
    pairs = zip(*_pair(approximation, reference), strict=True)
    return float(np.mean([relative_l2(*pair) for pair in pairs]))


def psnr(approximation: ArrayLike, reference: ArrayLike, peak: float = 1.0) -> float:
    """The peak signal-to-noise ratio in decibels, `20 log10(peak / rms(u - v))`.

    Ten decibels more stand for an error that is smaller by a factor of 3.16.

    Args:
        approximation: Array of any shape; of several pictures, the mean square is over all.
        reference: Array of the same shape.
        peak: Positive number, the largest value that a picture can have.

    Raises:
        ValueError: If the shapes differ, a value is not finite, or both are equal everywhere.

    Example:
        ```python
        import kerasphys as kp

        assert abs(kp.solvers.psnr([0.1, 0.9], [0.0, 1.0]) - 20) < 1e-12
        ```
    """
    approximation, reference = _pair(approximation, reference)
    error = np.sqrt(np.mean((approximation - reference) ** 2))
    if error == 0:
        cure = "The ratio is infinite."
        raise ValueError(message("approximation", "different somewhere", approximation, cure))
    return float(20 * np.log10(check_positive("peak", peak) / error))


def observed_order(sizes: ArrayLike, errors: ArrayLike) -> np.ndarray:
    """The order of convergence between neighbouring refinements.

    The order is `p` where the error falls like `N^-p`.

    Args:
        sizes: Numbers of cells, points or steps `N`, positive and rising, `(k,)`.
        errors: The positive errors, `(k,)`.

    Returns:
        `log(e_i / e_(i+1)) / log(N_(i+1) / N_i)`, `(k - 1,)`.

    Raises:
        ValueError: If the shapes differ, there are fewer than two, or a value is out of range.

    Example:
        ```python
        import kerasphys as kp

        order = kp.solvers.observed_order([10, 20, 40], [0.16, 0.04, 0.01])
        assert order.round(12).tolist() == [2.0, 2.0]
        ```
    """
    sizes = check_array("sizes", sizes, (None,))
    errors = check_array("errors", errors, sizes.shape)
    if len(sizes) < 2 or sizes[0] <= 0 or np.any(np.diff(sizes) <= 0):
        raise ValueError(message("sizes", "at least two positive, rising numbers", sizes))
    if np.any(errors <= 0):
        raise ValueError(message("errors", "positive", errors))
    return -np.diff(np.log(errors)) / np.diff(np.log(sizes))


def _pair(approximation: ArrayLike, reference: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Both as float64 arrays of one shape, with at least one entry."""
    try:
        shape = np.shape(reference)
    except ValueError:  # rows of different lengths, which the check below refuses by name
        shape = ()
    reference = check_array("reference", reference, shape)
    if reference.size == 0:
        raise ValueError(message("reference", "an array with at least one entry", reference))
    cure = "Nothing is broadcast: both arrays must have one shape."
    return check_array("approximation", approximation, shape, cure), reference
