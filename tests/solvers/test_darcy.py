"""Darcy flow: orders, balance of mass, symmetry, and the maximum principle."""

import numpy as np
import pytest

from kerasphys.solvers import max_error, observed_order, relative_l2, solve_darcy, solve_poisson


@pytest.fixture
def kappa(rng):
    return np.exp(rng.normal(size=(12, 9)))


def means(a, b, mean):
    return (a + b) / 2 if mean == "arithmetic" else 2 * a * b / (a + b)


def fluxes(kappa, u, mean="arithmetic"):
    """What flows through the faces of the cells inside, along each axis."""
    hx, hy = 1 / (kappa.shape[0] - 1), 1 / (kappa.shape[1] - 1)
    along_x = -means(kappa[1:], kappa[:-1], mean) * np.diff(u, axis=0) / hx * hy
    along_y = -means(kappa[:, 1:], kappa[:, :-1], mean) * np.diff(u, axis=1) / hy * hx
    return along_x[:, 1:-1], along_y[1:-1], hx * hy


@pytest.mark.parametrize("mean", ["arithmetic", "harmonic"])
def test_mass_is_balanced_in_every_cell_and_on_the_whole(kappa, rng, mean):
    f = rng.normal(size=kappa.shape)
    x, y, cell = fluxes(kappa, solve_darcy(kappa, f, mean=mean), mean)
    out = np.diff(x, axis=0) + np.diff(y, axis=1)
    assert max_error(out, cell * f[1:-1, 1:-1]) < 1e-14
    boundary = x[-1].sum() - x[0].sum() + y[:, -1].sum() - y[:, 0].sum()
    assert boundary == pytest.approx(cell * f[1:-1, 1:-1].sum(), abs=1e-13)


@pytest.mark.parametrize("mean", ["arithmetic", "harmonic"])
def test_second_order_against_a_manufactured_solution(mean):
    """`u = sin(πx) sin(πy / 2)` on a box of 1 by 2, `κ = 1 + x + y² / 4`."""
    cells, errors = [8, 16, 32], []
    for n in cells:
        x, y = np.meshgrid(np.linspace(0, 1, n + 1), np.linspace(0, 2, n + 5), indexing="ij")
        p = np.pi
        k, u = 1 + x + y**2 / 4, np.sin(p * x) * np.sin(p * y / 2)
        u_x, u_y = p * np.cos(p * x) * np.sin(p * y / 2), p / 2 * np.sin(p * x) * np.cos(p * y / 2)
        f = 1.25 * p**2 * k * u - u_x - y / 2 * u_y
        errors.append(max_error(solve_darcy(k, f, (1.0, 2.0), mean), u))
    assert np.all(np.abs(observed_order(cells, errors) - 2) < 0.25)


def test_across_a_jump_the_harmonic_mean_keeps_the_second_order():
    """`-(κ u')' = 1` with `κ` = 1 left of the middle and 10 right of it."""
    cells = [15, 31, 63]  # the jump lies half way between two points
    errors = {"arithmetic": [], "harmonic": []}
    for n in cells:
        x = np.linspace(0, 1, n + 1)
        kappa = np.where(x < 0.5, 1.0, 10.0)
        inverse, first = 0.5 + 0.05, 0.125 + 0.0375  # ∫ 1 / κ and ∫ x / κ
        flux = first / inverse  # κ u' = flux - x
        left = flux * x - x**2 / 2
        right = -(flux * (1 - x) - (1 - x**2) / 2) / 10
        exact = np.where(x < 0.5, left, right)
        for mean, found in errors.items():
            found.append(max_error(solve_darcy(kappa, mean=mean), exact))
    assert np.all(np.abs(observed_order(cells, errors["harmonic"]) - 2) < 0.2)
    assert np.all(np.abs(observed_order(cells, errors["arithmetic"]) - 1) < 0.2)


@pytest.mark.parametrize("shape", [(9,), (7, 12), (5, 3, 6)])
def test_with_constant_conductivity_it_is_poissons_equation(shape, rng):
    f, lengths = rng.normal(size=shape), (1.0, 0.5, 2.0)[: len(shape)]
    u = solve_darcy(np.full(shape, 2.0), f, lengths)
    assert relative_l2(u, solve_poisson(f / 2, lengths)) < 1e-12


def test_turning_the_square_turns_the_solution(kappa):
    u = solve_darcy(kappa)
    assert relative_l2(solve_darcy(kappa.T), u.T) < 1e-13
    assert relative_l2(solve_darcy(kappa[::-1]), u[::-1]) < 1e-13


def test_scales_and_is_symmetric_in_sources(kappa, rng):
    f, g = rng.normal(size=(2, *kappa.shape))
    u, v = solve_darcy(kappa, f), solve_darcy(kappa, g)
    assert relative_l2(solve_darcy(4 * kappa, 2 * f), u / 2) < 1e-13
    inside = (slice(1, -1), slice(1, -1))
    assert np.sum(u[inside] * g[inside]) == pytest.approx(np.sum(v[inside] * f[inside]), rel=1e-10)


def test_maximum_principle(kappa):
    u = solve_darcy(kappa)
    assert u[1:-1, 1:-1].min() > 0
    for edge in (u[0], u[-1], u[:, 0], u[:, -1]):
        assert not edge.any()
    less = solve_darcy(kappa, 1.0 - (np.arange(kappa.size).reshape(kappa.shape) == 40))
    assert np.all(less <= u + 1e-16)


def test_second_order_with_boundary_values():
    """`u = exp(x) cos(y)` with `κ = 1 + x y`, whose corners are not zero."""
    cells, errors = [8, 16, 32], []
    for n in cells:
        x, y = np.meshgrid(np.linspace(0, 1, n + 1), np.linspace(0, 1, n + 4), indexing="ij")
        u = np.exp(x) * np.cos(y)
        f = -(y * u - x * np.exp(x) * np.sin(y))
        errors.append(max_error(solve_darcy(1 + x * y, f, boundary=u), u))
    assert np.all(np.abs(observed_order(cells, errors) - 2) < 0.25)


@pytest.mark.parametrize("shape", [(9,), (7, 12), (5, 3, 6)], ids=["line", "plane", "space"])
def test_what_is_linear_is_exact_and_only_the_boundary_counts(shape, rng):
    grid = np.meshgrid(*(np.linspace(0, 1, n) for n in shape), indexing="ij")
    u = 1 + sum((axis + 1) * x for axis, x in enumerate(grid))
    noisy = u.copy()
    noisy[(slice(1, -1),) * len(shape)] = rng.normal(size=[n - 2 for n in shape])
    assert max_error(solve_darcy(np.full(shape, 3.0), 0.0, boundary=noisy), u) < 1e-13
    assert max_error(solve_darcy(np.full(shape, 3.0), 0.0, boundary=2.5), 2.5 + 0 * u) < 1e-13


def test_what_an_operator_network_may_know_of_it(kappa, rng):
    """From f, or from g, it is linear; from κ it is homogeneous of degree -1 and not linear."""
    f, g, other = rng.normal(size=(3, *kappa.shape))
    both = solve_darcy(kappa, f, boundary=g)
    parts = solve_darcy(kappa, f) + solve_darcy(kappa, 0.0, boundary=g)
    assert relative_l2(both, parts) < 1e-10
    assert relative_l2(solve_darcy(kappa, f + other), 2 * solve_darcy(kappa, (f + other) / 2)) == 0
    sums = solve_darcy(kappa, f) + solve_darcy(kappa, other)
    assert relative_l2(solve_darcy(kappa, f + other), sums) < 1e-10
    np.testing.assert_array_equal(solve_darcy(2 * kappa, f), solve_darcy(kappa, f) / 2)
    defect = solve_darcy(kappa + kappa[::-1], f)
    assert relative_l2(defect, solve_darcy(kappa, f) + solve_darcy(kappa[::-1], f)) > 0.1


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("conductivity", object()),
        ("conductivity", np.float64(1.0)),
        ("conductivity", np.ones((2, 5))),
        ("conductivity", np.zeros((5, 5))),
        ("conductivity", np.full((5, 5), np.inf)),
        ("conductivity", np.ones((3, 3, 3, 3))),
        ("source", np.ones(5)),
        ("source", np.nan),
        ("source", "one"),
        ("lengths", (1.0,)),
        ("lengths", 0.0),
        ("mean", "geometric"),
        ("boundary", np.ones(5)),
        ("boundary", np.inf),
    ],
)
def test_refuses_bad_arguments(argument, bad):
    good = {"conductivity": np.ones((5, 5))}
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        solve_darcy(**{**good, argument: bad})
