"""The Thomas algorithm for tridiagonal systems."""

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array


def thomas(lower: ArrayLike, diagonal: ArrayLike, upper: ArrayLike, rhs: ArrayLike) -> np.ndarray:
    """Solves a tridiagonal system by Gaussian elimination without pivoting.

    Row `i` of the system reads
    `lower[i - 1] x[i - 1] + diagonal[i] x[i] + upper[i] x[i + 1] = rhs[i]`. The cost is linear in
    the number of unknowns; many right-hand sides are solved together, one in each column. Without
    pivoting the method is stable for diagonally dominant and for positive definite matrices.

    Args:
        lower: The entries left of the diagonal, `(n - 1,)`.
        diagonal: The diagonal, `(n,)`.
        upper: The entries right of the diagonal, `(n - 1,)`.
        rhs: One right-hand side `(n,)`, or several `(n, k)`.

    Returns:
        The solution, of the shape of `rhs`, float64.

    Raises:
        ValueError: If the shapes do not fit, or if a pivot vanishes to rounding.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = kp.solvers.thomas([-1.0, -1.0], [2.0, 2.0, 2.0], [-1.0, -1.0], [0.0, 0.0, 4.0])
        np.testing.assert_allclose(x, [1.0, 2.0, 3.0])
        ```

    Reference:
        Golub and Van Loan, Matrix Computations, 4th edition, section 4.3.
    """
    diagonal = check_array("diagonal", diagonal, (None,))
    n = len(diagonal)
    if n == 0:
        raise ValueError("Argument `diagonal` must have at least one entry. Received: none.")
    cure = "The diagonal has (n,) entries, those beside it (n - 1,)."
    lower = check_array("lower", lower, (n - 1,), cure)
    upper = check_array("upper", upper, (n - 1,), cure)
    try:
        many = np.ndim(rhs) == 2
    except ValueError:  # rows of different lengths, which the check below refuses by name
        many = False
    rhs = check_array("rhs", rhs, (n, None) if many else (n,), cure)
    return _eliminate(lower, diagonal, upper, rhs)


def _eliminate(
    lower: np.ndarray, diagonal: np.ndarray, upper: np.ndarray, rhs: np.ndarray
) -> np.ndarray:
    n = len(diagonal)
    ratio = np.empty_like(upper)
    x = np.empty_like(rhs)
    pivot = _nonzero(diagonal[0], diagonal[0], 0)
    x[0] = rhs[0] / pivot
    for i in range(1, n):
        ratio[i - 1] = upper[i - 1] / pivot
        pivot = _nonzero(diagonal[i] - lower[i - 1] * ratio[i - 1], diagonal[i], i)
        x[i] = (rhs[i] - lower[i - 1] * x[i - 1]) / pivot
    for i in range(n - 2, -1, -1):
        x[i] = x[i] - ratio[i] * x[i + 1]
    return x


def _nonzero(pivot, entry, row):
    """The pivot, unless nothing but rounding is left of the diagonal entry."""
    if abs(pivot) <= np.finfo(np.float64).eps * abs(entry):
        raise ValueError(
            f"The pivot in row {row} is zero to rounding: the matrix is singular, or elimination "
            "without pivoting cannot solve it. Use scipy.linalg.solve_banded, which pivots."
        )
    return pivot
