"""Diffusion with reactions: a manufactured solution, orders, closed forms, steady states."""

import numpy as np
import pytest

from kerasphys.solvers import max_error, observed_order, relative_l2, solve_reaction_diffusion

X = np.linspace(0.0, 1.0, 21)


def manufactured(x, t):
    return np.sin(np.pi * x) * np.exp(x) * np.sin(2 * t)


def manufactured_rate(u, x, t, diffusivity=0.01, reaction=0.5):
    """`r u²` and the source for which the manufactured solution is one."""
    sine, cosine = np.sin(np.pi * x), np.cos(np.pi * x)
    u_t = sine * np.exp(x) * 2 * np.cos(2 * t)
    u_xx = np.exp(x) * ((1 - np.pi**2) * sine + 2 * np.pi * cosine) * np.sin(2 * t)
    source = u_t - diffusivity * u_xx - reaction * manufactured(x, t) ** 2
    return reaction * u**2 + source


def solve_manufactured(steps, degree):
    return solve_reaction_diffusion(
        lambda x: manufactured(x, 0.0),
        manufactured_rate,
        X,
        [0.5, 1.0],
        diffusivity=0.01,
        step=1 / steps,
        degree=degree,
    )


def test_order_in_time_and_spectral_accuracy_in_space():
    steps = [10, 20, 40]
    errors = [max_error(solve_manufactured(n, 24)[1], manufactured(X, 1.0)) for n in steps]
    np.testing.assert_allclose(observed_order(steps, errors), 4, atol=0.15)
    coarse = [max_error(solve_manufactured(200, n)[1], manufactured(X, 1.0)) for n in (6, 10, 14)]
    assert coarse[1] < coarse[0] / 100
    assert coarse[2] < 1e-9


def test_a_constant_source_is_integrated_exactly_in_one_step():
    """Of 1, which is not zero at the walls: `u = Σ 4/k (1 - exp(-κ k² t)) / (κ k²) sin kx`."""
    k = np.pi * np.arange(1, 4001, 2)
    decays = 0.02 * k**2
    series = 4 / k * (1 - np.exp(-decays * 0.5)) / decays
    u = solve_reaction_diffusion(
        np.zeros(63), lambda u, x, t: np.ones_like(u), X, [0.5], diffusivity=0.02, step=1.0
    )
    np.testing.assert_allclose(u[0], np.sin(np.outer(X, k)) @ series, rtol=0, atol=1e-7)


def test_a_steady_state_stays_on_another_interval():
    def steady(x):
        return np.sin(np.pi * (x + 2) / 3) * (1 + x)

    def rate(u, x, t):
        phase = np.pi * (x + 2) / 3
        second = 2 * np.pi / 3 * np.cos(phase) - (np.pi / 3) ** 2 * np.sin(phase) * (1 + x)
        return steady(x) ** 3 - u**3 - 0.3 * second

    x = np.linspace(-2.0, 1.0, 17)
    u = solve_reaction_diffusion(
        steady, rate, x, [0.0, 2.0], diffusivity=0.3, step=0.1, lower=-2.0, upper=1.0, degree=32
    )
    np.testing.assert_allclose(u, [steady(x)] * 2, atol=1e-9)
    assert not u[:, [0, -1]].any()


def test_many_at_once_are_as_one_by_one():
    starts = np.stack([np.sin(np.pi * np.arange(1, 16) / 16), np.arange(15) / 15])
    common = dict(x=X, times=[0.1, 0.3], diffusivity=0.1, step=0.02, degree=16)
    together = solve_reaction_diffusion(starts, lambda u, x, t: x * u**2 - t, **common)
    assert together.shape == (2, 2, 21)
    for i, start in enumerate(starts):
        alone = solve_reaction_diffusion(start, lambda u, x, t: x * u**2 - t, **common)
        assert relative_l2(together[:, i], alone) < 1e-13


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (dict(initial=np.zeros(7)), "`initial`"),
        (dict(initial=lambda x: np.nan * x), "`initial`"),
        (dict(rate=0.0), "`rate`"),
        (dict(rate=lambda u, x, t: 0.0), r"`rate\(u, x, t\)`"),
        (dict(x=[1.5]), "`x`"),
        (dict(times=[1.0, 0.5]), "`times`"),
        (dict(diffusivity=0.0), "`diffusivity`"),
        (dict(step=-1.0), "`step`"),
        (dict(upper=0.0), "`upper`"),
        (dict(lower="0"), "`lower`"),
        (dict(degree=3), "`degree`"),
    ],
)
def test_refuses(changes, reason):
    common = dict(
        initial=lambda x: 0 * x, rate=lambda u, x, t: 0 * u, x=X, times=[1.0], diffusivity=1.0
    )
    with pytest.raises((TypeError, ValueError), match=reason):
        solve_reaction_diffusion(**{**common, "step": 0.1, **changes})


def test_growth_beyond_all_bounds():
    with pytest.raises(RuntimeError, match="not finite at time 1"):
        solve_reaction_diffusion(
            lambda x: 10 * np.sin(np.pi * x),
            lambda u, x, t: 10 * u**2,
            X,
            [1.0],
            diffusivity=0.01,
            step=0.01,
            degree=16,
        )
