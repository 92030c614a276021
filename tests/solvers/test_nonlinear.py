"""Nonlinear collocation: quadratic convergence, both methods, and what stops them."""

import math

import numpy as np
import pytest

from kerasphys.solvers import AdvectionDiffusion1D, collocate, max_error, solve_nonlinear

POINTS = np.linspace(0, 1, 1001)
EXACT = np.sin(np.pi * POINTS)


def residual(x, u, u_x, u_xx):
    """Of u'' + u u' = f with the solution sin(πx)."""
    sine, cosine = np.sin(np.pi * x), np.cos(np.pi * x)
    return u_xx + u * u_x - (np.pi * sine * cosine - np.pi**2 * sine)


def partials(x, u, u_x, u_xx):
    return u_x, u, np.ones_like(x)


def solve(**change):
    return solve_nonlinear(
        **{"residual": residual, "degree": 24, "left": 0.0, "right": 0.0, **change}
    )


@pytest.mark.parametrize("points", [25, 50])
@pytest.mark.parametrize("given", [None, partials])
def test_newton_converges_quadratically(points, given):
    u, history = solve(points=points, partials=given)
    assert max_error(u(POINTS), EXACT) < 1e-12
    steps = history[:-1]  # the last one is at rounding
    assert len(history) <= 7
    assert steps[-1] < 1e-6
    order = np.log(steps[2:] / steps[1:-1]) / np.log(steps[1:-1] / steps[:-2])
    assert order[-1] > 1.8
    assert (steps[1:] < 0.1 * steps[:-1] ** 2).all()


@pytest.mark.parametrize("points", [25, 50])
@pytest.mark.parametrize("given", [None, partials])
def test_gradient_method_converges(points, given):
    u, history = solve(method="gradient", points=points, partials=given)
    assert max_error(u(POINTS), EXACT) < 1e-8
    assert len(history) < 100
    assert history[-1] < 1e-8 * history[0]


@pytest.mark.parametrize("method", ["newton", "gradient"])
def test_a_linear_problem_takes_one_step(method):
    problem = AdvectionDiffusion1D(1.0, 0.02)
    u, history = solve_nonlinear(
        lambda x, u, u_x, u_xx: u_x - 0.02 * u_xx, 40, left=0.0, right=1.0, method=method
    )
    assert max_error(u(POINTS), collocate(problem, 40)(POINTS)) < 1e-12
    assert len(history) <= 3


@pytest.mark.parametrize("method", ["newton", "gradient"])
def test_a_front_of_burgers_equation(method):
    width = 0.4  # u = -tanh(x / 0.4) solves u u' = 0.2 u''
    u, _ = solve_nonlinear(
        lambda x, u, u_x, u_xx: u * u_x - 0.5 * width * u_xx,
        degree=80,
        left=math.tanh(1 / width),
        right=-math.tanh(1 / width),
        lower=-1.0,
        upper=1.0,
        method=method,
    )
    x = np.linspace(-1, 1, 501)
    assert max_error(u(x), -np.tanh(x / width)) < 1e-8


def test_a_guess_chooses_the_solution():
    # u'' = 6 u² / 4 with u(0) = 4, u(1) = 1 has two solutions; one is 4 / (1 + x)²
    def equation(x, u, u_x, u_xx):
        return u_xx - 1.5 * u**2

    upper, _ = solve_nonlinear(equation, 30, 4.0, 1.0)
    lower, _ = solve_nonlinear(equation, 30, 4.0, 1.0, guess=lambda x: 4 - 3 * x - 60 * x * (1 - x))
    assert max_error(upper(POINTS), 4 / (1 + POINTS) ** 2) < 1e-12
    assert lower(0.5) < -5
    again, history = solve_nonlinear(equation, 30, 4.0, 1.0, guess=lower)
    assert max_error(again(POINTS), lower(POINTS)) < 1e-10
    assert len(history) == 2


@pytest.mark.parametrize("method", ["newton", "gradient"])
def test_a_residual_that_is_undefined_beyond_a_step_is_approached(method):
    # the first full step makes u negative somewhere, where the logarithm is NaN
    def exact(x):
        return 1 + 0.95 * np.cos(3 * np.pi * x)

    def equation(x, u, u_x, u_xx):
        second = -0.95 * 9 * np.pi**2 * np.cos(3 * np.pi * x)
        return u_xx - np.log(u) * u - (second - np.log(exact(x)) * exact(x))

    ends = exact(np.array([0.0, 1.0]))
    u, _ = solve_nonlinear(equation, 40, *ends.tolist(), method=method)
    assert max_error(u(POINTS), exact(POINTS)) < 1e-8


def test_a_solution_already_found_is_kept():
    for method in ("newton", "gradient"):
        u, _ = solve_nonlinear(lambda x, u, u_x, u_xx: u_xx, 6, 1.0, 3.0, method=method)
        np.testing.assert_allclose(u(POINTS), 1 + 2 * POINTS, rtol=0, atol=1e-14)


@pytest.mark.parametrize("method", ["newton", "gradient"])
def test_no_convergence_is_an_error(method):
    with pytest.raises(RuntimeError, match=r"the residual fell from .* to .*guess"):
        solve(method=method, max_iterations=2)


def test_no_solution_is_an_error():
    def equation(x, u, u_x, u_xx):  # u'' = -10 e^u has none
        return u_xx + 10 * np.exp(u)

    with pytest.raises(RuntimeError, match="residual"):
        solve(residual=equation)


def test_a_singular_linearisation_is_an_error():
    with pytest.raises(RuntimeError, match="singular"):
        solve(residual=lambda x, u, u_x, u_xx: u**2 - 1 - x)  # its derivative is zero at u = 0


def test_a_residual_without_complex_arithmetic_needs_partials():
    def real_only(x, u, u_x, u_xx):
        return np.array([math.fsum(terms) for terms in zip(u_xx, u * u_x, strict=True)])

    with pytest.raises(TypeError, match=r"`residual` must accept complex.*Give `partials`"):
        solve(residual=real_only)
    u, _ = solve(residual=real_only, partials=partials)
    assert max_error(u(POINTS), np.zeros_like(POINTS)) == 0


@pytest.mark.parametrize(
    ("argument", "bad", "message"),
    [
        ("residual", lambda x, u, u_x, u_xx: u[:, None], "`residual`"),
        ("residual", lambda x, u, u_x, u_xx: u_xx / 0.0, "guess"),
        ("partials", lambda x, u, u_x, u_xx: u, "`partials`"),
        ("partials", lambda x, u, u_x, u_xx: (1.0, u, u), "`partials, by u`"),
        ("guess", lambda x: 1.0, r"`guess\(x\)`"),
    ],
)
def test_functions_that_return_the_wrong_thing(argument, bad, message):
    with pytest.raises(ValueError, match=message):
        solve(**{argument: bad})


@pytest.mark.parametrize(
    "argument",
    [
        "residual",
        "degree",
        "left",
        "right",
        "lower",
        "upper",
        "partials",
        "guess",
        "method",
        "points",
        "boundary_weight",
        "tolerance",
        "max_iterations",
    ],
)
def test_refuses_bad_arguments(argument):
    with pytest.raises(TypeError, match=f"`{argument}`"):
        solve(**{argument: object()})


@pytest.mark.parametrize(
    ("argument", "bad"),
    [("residual", None), ("degree", 1), ("points", 10), ("upper", -1.0), ("method", "adam")],
)
def test_refuses_values_out_of_range(argument, bad):
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        solve(**{argument: bad})
