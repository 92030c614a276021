"""The benchmark problems: each reference solves its statement, and is what was agreed upon."""

import functools

import numpy as np
import pytest
import scipy

from benchmarks import deepxde
from benchmarks.pinn_problems import PERIODIC, PROBLEMS
from kerasphys import Periodic
from kerasphys.conditions.values import evaluate
from kerasphys.derivatives import Coordinate, Laplacian, Parameter
from kerasphys.solvers import max_error, relative_l2, solve_periodic

# Root mean squares of the references, from an independent program; its float64 in full.
RMS = {
    "advection_diffusion_1d": 0.10245893865673399,
    "poisson_2d": 0.49504950495049505,
    "helmholtz_2d": 0.4975124378109454,
    "burgers_1d": 0.6127158149387261,
    "allen_cahn_1d": 0.7106218939716173,
    "kdv_1d": 0.7069115940818979,
    "kovasznay_2d": 0.7264437983579405,
    "wave_1d": 0.5589895935958522,
}
SIZES = {
    "advection_diffusion_1d": (1001, 1, 1),
    "poisson_2d": (101**2, 2, 1),
    "helmholtz_2d": (201**2, 2, 1),
    "burgers_1d": (257 * 101, 2, 1),
    "allen_cahn_1d": (257 * 101, 2, 1),
    "kdv_1d": (257 * 101, 2, 1),
    "kovasznay_2d": (101**2, 2, 3),
    "wave_1d": (101**2, 2, 1),
}

every_problem = pytest.mark.parametrize("name", PROBLEMS)


@functools.cache
def problem(name):
    return PROBLEMS[name]()


def test_the_list():
    assert list(PROBLEMS) == list(RMS)


@every_problem
def test_size_and_checksum(name):
    forward = problem(name)
    n, d, m = SIZES[name]
    assert forward.name == name
    assert forward.points.shape == (n, d)
    assert forward.values.shape == (n, m)
    assert len(forward.problem.coordinates) == d
    assert len(forward.problem.fields) == m
    assert np.sqrt(np.mean(forward.values**2)) == pytest.approx(RMS[name], abs=1e-9)


@every_problem
def test_the_grid_is_that_of_the_domain(name):
    forward = problem(name)
    lower, upper = forward.problem.domain.bounds
    np.testing.assert_array_equal(forward.points.min(axis=0), lower)
    np.testing.assert_array_equal(forward.points.max(axis=0), upper)
    assert len(np.unique(forward.points, axis=0)) == len(forward.points)
    assert np.all(np.diff(forward.points[:5, -1]) > 0)  # the last coordinate is the fastest


def axes_of(forward):
    return [np.unique(column) for column in forward.points.T]


def differentiate(field, along, axes):
    """Partial derivatives on the grid by stencils of nine points; NaN near the edges."""
    offsets = np.arange(-4, 5)
    for axis in set(along):
        order = along.count(axis)
        moments = np.zeros(9)
        moments[order] = scipy.special.factorial(order)
        weights = np.linalg.solve(np.vander(offsets, increasing=True).T, moments)
        step = (axes[axis][-1] - axes[axis][0]) / (len(axes[axis]) - 1)
        padded = np.pad(
            field,
            [(4, 4) if k == axis else (0, 0) for k in range(field.ndim)],
            constant_values=np.nan,
        )
        parts = np.lib.stride_tricks.sliding_window_view(padded, 9, axis=axis)
        field = parts @ weights / step**order
    return field


def named(forward, condition):
    """What the function of a residual receives, from the reference on the grid."""
    names, axes = forward.problem.namespace, axes_of(forward)
    shape = [len(axis) for axis in axes]
    found = {}
    for name in condition.requested.names:
        term = names.resolve(name)
        if name in condition.givens:
            given = evaluate(name, condition.givens[name], forward.points, names.coordinates)
            found[name] = given.reshape(shape if given.ndim else ())
        elif isinstance(term, Parameter):
            found[name] = forward.problem.parameters[name]
        else:
            assert not isinstance(term, Coordinate)
            parts = [
                differentiate(forward.values[:, field].reshape(shape), along, axes)
                for field, along in term.partials
            ]
            assert len(parts) == 1 or isinstance(term, Laplacian)
            found[name] = sum(parts)
    return found


def equation_residuals(forward):
    """The residual of each equation on the grid, relative to the largest rate or derivative."""
    condition = forward.problem.conditions["equation"]
    values = named(forward, condition)
    residuals = condition.function(**values)
    derivatives = [value for name, value in values.items() if "_" in name]
    if "u_t" in values:
        derivatives = [values["u_t"]]
    scale = max(np.nanmax(np.abs(derivative)) for derivative in derivatives)
    several = isinstance(residuals, tuple)
    return [np.abs(residual) / scale for residual in (residuals if several else (residuals,))]


@pytest.mark.parametrize(
    ("name", "bound"),
    [
        ("advection_diffusion_1d", 1e-9),
        ("poisson_2d", 1e-9),
        ("helmholtz_2d", 1e-9),
        ("kovasznay_2d", 1e-9),
        ("wave_1d", 1e-8),
        ("kdv_1d", 1e-3),
    ],
)
def test_the_reference_satisfies_the_equation(name, bound):
    residuals = equation_residuals(problem(name))
    assert len(residuals) == len(problem(name).problem.fields)
    for residual in residuals:
        assert np.isfinite(residual).sum() > 0.8 * residual.size
        assert np.nanmax(residual) < bound


def test_burgers_satisfies_the_equation_where_the_grid_resolves_it():
    forward = problem("burgers_1d")
    (residual,) = equation_residuals(forward)
    x, t = np.meshgrid(*axes_of(forward), indexing="ij")
    smooth = np.isfinite(residual) & ((np.abs(x) > 0.2) | (t < 0.15))
    assert smooth.sum() > 0.6 * residual.size
    assert residual[smooth].max() < 1e-6


def test_allen_cahn_equals_finite_differences():
    """Its interfaces are as thin as the grid is wide: a method of lines on one half, by symmetry.

    The solution is even and periodic, so that its slope vanishes at x = 0 and at x = 1.
    """
    cells, diffusivity = 2048, 1e-4
    x = np.linspace(0, 1, cells + 1)
    step = x[1]

    def rate(t, u):
        v = np.concatenate([u[2:0:-1], u, u[-2:-4:-1]])  # mirrored at both ends
        second = -v[:-4] + 16 * v[1:-3] - 30 * v[2:-2] + 16 * v[3:-1] - v[4:]
        return diffusivity * second / (12 * step**2) - 5 * u**3 + 5 * u

    times = np.array([0.1, 0.5, 1.0])
    lines = scipy.integrate.solve_ivp(
        rate,
        (0, 1),
        x**2 * np.cos(np.pi * x),
        method="DOP853",
        t_eval=times,
        rtol=1e-7,
        atol=1e-8,
        max_step=2e-3,  # stable: 16/3 diffusivity / step² times it is below 5
    )
    u = problem("allen_cahn_1d").values.reshape(257, 101)[:, (100 * times).round().astype(int)]
    assert max_error(u[128:], lines.y[:: cells // 128]) < 1e-4
    np.testing.assert_allclose(u, u[::-1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", PERIODIC)
def test_half_the_resolution_gives_the_same(name):
    setting = PERIODIC[name]
    coarse = {**setting, "points": setting["points"] // 2, "step": 2 * setting["step"]}
    _, u = solve_periodic(**coarse, lower=-1.0, upper=1.0, times=[0.25])
    values = problem(name).values.reshape(257, 101)[:-1, 25]
    assert max_error(u[0, :: coarse["points"] // 256], values) < 1e-4


@every_problem
def test_the_reference_takes_the_given_values(name):
    forward = problem(name)
    names = forward.problem.namespace
    checked = set()
    for key, condition in forward.problem.conditions.items():
        region = condition.region(forward.problem.domain)
        if key == "equation":
            assert condition.on is None
            continue
        on = np.flatnonzero(region.contains(forward.points))
        assert len(on) >= 1
        if isinstance(condition, Periodic):
            u = forward.values.reshape(257, 101)
            np.testing.assert_array_equal(u[0], u[-1])
        elif key == "initial_velocity":
            u = forward.values.reshape(101, 101)
            early = u[:, :4] @ [-11 / 6, 3, -3 / 2, 1 / 3] / 0.01  # u_t(x, 0), third order
            later = u[:, 20:24] @ [-11 / 6, 3, -3 / 2, 1 / 3] / 0.01
            assert np.abs(early).max() < 1e-2 * np.abs(later).max()
        else:
            for field, value in condition.givens.items():
                given = evaluate(field, value, forward.points[on], names.coordinates)
                found = forward.values[on, names.fields.index(field)]
                np.testing.assert_allclose(found, np.broadcast_to(given, len(on)), atol=1e-12)
                checked.add(field)
    assert checked == set(names.fields)


def test_pressure_is_given_on_one_edge_and_velocity_on_all():
    forward = problem("kovasznay_2d")
    conditions = forward.problem.conditions
    on = {key: c.on.contains(forward.points) for key, c in conditions.items() if c.on is not None}
    assert on["walls"].sum() == 400
    np.testing.assert_array_equal(on["outlet"], forward.points[:, 0] == 1)


def test_error_is_that_of_the_worst_component(rng):
    forward = problem("kovasznay_2d")
    assert forward.error(forward.values) == 0.0
    predicted = forward.values * [1.0, 1.02, 1.01]
    assert forward.errors(predicted) == pytest.approx({"u": 0.0, "v": 0.02, "p": 0.01})
    assert forward.error(predicted) == pytest.approx(0.02)
    predicted[7, 2] = np.nan
    assert forward.error(predicted) == np.inf
    noisy = forward.values + rng.standard_normal(forward.values.shape)
    expected = [relative_l2(a, b) for a, b in zip(noisy.T, forward.values.T, strict=True)]
    assert forward.error(noisy) == pytest.approx(max(expected))
    with pytest.raises(ValueError, match="`predicted`"):
        forward.error(forward.values[:, 0])


@every_problem
def test_deepxde_was_measured_on_it(name):
    best = deepxde.best_run(name)
    assert best["best_error"] == min(run["best_error"] for run in deepxde.runs(name))
    assert min(error for _, error in best["trace"]) == best["best_error"]
    reached = deepxde.first_seen(best["trace"], best["best_error"])
    assert reached == pytest.approx(best["best_at_s"], abs=0.1)
    assert deepxde.seconds_to(name, best["best_error"]) <= reached
    assert deepxde.seconds_to(name, best["best_error"] / 2) is None
    for threshold, seconds in best["reached_s"].items():
        found = deepxde.first_seen(best["trace"], float(threshold))
        # the trace is rounded to four digits: one error just above 1e-2 reads 1e-2
        assert found == (None if seconds is None else pytest.approx(seconds, abs=5.2))
    network = best["network"]
    assert network[-1][1] == len(problem(name).problem.fields)


def test_deepxde_record():
    record = deepxde.record()
    assert record["library"] == "deepxde 1.15.0 on torch 2.13.0+cpu"
    assert record["machine"]["cores"] == 2
    assert {run["problem"] for run in record["runs"]} == set(PROBLEMS)
    assert len(record["runs"]) == 19
    assert deepxde.seconds_to("poisson_2d", 1e-4) == pytest.approx(4.5, abs=0.1)  # of both settings
    with pytest.raises(ValueError, match="No run of 'heat'"):
        deepxde.runs("heat")
