"""Finite differences: published errors, closed-form discrete solutions, orders, monotonicity."""

import numpy as np
import pytest

from kerasphys.solvers import (
    AdvectionDiffusion1D,
    finite_differences,
    max_error,
    observed_order,
)

CELLS = [20, 40, 100, 200, 400]
ERRORS = {  # to four digits; the last one of upwind is 0.0218649 by the closed form
    "central": [0.1932, 0.05574, 7.879e-3, 1.929e-3, 4.798e-4],
    "upwind": [0.2036, 0.1579, 0.07657, 0.04172, 0.02186],
}
RATIO = {
    "central": lambda p: (2 + p) / (2 - p),
    "upwind": lambda p: 1 + p,
    "exponential": np.exp,
}
FIFTY = AdvectionDiffusion1D(velocity=1.0, diffusivity=0.02)


def errors(problem, scheme, cells=CELLS):
    solutions = [finite_differences(problem, n, scheme) for n in cells]
    return [max_error(u, problem.exact(x)) for x, u in solutions]


@pytest.mark.parametrize("scheme", ERRORS)
def test_errors_at_peclet_fifty(scheme):
    assert [float(f"{error:.4g}") for error in errors(FIFTY, scheme)] == ERRORS[scheme]


def test_orders():
    assert observed_order(CELLS, errors(FIFTY, "central"))[-1] == pytest.approx(2.01, abs=0.005)
    upwind = observed_order([400, 3200, 25600], errors(FIFTY, "upwind", [400, 3200, 25600]))
    assert observed_order(CELLS, errors(FIFTY, "upwind"))[-1] == pytest.approx(0.93, abs=0.005)
    assert upwind[-1] == pytest.approx(1, abs=0.005)


@pytest.mark.parametrize("scheme", RATIO)
@pytest.mark.parametrize("cells", [2, 20, 24, 26, 40, 100, 400])
def test_equals_the_closed_form_discrete_solution(scheme, cells):
    ratio = RATIO[scheme](50 / cells)
    x, u = finite_differences(FIFTY, cells, scheme)
    i = np.arange(cells + 1)
    # (r^i - 1) / (r^N - 1), with powers of 1 / r, which do not overflow
    expected = (ratio ** (i - float(cells)) - ratio ** -float(cells)) / (1 - ratio ** -float(cells))
    np.testing.assert_allclose(u, expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(x, i / cells, rtol=0, atol=1e-15)


def test_a_cell_peclet_number_of_exactly_two():
    _, u = finite_differences(FIFTY, 25, "central")  # r is infinite: zero but for the end
    np.testing.assert_allclose(u, np.eye(26)[-1], rtol=0, atol=1e-14)


def test_central_oscillates_if_and_only_if_the_cell_peclet_number_exceeds_two():
    for cells in range(2, 60):
        _, u = finite_differences(FIFTY, cells, "central")
        assert (np.diff(u).min() < -1e-12) == (50 / cells > 2), cells
    assert finite_differences(FIFTY, 20, "central")[1].min() == pytest.approx(-0.1111, abs=5e-5)


@pytest.mark.parametrize("scheme", ["upwind", "exponential"])
@pytest.mark.parametrize("velocity", [1e-3, 1.0, 1e4, -1.0, -1e4])
def test_monotone(scheme, velocity):
    problem = AdvectionDiffusion1D(velocity, 0.02)
    for cells in (2, 5, 20, 101):
        _, u = finite_differences(problem, cells, scheme)
        assert np.diff(u).min() >= 0
        assert u[0] == 0
        assert u[-1] == 1


@pytest.mark.parametrize("scheme", RATIO)
def test_reversing_the_velocity_mirrors_the_solution(scheme):
    forth = AdvectionDiffusion1D(1.0, 0.03, 2.0, source=np.cos, left=1.0, right=-2.0)
    back = AdvectionDiffusion1D(
        -1.0, 0.03, 2.0, source=lambda x: np.cos(2 - x), left=-2.0, right=1.0
    )
    _, u = finite_differences(forth, 50, scheme)
    _, v = finite_differences(back, 50, scheme)
    np.testing.assert_allclose(u, v[::-1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("peclet", [0.0, 1e-8, 1.0, 50.0, -50.0, 1e4, -1e8])
@pytest.mark.parametrize("cells", [2, 3, 10, 101])
def test_exponential_fitting_is_exact_at_the_grid_points(peclet, cells):
    problem = AdvectionDiffusion1D(peclet / 4, 0.5, 2.0, source=3.0, left=-1.0, right=2.0)
    x, u = finite_differences(problem, cells, "exponential")
    np.testing.assert_allclose(u, problem.exact(x), rtol=0, atol=1e-15 * (10 + cells**2))


@pytest.mark.parametrize(("scheme", "order"), [("central", 2), ("upwind", 1), ("exponential", 2)])
def test_orders_with_a_source_function(scheme, order):
    def source(x):  # of u = sin(πx)
        return 2 * np.pi * np.cos(np.pi * x) + 0.5 * np.pi**2 * np.sin(np.pi * x)

    problem = AdvectionDiffusion1D(2.0, 0.5, source=source, right=0.0)
    cells = [40, 80, 160]
    solutions = [finite_differences(problem, n, scheme) for n in cells]
    found = observed_order(cells, [max_error(u, np.sin(np.pi * x)) for x, u in solutions])
    assert found[-1] == pytest.approx(order, abs=0.05)


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("problem", 50.0),
        ("problem", object()),
        ("cells", 1),
        ("cells", 10.0),
        ("cells", object()),
        ("scheme", "downwind"),
        ("scheme", object()),
    ],
)
def test_refuses_bad_arguments(argument, bad):
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        finite_differences(**{"problem": FIFTY, "cells": 10, argument: bad})
