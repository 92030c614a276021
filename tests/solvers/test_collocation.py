"""Chebyshev collocation and least squares: spectral accuracy, and each other's limit."""

import numpy as np
import pytest
import scipy

from kerasphys.solvers import (
    AdvectionDiffusion1D,
    collocate,
    finite_differences,
    least_squares,
    max_error,
)

POINTS = np.linspace(0, 1, 4001)


def problem(peclet):
    return AdvectionDiffusion1D(velocity=1.0, diffusivity=1 / peclet)


def error(solution, peclet):
    return max_error(solution(POINTS), problem(peclet).exact(POINTS))


def test_errors_of_collocation():
    assert error(collocate(problem(1), 14), 1) < 1e-10
    assert 1e-6 < error(collocate(problem(50), 20), 50) < 1e-1
    assert error(collocate(problem(50), 30), 50) < 1e-4
    assert error(collocate(problem(50), 40), 50) < 1e-12


def test_error_decays_like_the_chebyshev_coefficients():
    degrees = np.arange(16, 40, 2)
    found = np.array([error(collocate(problem(50), n), 50) for n in degrees])
    coefficients = 2 * scipy.special.ive(degrees + 1, 25)  # e^(-Pe/2) I_n(Pe/2), Pe = 50
    assert (found / coefficients < 10).all()
    assert (found / coefficients > 1).all()
    # a straight line, slightly bent downwards, on semilogarithmic paper
    slopes = np.diff(np.log10(found))
    assert (slopes < -0.5).all()
    assert (np.diff(slopes) < 0).all()


def test_coefficients_are_bessel_functions():
    coefficients = collocate(problem(50), 60).coef
    expected = 2 * scipy.special.ive(np.arange(61), 25) / -np.expm1(-50)
    expected[0] = expected[0] / 2 - np.exp(-50)
    np.testing.assert_allclose(coefficients, expected, rtol=0, atol=1e-14)


def test_beats_finite_differences_with_a_tenth_of_the_unknowns():
    x, u = finite_differences(problem(50), 400)
    assert error(collocate(problem(50), 40), 50) < 1e-9 * max_error(u, problem(50).exact(x))


@pytest.mark.parametrize("degree", [100, 400])
def test_rounding_does_not_grow_with_the_degree(degree):
    assert error(collocate(problem(50), degree), 50) < 1e-13


@pytest.mark.parametrize(("peclet", "degree"), [(1, 14), (50, 20), (50, 40)])
@pytest.mark.parametrize("weight", [1e-2, 1.0, 1e4])
def test_square_least_squares_is_collocation(peclet, degree, weight):
    square = least_squares(problem(peclet), degree, degree + 1, boundary_weight=weight)
    expected = collocate(problem(peclet), degree)
    assert max_error(square(POINTS), expected(POINTS)) < 1e-8


@pytest.mark.parametrize(("peclet", "degree"), [(1, 8), (1, 14), (50, 20), (50, 30), (50, 40)])
def test_least_squares_loses_less_than_one_digit(peclet, degree):
    square = error(collocate(problem(peclet), degree), peclet)
    assert error(least_squares(problem(peclet), degree, 2 * degree), peclet) < 10 * square


def test_least_squares_minimises_its_objective(rng):
    def objective(solution):
        x = np.cos(np.pi * np.arange(31) / 30) / 2 + 0.5
        residual = (solution.deriv() - 0.02 * solution.deriv(2))(x[1:-1])
        ends = solution(np.array([0.0, 1.0])) - [0.0, 1.0]
        return np.mean(residual**2) + 5 * np.mean(ends**2)

    best = least_squares(problem(50), 12, 31, boundary_weight=5.0)
    for _ in range(20):
        other = best.copy()
        other.coef = best.coef + 1e-3 * rng.standard_normal(13)
        assert objective(other) > objective(best)


def test_a_larger_boundary_weight_holds_the_boundary_better():
    wrong = [
        abs(least_squares(problem(50), 12, 31, weight)(1.0) - 1) for weight in (1e-2, 1.0, 1e2)
    ]
    assert wrong[0] > wrong[1] > wrong[2]


@pytest.mark.parametrize("solve", [collocate, lambda p, n: least_squares(p, n, 2 * n)])
def test_source_length_and_direction(solve):
    def source(x):  # of u = exp(x) sin(3x), with velocity -0.7 and diffusivity 0.2
        first = np.exp(x) * (np.sin(3 * x) + 3 * np.cos(3 * x))
        second = np.exp(x) * (6 * np.cos(3 * x) - 8 * np.sin(3 * x))
        return -0.7 * first - 0.2 * second

    right = np.exp(1.5) * np.sin(4.5)
    u = solve(AdvectionDiffusion1D(-0.7, 0.2, 1.5, source, 0.0, right), 24)
    x = np.linspace(0, 1.5, 301)
    assert max_error(u(x), np.exp(x) * np.sin(3 * x)) < 1e-12
    assert max_error(u.deriv()(x), np.exp(x) * (np.sin(3 * x) + 3 * np.cos(3 * x))) < 1e-10


def test_a_quadratic_solution_is_exact():
    u = collocate(AdvectionDiffusion1D(0.0, 0.5, 2.0, source=1.0, left=0.0, right=0.0), 2)
    np.testing.assert_allclose(u(np.array([0.0, 0.5, 1.0, 2.0])), [0, 0.75, 1, 0], atol=1e-15)


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("problem", 50.0),
        ("problem", object()),
        ("degree", 1),
        ("degree", object()),
        ("points", 10),
        ("points", object()),
        ("boundary_weight", 0.0),
        ("boundary_weight", object()),
    ],
)
def test_refuses_bad_arguments(argument, bad):
    arguments = {"problem": problem(1), "degree": 10, "points": 20}
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        least_squares(**{**arguments, argument: bad})
    if argument in ("problem", "degree"):
        with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
            collocate(**{"problem": problem(1), "degree": 10, argument: bad})
