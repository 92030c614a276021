"""The periodic solver: closed forms, order, conservation, and an independent method of lines."""

import numpy as np
import pytest
import scipy

from kerasphys.solvers import max_error, observed_order, solve_periodic

LINE = {"lower": 0.0, "upper": 2 * np.pi}


def nothing(d):
    return 0 * d


def advect(u, d):
    return -d(u**2) / 2


def test_decaying_modes_are_exact():
    times = np.array([0.0, 0.3, 2.0])
    x, u = solve_periodic(
        lambda x: 1 + np.sin(3 * x) + np.cos(5 * x),
        linear=lambda d: 0.1 * d**2,
        **LINE,
        times=times,
        points=16,
    )
    t = times[:, None]
    exact = 1 + np.exp(-0.9 * t) * np.sin(3 * x) + np.exp(-2.5 * t) * np.cos(5 * x)
    assert max_error(u, exact) < 1e-14
    np.testing.assert_allclose(x, 2 * np.pi * np.arange(16) / 16)


@pytest.mark.parametrize("points", [16, 17])
def test_dispersion_moves_each_mode_at_its_own_speed(points):
    """`u_t + a u_x + u_xxx = 0`: the wavenumber `k` moves with the speed `a - k²`."""
    k = 2 * np.pi / 1.5 * np.array([1, 4])
    x, u = solve_periodic(
        lambda x: np.cos(k[0] * (x - 1)) + np.sin(k[1] * (x - 1)),
        linear=lambda d: -2 * d - d**3,
        lower=1.0,
        upper=2.5,
        times=[0.01, 0.7],
        points=points,
    )
    for t, row in zip([0.01, 0.7], u, strict=True):
        at = x - 1 - (2 - k[:, None] ** 2) * t
        assert max_error(row, np.cos(k[0] * at[0]) + np.sin(k[1] * at[1])) < 1e-12


def test_accuracy_in_space_is_spectral():
    """`exp(sin x)` moves along; its Fourier coefficients fall like `1 / (2^k k!)`."""
    errors = []
    for points in (9, 17, 25):
        _, u = solve_periodic(
            lambda x: np.exp(np.sin(x)), lambda d: -d, **LINE, times=[1.0], points=points
        )
        between = 8 * scipy.fft.irfft(scipy.fft.rfft(u[0]), 8 * points)  # where no points were
        at = 2 * np.pi * np.arange(8 * points) / (8 * points)
        errors.append(max_error(between, np.exp(np.sin(at - 1))))
    assert errors[0] < 3e-2
    assert errors[1] < 1e-6
    assert errors[2] < 1e-11
    assert np.all(np.diff(observed_order([9, 17, 25], errors)) > 5)  # the order itself rises


def soliton(x, t, speed=2.0, period=60.0):
    """Of `u_t + u u_x + u_xxx = 0`, around zero at the start."""
    at = (x - speed * t + period / 2) % period - period / 2
    return 3 * speed / np.cosh(np.sqrt(speed) / 2 * at) ** 2


def carry_soliton(step, times):
    x, u = solve_periodic(
        lambda x: soliton(x, 0),
        linear=lambda d: -(d**3),
        nonlinear=advect,
        lower=-30.0,
        upper=30.0,
        times=times,
        points=512,
        step=step,
    )
    return x, u


def test_soliton_goes_around_the_period_unchanged():
    times = np.array([0.0, 7.0, 20.0])
    x, u = carry_soliton(0.005, times)
    for row, t in zip(u, times, strict=True):
        assert max_error(row, soliton(x, t)) < 1e-5
    mass, momentum = u.mean(axis=1), (u**2).mean(axis=1)
    np.testing.assert_allclose(mass, mass[0], rtol=1e-13)
    np.testing.assert_allclose(momentum, momentum[0], rtol=1e-7)


def test_order_four_in_time_against_the_soliton():
    steps = np.array([40, 80, 160])
    errors = []
    for n in steps:
        x, u = carry_soliton(2.0 / n, [2.0])
        errors.append(max_error(u[0], soliton(x, 2.0)))
    order = observed_order(steps, errors)
    assert np.all(order > 3.7)
    assert np.all(order < 4.6)


@pytest.mark.parametrize("rate", [-3.0, -1e-9, 2.0])
def test_order_four_against_the_logistic_equation(rate):
    """`u' = r u - u²`, everywhere the same, whichever of both terms is the faster."""
    steps = np.array([10, 20, 40])
    growth = np.exp(rate)
    exact = rate * growth / (rate + np.expm1(rate))  # from u(0) = 1
    errors = []
    for n in steps:
        _, u = solve_periodic(
            np.ones(4),
            linear=lambda d: rate + 0 * d,
            nonlinear=lambda u, d: -(u**2),
            **LINE,
            times=[1.0],
            points=4,
            step=1 / n,
        )
        errors.append(max_error(u[0], np.full(4, exact)))
    np.testing.assert_allclose(observed_order(steps, errors), 4, atol=0.35)


@pytest.mark.parametrize("rate", [0.0, 1e-15])
def test_without_linear_part_it_is_the_classical_method(rate):
    """One step of Runge and Kutta, by hand: no digit is lost as the linear part vanishes."""

    def slope(u):
        return -(u**2) + np.sin(u)

    u, h = np.array([0.3, -0.2, 0.8, 0.1]), 0.1
    k1 = slope(u)
    k2 = slope(u + h / 2 * k1)
    k3 = slope(u + h / 2 * k2)
    k4 = slope(u + h * k3)
    _, found = solve_periodic(
        u,
        lambda d: rate * d**2,
        lambda u, d: slope(u),
        **LINE,
        times=[h],
        points=4,
        step=h,
        dealias=1,
    )
    assert max_error(found[0], u + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)) < 1e-14


@pytest.mark.parametrize("nonlinear", [None, advect])
def test_many_samples_at_once_are_what_they_are_alone(nonlinear):
    common = {**LINE, "times": [0.1, 0.3], "points": 16, "step": 0.05, "nonlinear": nonlinear}
    starts = np.random.default_rng(0).normal(size=(3, 16))
    _, together = solve_periodic(starts, lambda d: 0.1 * d**2, **common)
    assert together.shape == (2, 3, 16)
    for sample, start in enumerate(starts):
        _, alone = solve_periodic(start, lambda d: 0.1 * d**2, **common)
        assert max_error(together[:, sample], alone) < 1e-14


def test_stiff_modes_do_not_limit_the_step():
    """Kassam and Trefethen's reason: diffusion a million times faster than the step."""
    _, u = solve_periodic(
        lambda x: 1 + 0.01 * np.cos(x),
        linear=lambda d: 1e5 * d**2,
        nonlinear=lambda u, d: -(u**2),
        **LINE,
        times=[1.0, 2.0],
        points=64,
        step=0.01,
    )
    assert max_error(u, np.array([[1 / 2], [1 / 3]]) * np.ones(64)) < 1e-6  # u' = -u² once even


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_derivatives_in_the_nonlinear_part(order):
    """A linear term does the same on either side."""
    common = {"initial": lambda x: np.exp(np.cos(x)), **LINE, "times": [0.5], "points": 24}
    sign = [1, 1, 1, -1][order]
    _, exact = solve_periodic(linear=lambda d: 0.02 * sign * d**order, **common)
    _, found = solve_periodic(
        linear=nothing,
        nonlinear=lambda u, d: 0.02 * sign * (u if order == 0 else d(u, order)),
        step=0.01,
        dealias=1,
        **common,
    )
    assert max_error(found, exact) < 1e-8


def test_the_highest_mode_has_no_odd_derivative():
    """On 8 points `cos 4x` is all that is seen of the wavenumber 4; its slope there is zero."""
    _, u = solve_periodic(
        lambda x: np.cos(4 * x), lambda d: -d + 0.1 * d**2, **LINE, times=[1.0], points=8
    )
    assert max_error(u[0], np.exp(-1.6) * np.cos(np.pi * np.arange(8))) < 1e-14
    slopes = []
    solve_periodic(
        lambda x: np.cos(4 * x),
        nothing,
        lambda u, d: slopes.append(d(u)) or 0 * u,
        **LINE,
        times=[1.0],
        points=8,
        step=1.0,
    )
    assert np.abs(slopes[0]).max() < 1e-14


@pytest.mark.parametrize(("power", "dealias", "time"), [(2, 2 / 3, 0.7), (3, 1 / 2, 1.5)])
@pytest.mark.parametrize("points", [48, 50, 51])
def test_without_aliasing_energy_is_conserved(power, dealias, time, points):
    """`u_t = -(u^p)_x` on finitely many modes keeps the mean of `u²`; aliases would not."""

    def drift(part):
        _, u = solve_periodic(
            lambda x: 0.5 * np.cos(x) + 0.3 * np.sin(2 * x + 1),
            nothing,
            lambda u, d: -d(u**power),
            **LINE,
            times=[0.0, time],
            points=points,
            step=0.01,
            dealias=part,
        )
        energy = np.mean(u**2, axis=1)
        return abs(energy[1] / energy[0] - 1)

    assert drift(dealias) < 1e-6
    assert drift(1.0) > 1e-3


def cotangent_matrix(points, period):
    """Differentiation on an even number of points, without any transform (Trefethen, 2000)."""
    j = np.arange(1, points)
    column = np.concatenate([[0], 0.5 * (-1.0) ** j / np.tan(np.pi * j / points)])
    return 2 * np.pi / period * scipy.linalg.toeplitz(column, -column)


def test_equals_a_method_of_lines():
    """Kuramoto and Sivashinsky's equation, by a differentiation matrix and an implicit method."""
    points, period = 48, 16.0
    d1 = cotangent_matrix(points, period)
    d2 = d1 @ d1
    linear = -d2 - d2 @ d2
    _, u = solve_periodic(
        lambda x: np.cos(2 * np.pi * x / period) + 0.3 * np.sin(4 * np.pi * x / period),
        linear=lambda d: -(d**2) - d**4,
        nonlinear=advect,
        lower=0.0,
        upper=period,
        times=[0.0, 2.0, 6.0],
        points=points,
        step=0.01,
    )
    lines = scipy.integrate.solve_ivp(
        lambda t, u: linear @ u - u * (d1 @ u),
        (0.0, 6.0),
        u[0],
        method="Radau",
        t_eval=[2.0, 6.0],
        jac=lambda t, u: linear - np.diag(d1 @ u) - u[:, None] * d1,
        rtol=1e-9,
        atol=1e-10,
    )
    assert np.ptp(u[2]) > 1
    assert max_error(u[1:], lines.y.T) < 1e-6


def test_times_may_be_anywhere():
    """Between the times wanted there are equal steps, none longer than allowed."""
    common = {"initial": np.cos, "linear": lambda d: 0.1 * d**2, "nonlinear": advect, **LINE}
    _, even = solve_periodic(**common, times=np.linspace(0, 1, 11), points=32, step=1e-3)
    _, few = solve_periodic(**common, times=[0.2, 1.0], points=32, step=1e-3)
    _, odd = solve_periodic(**common, times=[0.07, 0.1999, 0.2, 1.0], points=32, step=1e-3)
    assert max_error(few, even[[2, 10]]) < 1e-11
    assert max_error(odd[2:], few) < 1e-11
    assert max_error(even[0], np.cos(2 * np.pi * np.arange(32) / 32)) < 1e-15


def test_says_when_the_solution_blows_up():
    with pytest.raises(RuntimeError, match=r"not finite at time 2\. Take a smaller `step`"):
        solve_periodic(
            np.ones(8),
            nothing,
            lambda u, d: u**2,
            **LINE,
            times=[0.5, 2.0, 3.0],
            points=8,
            step=0.01,
        )


GOOD = {
    "initial": np.sin,
    "linear": lambda d: 0.1 * d**2,
    "nonlinear": advect,
    **LINE,
    "times": [0.1],
    "points": 8,
    "step": 0.1,
}


@pytest.mark.parametrize(
    ("argument", "bad", "reason"),
    [
        ("initial", object(), "`initial`"),
        ("initial", np.zeros(7), r"shape \(8,\)"),
        ("initial", lambda x: 0.0, r"`initial\(x\)` must be an array of real numbers"),
        ("initial", lambda x: x / 0.0 if x is None else np.full(8, np.nan), "finite"),
        ("linear", object(), "a function of the symbol d"),
        ("linear", lambda d: 1.0, "one number for each d"),
        ("linear", lambda d: np.full(d.shape, "a"), "one number for each d"),
        ("linear", lambda d: 0.1j * d**3, "real coefficients"),
        ("linear", lambda d: np.full(d.shape, np.inf), "finite"),
        ("linear", lambda d: -1e4 * d**2, "the mode of 4 waves grows"),
        ("nonlinear", 3.0, "a function of u and d"),
        ("nonlinear", lambda u, d: 1.0, r"`nonlinear\(u, d\)`"),
        ("nonlinear", lambda u, d: np.full(8, np.nan), "finite"),
        ("nonlinear", lambda u, d: d(u, -1), "`order`"),
        ("lower", 7.0, "`upper` must be above lower=7"),
        ("lower", object(), "`lower`"),
        ("upper", np.inf, "`upper`"),
        ("times", [], "`times`"),
        ("times", [-0.1], "`times`"),
        ("times", [0.1, 0.1], "rising"),
        ("times", object(), "`times`"),
        ("points", 3, "`points`"),
        ("points", 8.0, "`points`"),
        ("step", None, "`step`"),
        ("step", 0.0, "`step`"),
        ("dealias", 0.0, "`dealias`"),
        ("dealias", 1.1, "`dealias`"),
        ("dealias", object(), "`dealias`"),
    ],
)
def test_refuses_bad_arguments(argument, bad, reason):
    solve_periodic(**GOOD)
    with pytest.raises((TypeError, ValueError), match=reason):
        solve_periodic(**{**GOOD, argument: bad})
