"""Chebyshev collocation for the advection–diffusion problem."""

import numpy as np
import scipy
from numpy.polynomial import Chebyshev

from kerasphys._validation import check_int, check_positive, message
from kerasphys.solvers.advection_diffusion_1d import AdvectionDiffusion1D, check_problem
from kerasphys.solvers.chebyshev import chebyshev_matrix, chebyshev_points


def collocate(problem: AdvectionDiffusion1D, degree: int) -> Chebyshev:
    """Solves `a u' - κ u'' = f` by Chebyshev collocation.

    A polynomial takes the boundary values at both ends and satisfies the equation at the interior
    Gauss–Lobatto points. Without source its error falls like the Chebyshev coefficients of the
    solution, which are `2 exp(-|Pe| / 2) I_n(|Pe| / 2)`: faster than any power of `n`.

    Args:
        problem: What to solve.
        degree: Degree of the polynomial, at least 2.

    Returns:
        The polynomial, a function of `x` on `[0, l]`; its method `deriv` gives derivatives.

    Raises:
        TypeError: If `problem` is not an `AdvectionDiffusion1D`.
        ValueError: If `degree` is less than 2.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        problem = kp.solvers.AdvectionDiffusion1D(velocity=1.0, diffusivity=0.02)
        u = kp.solvers.collocate(problem, degree=40)
        x = np.linspace(0.0, 1.0, 1001)
        assert kp.solvers.max_error(u(x), problem.exact(x)) < 1e-12
        u_x = u.deriv()(x)
        ```

    Reference:
        Boyd, Chebyshev and Fourier Spectral Methods, 2001, chapters 3 and 6.
    """
    degree = check_int("degree", degree, minimum=2)
    return least_squares(problem, degree, points=degree + 1)


def least_squares(
    problem: AdvectionDiffusion1D, degree: int, points: int, boundary_weight: float = 1.0
) -> Chebyshev:
    """Solves `a u' - κ u'' = f` by a polynomial with the smallest residual.

    Minimises what a physics-informed network minimises: the mean of the squared residual at
    the interior Gauss–Lobatto points, plus `boundary_weight` times the mean of the squared error
    at both ends. The polynomial is a network whose parameters are linear. With as many points as
    coefficients both terms vanish, and the method is collocation.

    Args:
        problem: What to solve.
        degree: Degree of the polynomial, at least 2.
        points: Number of points, both ends included, at least `degree + 1`.
        boundary_weight: Positive number.

    Returns:
        The polynomial, a function of `x` on `[0, l]`; its method `deriv` gives derivatives.

    Raises:
        TypeError: If `problem` is not an `AdvectionDiffusion1D`.
        ValueError: If there are fewer points than coefficients, or a number is out of range.

    Example:
        ```python
        import kerasphys as kp

        problem = kp.solvers.AdvectionDiffusion1D(velocity=1.0, diffusivity=0.1)
        u = kp.solvers.least_squares(problem, degree=20, points=40)
        assert abs(u(0.9) - problem.exact([0.9])[0]) < 1e-9
        ```
    """
    problem = check_problem(problem)
    degree = check_int("degree", degree, minimum=2)
    points = check_points(points, degree)
    boundary_weight = check_positive("boundary_weight", boundary_weight)

    x = chebyshev_points(points - 1, 0.0, problem.length)
    u, u_x, u_xx = (chebyshev_matrix(x, degree, order, 0.0, problem.length) for order in range(3))
    matrix = problem.velocity * u_x - problem.diffusivity * u_xx
    rhs = problem.source_at(x)
    matrix[[0, -1]] = u[[0, -1]]
    rhs[[0, -1]] = problem.left, problem.right
    weights = row_weights(points, boundary_weight)
    coefficients = solve_rows(weights[:, None] * matrix, weights * rhs)
    return Chebyshev(coefficients, domain=[0.0, problem.length])


def check_points(points: int, degree: int) -> int:
    """A number of points that is not below the number of coefficients."""
    points = check_int("points", points)
    if points < degree + 1:
        raise ValueError(message("points", f"at least degree + 1 = {degree + 1}", points))
    return points


def row_weights(points: int, boundary_weight: float) -> np.ndarray:
    """Weights that make a sum of squares the mean inside plus the weighted mean at both ends."""
    weights = np.full(points, (points - 2) ** -0.5)
    weights[[0, -1]] = (boundary_weight / 2) ** 0.5
    return weights


def solve_rows(matrix: np.ndarray, rhs: np.ndarray) -> np.ndarray:
    """The least-squares solution, by QR: indifferent to the very unequal size of the columns."""
    q, r = np.linalg.qr(matrix)
    return scipy.linalg.solve_triangular(r, q.T @ rhs)
