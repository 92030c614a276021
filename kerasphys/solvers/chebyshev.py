"""Chebyshev points and the derivatives of Chebyshev polynomials."""

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_int, check_number, check_positive_int, message


def chebyshev_points(degree: int, lower: float = -1.0, upper: float = 1.0) -> np.ndarray:
    """The Gauss–Lobatto points: the extrema of the Chebyshev polynomial, and the ends.

    Args:
        degree: Positive integer `n`, the degree of the polynomial that the points determine.
        lower: Lower end of the interval.
        upper: Upper end of the interval.

    Returns:
        The points in rising order, `(degree + 1,)`, both ends included exactly.

    Raises:
        ValueError: If `degree` is not positive or `lower` is not below `upper`.

    Example:
        ```python
        import kerasphys as kp

        assert kp.solvers.chebyshev_points(2, 0.0, 1.0).tolist() == [0.0, 0.5, 1.0]
        ```
    """
    degree = check_positive_int("degree", degree)
    lower, upper = _check_interval(lower, upper)
    # the sine, unlike the cosine, makes them symmetric to the last bit
    points = np.sin(np.pi * np.arange(-degree, degree + 1, 2) / (2 * degree))
    x = (lower + upper) / 2 + (upper - lower) / 2 * points
    x[0], x[-1] = lower, upper
    return x


def chebyshev_matrix(
    x: ArrayLike, degree: int, order: int = 0, lower: float = -1.0, upper: float = 1.0
) -> np.ndarray:
    """The matrix that maps Chebyshev coefficients to values of a derivative.

    Entry `(i, n)` is the derivative of the given order of `T_n`, mapped from `[-1, 1]` to
    `[lower, upper]`, at `x[i]`. A matrix for coefficients serves as many points as one likes,
    which least squares needs, and loses fewer digits than repeated nodal differentiation.

    Args:
        x: Points, `(m,)`.
        degree: Highest degree, at least 0.
        order: Order of the derivative, 0 for values.
        lower: Lower end of the interval.
        upper: Upper end of the interval.

    Returns:
        The matrix, `(m, degree + 1)`, float64.

    Raises:
        ValueError: If `degree` or `order` is negative or `lower` is not below `upper`.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        # (T_2)' = 4 x
        matrix = kp.solvers.chebyshev_matrix([-1.0, 0.5], degree=2, order=1)
        np.testing.assert_allclose(matrix[:, 2], [-4.0, 2.0])
        ```

    Reference:
        Boyd, Chebyshev and Fourier Spectral Methods, 2001, chapter 6.
    """
    x = check_array("x", x, (None,))
    degree = check_int("degree", degree, minimum=0)
    order = check_int("order", order, minimum=0)
    lower, upper = _check_interval(lower, upper)
    stretch = 2 / (upper - lower)
    derivatives = chebyshev.chebder(np.eye(degree + 1), order, scl=stretch)  # columns: T_n
    return chebyshev.chebval((2 * x - lower - upper) / (upper - lower), derivatives).T


def _check_interval(lower: float, upper: float) -> tuple[float, float]:
    lower, upper = check_number("lower", lower), check_number("upper", upper)
    if not lower < upper:
        raise ValueError(message("upper", f"above lower={lower}", upper))
    return lower, upper
