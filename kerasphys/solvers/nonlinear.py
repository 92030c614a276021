"""Nonlinear boundary-value problems by Chebyshev collocation."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy
from numpy.polynomial import Chebyshev

from kerasphys._validation import (
    check_array,
    check_choice,
    check_int,
    check_number,
    check_positive,
    check_positive_int,
    message,
)
from kerasphys.solvers.chebyshev import chebyshev_matrix, chebyshev_points
from kerasphys.solvers.collocation import check_points, row_weights, solve_rows

_STEP = 1e-30  # of the complex step, which subtracts nothing and so loses nothing


def solve_nonlinear(
    residual: Callable[..., Any],
    degree: int,
    left: float,
    right: float,
    lower: float = 0.0,
    upper: float = 1.0,
    partials: Callable[..., Any] | None = None,
    guess: Callable[..., Any] | None = None,
    method: str = "newton",
    points: int | None = None,
    boundary_weight: float = 1.0,
    tolerance: float = 1e-10,
    max_iterations: int = 500,
) -> tuple[Chebyshev, np.ndarray]:
    """Solves `r(x, u, u', u'') = 0` with `u` given at both ends, by a polynomial.

    Minimises the mean of the squared residual at the interior Gauss–Lobatto points, plus
    `boundary_weight` times the mean of the squared error at both ends. With as many points as
    coefficients, the default, the minimum is zero and this is collocation.

    `"newton"` linearises the residual in each iteration and solves for the coefficients (Newton's
    method for collocation, Gauss–Newton for more points), and halves a step that would raise the
    objective. `"gradient"` uses the gradient only: L-BFGS, in variables in which the problem
    linearised at the guess is well conditioned.

    Args:
        residual: Function `r(x, u, u_x, u_xx)` of arrays `(n,)`, the values at the interior points,
            called by position, that returns `(n,)`.
        degree: Degree of the polynomial, at least 2.
        left: The value at `lower`.
        right: The value at `upper`.
        lower: Lower end of the interval.
        upper: Upper end of the interval.
        partials: Function of the same arguments that returns the three arrays `(n,)` of the
            derivatives of `r` by `u`, `u_x` and `u_xx`. Without it they are computed by the complex
            step, exactly to rounding, for any residual made of arithmetic and analytic functions.
        guess: Function of `x` to start from, for instance the polynomial of another solution. By
            default the straight line between the boundary values.
        method: `"newton"` or `"gradient"`.
        points: Number of points, both ends included, at least `degree + 1`, the default.
        boundary_weight: Positive number.
        tolerance: Positive number. Newton's method has converged when the last step, and the
            gradient method when the gradient, is smaller by this factor than the coefficients or
            the first gradient.
        max_iterations: Positive integer.

    Returns:
        The polynomial, a function of `x` whose method `deriv` gives derivatives, and the root of
        the objective at the start and after each iteration, `(iterations + 1,)`.

    Raises:
        TypeError: If a function is not callable, or cannot be called with complex numbers and
            `partials` is not given.
        ValueError: If a number is out of range or a function returns the wrong shape.
        RuntimeError: If the iteration does not converge.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        # u'' = 3/2 u², solved by 4 / (1 + x)²
        u, history = kp.solvers.solve_nonlinear(
            lambda x, u, u_x, u_xx: u_xx - 1.5 * u**2, degree=24, left=4.0, right=1.0
        )
        x = np.linspace(0.0, 1.0, 101)
        assert kp.solvers.max_error(u(x), 4 / (1 + x) ** 2) < 1e-10
        ```

    Reference:
        Boyd, Chebyshev and Fourier Spectral Methods, 2001, chapter 6 and appendix C.
    """
    for name, function in (("residual", residual), ("partials", partials), ("guess", guess)):
        if not (callable(function) or (function is None and name != "residual")):
            raise TypeError(message(name, "a function", function))
    method = check_choice("method", method, _METHODS)
    tolerance = check_positive("tolerance", tolerance)
    max_iterations = check_positive_int("max_iterations", max_iterations)
    degree = check_int("degree", degree, minimum=2)
    rows = _Rows(
        residual,
        partials,
        degree,
        points=degree + 1 if points is None else check_points(points, degree),
        interval=(check_number("lower", lower), check_number("upper", upper)),
        boundary_values=(check_number("left", left), check_number("right", right)),
        boundary_weight=check_positive("boundary_weight", boundary_weight),
    )
    start = _start(guess, degree, rows)
    try:
        coefficients, norms = _METHODS[method](rows, start, tolerance, max_iterations)
    except np.linalg.LinAlgError as error:
        raise RuntimeError(
            "The linearised problem is singular. Give another `guess`, or a lower `degree`."
        ) from error
    return Chebyshev(coefficients, domain=list(rows.interval)), np.array(norms)


class _Rows:
    """The weighted rows of the least-squares problem and their Jacobian."""

    def __init__(
        self, residual, partials, degree, points, interval, boundary_values, boundary_weight
    ):
        self.residual, self.partials = residual, partials
        self.interval, self.boundary_values = interval, boundary_values
        x = chebyshev_points(points - 1, *interval)
        basis = [chebyshev_matrix(x, degree, order, *interval) for order in range(3)]
        self.x, self.basis = x[1:-1], [matrix[1:-1] for matrix in basis]
        self.ends = basis[0][[0, -1]]
        self.weights = row_weights(points, boundary_weight)

    def __call__(self, coefficients: np.ndarray) -> np.ndarray:
        """The rows, `(points,)`; infinite or NaN where the residual is."""
        with np.errstate(all="ignore"):
            values = self.residual(self.x, *(matrix @ coefficients for matrix in self.basis))
        if np.shape(values) != self.x.shape:
            expected = f"a function that returns shape {self.x.shape} for these points"
            raise ValueError(message("residual", expected, values))
        left, right = self.ends @ coefficients - self.boundary_values
        return self.weights * np.concatenate([[left], values, [right]])

    def jacobian(self, coefficients: np.ndarray) -> np.ndarray:
        """The derivatives of the rows by the coefficients, `(points, degree + 1)`."""
        values = [matrix @ coefficients for matrix in self.basis]
        with np.errstate(all="ignore"):
            partials = (self.partials or self._complex_step)(self.x, *values)
        if not isinstance(partials, tuple | list) or len(partials) != 3:
            raise ValueError(message("partials", "a function returning three arrays", partials))
        inner = np.zeros_like(self.basis[0])
        for name, partial, matrix in zip(("u", "u_x", "u_xx"), partials, self.basis, strict=True):
            partial = check_array(f"partials, by {name}", partial, self.x.shape)
            inner += partial[:, None] * matrix
        return self.weights[:, None] * np.vstack([self.ends[:1], inner, self.ends[1:]])

    def _complex_step(self, x: np.ndarray, *values: np.ndarray) -> list[np.ndarray]:
        partials = []
        for k in range(3):
            shifted = [value + 1j * _STEP * (i == k) for i, value in enumerate(values)]
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error", np.exceptions.ComplexWarning)
                    partials.append(np.imag(self.residual(x, *shifted)) / _STEP)
            except (TypeError, np.exceptions.ComplexWarning) as error:
                raise TypeError(
                    "Argument `residual` must accept complex arrays, from which its derivatives "
                    f"are computed. Received: {error}. Give `partials`."
                ) from error
        return partials


def _start(guess: Callable[..., Any] | None, degree: int, rows: _Rows) -> np.ndarray:
    """The coefficients of the guess, whose residual must be finite."""
    if guess is None:
        start = np.zeros(degree + 1)
        left, right = rows.boundary_values
        start[:2] = (left + right) / 2, (right - left) / 2
    else:
        nodes = chebyshev_points(degree, *rows.interval)
        values = check_array("guess(x)", guess(nodes), nodes.shape)
        start = np.linalg.solve(chebyshev_matrix(nodes, degree, 0, *rows.interval), values)
    if not np.all(np.isfinite(rows(start))):
        raise ValueError("The residual of the first guess is not finite. Give another `guess`.")
    return start


def _newton(rows, coefficients, tolerance, max_iterations):
    values = rows(coefficients)
    norms = [_norm(values)]
    for _ in range(max_iterations):
        step = solve_rows(rows.jacobian(coefficients), -values)
        converged = _norm(step) <= tolerance * max(_norm(coefficients), _norm(coefficients + step))
        for _ in range(40):
            values = rows(coefficients + step)
            if converged or _norm(values) < norms[-1]:
                break
            step = step / 2
        else:
            raise _failure("Newton's method found no step that lowers the residual", norms)
        coefficients = coefficients + step
        norms.append(_norm(values))
        if converged:
            return coefficients, norms
    raise _failure(f"Newton's method did not converge in {max_iterations} iterations", norms)


def _gradient(rows, start, tolerance, max_iterations):
    # In the variables y of c = start + R^-1 y, with Q R the Jacobian at the start, the objective
    # linearised there has the unit matrix for its Hessian.
    r = np.linalg.qr(rows.jacobian(start), mode="r")
    norms = [_norm(rows(start))]
    scale = norms[0] or 1.0

    def coefficients(y):
        return start + scale * scipy.linalg.solve_triangular(r, y)

    def objective(y):
        c = coefficients(y)
        values = rows(c) / scale
        if not np.all(np.isfinite(values)):
            return 1.0, np.zeros_like(y)  # twice the objective at the start: never accepted
        gradient = scipy.linalg.solve_triangular(r, rows.jacobian(c).T @ values, trans="T")
        return values @ values / 2, gradient

    first = np.abs(objective(np.zeros(len(start)))[1]).max()
    result = scipy.optimize.minimize(
        objective,
        np.zeros(len(start)),
        jac=True,
        method="L-BFGS-B",
        callback=lambda intermediate_result: norms.append(
            float(scale * np.sqrt(2 * intermediate_result.fun))
        ),
        options={"maxiter": max_iterations, "maxcor": 20, "ftol": 0.0, "gtol": tolerance * first},
    )
    if np.abs(result.jac).max() > tolerance * first:
        raise _failure(f"L-BFGS stopped after {result.nit} iterations", norms)
    return coefficients(result.x), norms


def _norm(values: np.ndarray) -> float:
    with np.errstate(over="ignore"):
        return float(np.linalg.norm(values))


_METHODS = {"newton": _newton, "gradient": _gradient}


def _failure(what: str, norms: list[float]) -> RuntimeError:
    return RuntimeError(
        f"{what}: the residual fell from {norms[0]:.3g} to {norms[-1]:.3g}. Start from a better "
        "`guess`, for instance the solution for a weaker nonlinearity, or loosen `tolerance`."
    )
