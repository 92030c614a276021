"""Cole–Hopf: the equation, an independent quadrature, symmetry, and its limits."""

import numpy as np
import pytest

from kerasphys.solvers import burgers_cole_hopf, max_error

VISCOSITY = 0.01 / np.pi


def trapezoid(x, t, viscosity):
    """The same integral over y on a uniform grid, as a rule that knows no Hermite polynomials."""
    half_width = 3 + 12 * np.sqrt(viscosity * t.max())
    shift = np.linspace(-half_width, half_width, 40001)
    u = np.empty_like(x)
    for i, (position, time) in enumerate(zip(x, t, strict=True)):
        y = position - shift
        exponent = -np.cos(np.pi * y) / (2 * np.pi * viscosity) - shift**2 / (4 * viscosity * time)
        density = np.exp(exponent - exponent.max())
        u[i] = -(density @ np.sin(np.pi * y)) / density.sum()
    return u


@pytest.mark.parametrize(
    ("viscosity", "time", "nodes"),
    [
        (VISCOSITY, 0.05, 400),
        (VISCOSITY, 0.5, 400),
        (VISCOSITY, 1.0, 400),
        (VISCOSITY, 1.0, 150),
        (1 / 1599, 1.0, 400),  # the smallest viscosity at t = 1
        (1 / 1000, 3.0, 400),
        (1e-4, 0.1, 400),
        (0.1, 1.0, 200),
        (1.0, 0.5, 400),
    ],
)
def test_equals_the_trapezoid_rule(viscosity, time, nodes):
    x = np.linspace(-1, 1, 41)
    t = np.full_like(x, time)
    u = burgers_cole_hopf(x, t, viscosity, nodes)
    assert max_error(u, trapezoid(x, t, viscosity)) < 1e-11


def test_twice_the_nodes_change_nothing():
    x, t = (a.ravel() for a in np.meshgrid(np.linspace(-1, 1, 41), np.linspace(0, 1, 11)))
    u = burgers_cole_hopf(x, t, VISCOSITY)
    assert max_error(u, burgers_cole_hopf(x, t, VISCOSITY, nodes=800)) < 1e-12


def test_satisfies_the_equation(rng):
    viscosity, h = 0.05, 1e-3
    x, t = rng.uniform(-0.9, 0.9, 50), rng.uniform(0.1, 0.9, 50)

    def u(i=0, j=0):
        return burgers_cole_hopf(x + i * h, t + j * h, viscosity)

    first, second = [1, -8, 0, 8, -1], [-1, 16, -30, 16, -1]  # fourth order
    u_t = sum(c * u(j=k - 2) for k, c in enumerate(first)) / (12 * h)
    u_x = sum(c * u(i=k - 2) for k, c in enumerate(first)) / (12 * h)
    u_xx = sum(c * u(i=k - 2) for k, c in enumerate(second)) / (12 * h**2)
    np.testing.assert_allclose(u_t + u() * u_x - viscosity * u_xx, 0, atol=1e-6)


def test_initial_and_boundary_values():
    x = np.linspace(-1, 1, 101)
    u = burgers_cole_hopf(x, np.zeros_like(x), VISCOSITY)
    np.testing.assert_allclose(u, -np.sin(np.pi * x), rtol=0, atol=1e-12)
    t = np.linspace(0, 1, 101)
    for wall in (-1.0, 1.0):
        np.testing.assert_allclose(
            burgers_cole_hopf(np.full_like(t, wall), t, VISCOSITY), 0, atol=1e-12
        )


def test_is_odd_and_keeps_the_order_of_the_points():
    x = np.linspace(-1, 1, 5001)  # more than one block
    t = np.linspace(0.1, 1, 5001)
    u = burgers_cole_hopf(x, t, VISCOSITY)
    np.testing.assert_allclose(u, -burgers_cole_hopf(-x, t, VISCOSITY), rtol=0, atol=1e-12)
    some = [0, 1234, 4321]
    np.testing.assert_allclose(u[some], burgers_cole_hopf(x[some], t[some], VISCOSITY), atol=1e-13)


def test_no_points_no_values():
    assert burgers_cole_hopf([], [], VISCOSITY).shape == (0,)


def test_refuses_what_it_could_not_integrate():
    with pytest.raises(ValueError, match=r"`viscosity` must be at least 0\.000625"):
        burgers_cole_hopf([0.5], [1.0], viscosity=6e-4)
    with pytest.raises(ValueError, match="`nodes` must be large enough"):
        burgers_cole_hopf([0.5], [8.0], viscosity=0.1)
    late = burgers_cole_hopf([0.5], [8.0], viscosity=0.1, nodes=1600)
    assert max_error(late, trapezoid(np.array([0.5]), np.array([8.0]), 0.1)) < 1e-11


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("x", [1.5]),
        ("x", object()),
        ("t", [-1.0]),
        ("t", [0.1, 0.2]),
        ("t", object()),
        ("viscosity", 0.0),
        ("viscosity", object()),
        ("nodes", 1),
        ("nodes", object()),
    ],
)
def test_refuses_bad_arguments(argument, bad):
    arguments = {"x": [0.5], "t": [0.5], "viscosity": VISCOSITY}
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        burgers_cole_hopf(**{**arguments, argument: bad})
