"""The advection–diffusion problem from readings instead of boundary values."""

import numpy as np
from numpy.polynomial import Chebyshev
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_int, check_positive, message
from kerasphys.solvers.advection_diffusion_1d import AdvectionDiffusion1D, check_problem
from kerasphys.solvers.chebyshev import chebyshev_matrix, chebyshev_points
from kerasphys.solvers.collocation import check_points, solve_rows


def assimilate(
    problem: AdvectionDiffusion1D,
    degree: int,
    points: int,
    at: ArrayLike,
    readings: ArrayLike,
    data_weight: float = 1.0,
) -> Chebyshev:
    """Solves `a u' - κ u'' = f` by a polynomial, from readings and without boundary values.

    Minimises what a physics-informed network minimises: the mean of the squared residual at
    Gauss–Lobatto points, plus `data_weight` times the mean of the squared misfit of the readings.
    The equation leaves two constants free, which two exact readings determine. As `data_weight`
    goes to zero the equation holds exactly, and the constants are those of least squares.

    Args:
        problem: What to solve; its boundary values are not used.
        degree: Degree of the polynomial, at least 2.
        points: Number of points for the equation, both ends included, at least `degree + 1`.
        at: Positions of the sensors in `[0, l]`, `(n,)`, at least two different ones.
        readings: Measured values, `(n,)`.
        data_weight: Positive number.

    Returns:
        The polynomial, a function of `x` on `[0, l]`; its method `deriv` gives derivatives.

    Raises:
        TypeError: If `problem` is not an `AdvectionDiffusion1D`.
        ValueError: If there are fewer points than coefficients or less than two positions, if a
            position lies outside, or if a number is out of range.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        flow = kp.solvers.AdvectionDiffusion1D(velocity=1.0, diffusivity=0.1)
        sensors = np.array([0.25, 0.75, 0.95])
        u = kp.solvers.assimilate(flow, 20, 40, sensors, flow.exact(sensors))
        assert abs(u(1.0) - 1.0) < 1e-9  # nobody told it
        ```

    Reference:
        Boyd, Chebyshev and Fourier Spectral Methods, 2001, chapters 3 and 6.
    """
    problem = check_problem(problem)
    degree = check_int("degree", degree, minimum=2)
    points = check_points(points, degree)
    at = check_array("at", at, (None,))
    if len(set(at.tolist())) < 2:
        raise ValueError(message("at", "at least two different positions", at.tolist()))
    if np.any((at < 0) | (at > problem.length)):
        raise ValueError(message("at", f"positions in [0, {problem.length}]", at.tolist()))
    readings = check_array("readings", readings, at.shape)
    weight = check_positive("data_weight", data_weight)

    x = chebyshev_points(points - 1, 0.0, problem.length)
    u_x, u_xx = (chebyshev_matrix(x, degree, order, 0.0, problem.length) for order in (1, 2))
    equation = (problem.velocity * u_x - problem.diffusivity * u_xx) / points**0.5
    source = problem.source_at(x) / points**0.5
    share = (weight / len(at)) ** 0.5
    sensors = chebyshev_matrix(at, degree, 0, 0.0, problem.length)
    matrix = np.vstack([equation, share * sensors])
    coefficients = solve_rows(matrix, np.concatenate([source, share * readings]))
    return Chebyshev(coefficients, domain=[0.0, problem.length])
