"""Finite differences for the advection–diffusion problem."""

import numpy as np
import scipy

from kerasphys._validation import check_choice, check_int
from kerasphys.solvers.advection_diffusion_1d import AdvectionDiffusion1D, check_problem
from kerasphys.solvers.thomas import thomas

# How strongly a point couples to its right neighbour, in units of κ / h², as a function of the
# cell Péclet number a h / κ; to the left one with the sign of the velocity reversed.
_COUPLING = {
    "central": lambda peclet: 1 - peclet / 2,
    "upwind": lambda peclet: 1 + max(-peclet, 0.0),
    "exponential": lambda peclet: 1 / scipy.special.exprel(peclet),
}


def finite_differences(
    problem: AdvectionDiffusion1D, cells: int, scheme: str = "central"
) -> tuple[np.ndarray, np.ndarray]:
    """Solves `a u' - κ u'' = f` on a uniform grid.

    The schemes differ in the first derivative only, or, seen otherwise, in the diffusion that they
    add, with `Pe_h = a h / κ`:

    - `"central"`: none; second order, but the solution oscillates if `|Pe_h| > 2`;
    - `"upwind"`: `κ |Pe_h| / 2`; first order and monotone;
    - `"exponential"`: `κ (Pe_h / 2 coth(Pe_h / 2) - 1)`; exact at the grid points if `f` is
      constant.

    Args:
        problem: What to solve.
        cells: Number of cells `N`, at least 2.
        scheme: `"central"`, `"upwind"` or `"exponential"`.

    Returns:
        The grid points and the values there, both `(N + 1,)`, the ends included.

    Raises:
        TypeError: If `problem` is not an `AdvectionDiffusion1D`.
        ValueError: If `cells` is less than 2 or the scheme is unknown.

    Example:
        ```python
        import kerasphys as kp

        problem = kp.solvers.AdvectionDiffusion1D(velocity=1.0, diffusivity=0.02)
        x, u = kp.solvers.finite_differences(problem, cells=40)
        assert round(kp.solvers.max_error(u, problem.exact(x)), 5) == 0.05574
        ```

    Reference:
        Roos, Stynes and Tobiska, Robust Numerical Methods for Singularly Perturbed Differential
        Equations, 2008, section 2.1; the exponential scheme is due to Allen and Southwell (1955)
        and Il'in (1969).
    """
    problem = check_problem(problem)
    cells = check_int("cells", cells, minimum=2)
    coupling = _COUPLING[check_choice("scheme", scheme, _COUPLING)]

    x = np.linspace(0.0, problem.length, cells + 1)
    step = problem.length / cells
    cell_peclet = problem.peclet / cells
    to_left, to_right = coupling(-cell_peclet), coupling(cell_peclet)

    u = np.empty(cells + 1)
    u[0], u[-1] = problem.left, problem.right
    rhs = step**2 / problem.diffusivity * problem.source_at(x)[1:-1]
    rhs[0] += to_left * u[0]
    rhs[-1] += to_right * u[-1]
    u[1:-1] = thomas(
        np.full(cells - 2, -to_left),
        np.full(cells - 1, to_left + to_right),
        np.full(cells - 2, -to_right),
        rhs,
    )
    return x, u
