"""Fields that react and diffuse: closed forms, the order in time, and other solvers."""

import numpy as np
import pytest

from kerasphys.solvers import (
    max_error,
    observed_order,
    relative_l2,
    solve_periodic,
    solve_reactions,
)


def fisher(u):
    return [u * (1 - u)]


@pytest.mark.parametrize("boundary", ["neumann", ("periodic", "neumann")], ids=["walls", "ring"])
def test_linear_fields_decay_and_turn_into_each_other(boundary):
    """`u' = v, v' = -u`, with equal diffusion: a rotation times the decay of one wave."""
    ring = boundary != "neumann"
    x = np.linspace(0, 1, 12, endpoint=not ring)[:, None]
    y = np.linspace(0, 2, 9)
    wave = np.cos(2 * np.pi * x) * np.cos(np.pi * y / 2)
    start = np.stack([wave, 0 * wave])
    found = solve_reactions(
        start,
        lambda u, v: (v, -u),
        [0.1, 0.1],
        (1.0, 2.0),
        times=[0.0, 0.5],
        step=0.005,
        boundary=boundary,
    )
    decay = np.exp(-0.05 * (4 + 1 / 4) * np.pi**2)
    assert max_error(found[0], start) < 1e-14
    exact = decay * np.stack([np.cos(0.5) * wave, -np.sin(0.5) * wave])
    assert max_error(found[1], exact) < 1e-10


def test_logistic_growth_of_what_is_even_everywhere():
    u = solve_reactions(
        np.full((2, 1, 5, 4, 6), 0.1), fisher, [1.0], (1.0, 1.0, 1.0), times=[2.0], step=0.02
    )
    assert max_error(u, np.full(u.shape, 1 / (1 + 9 * np.exp(-2)))) < 1e-8


def test_a_ring_is_that_of_the_periodic_solver():
    start = 0.5 + 0.4 * np.cos(2 * np.pi * np.arange(32) / 32)
    options = dict(times=[0.3, 1.0], step=0.01)
    found = solve_reactions([start], fisher, [0.02], 1.0, boundary="periodic", **options)
    _, u = solve_periodic(
        start,
        linear=lambda d: 0.02 * d**2,
        nonlinear=lambda u, d: u * (1 - u),
        lower=0.0,
        upper=1.0,
        points=32,
        dealias=1.0,
        **options,
    )
    assert max_error(found[:, 0], u) < 1e-12


def test_walls_are_half_of_a_ring():
    start = 0.5 + 0.4 * np.cos(np.pi * np.arange(32) / 16)
    options = dict(times=[1.0], step=0.02)
    ring = solve_reactions([start], fisher, [0.02], 2.0, boundary="periodic", **options)
    walls = solve_reactions([start[:17]], fisher, [0.02], 1.0, **options)
    assert max_error(walls, ring[..., :17]) < 1e-12


def test_fourth_order_in_time():
    x = np.linspace(0, 1, 17)
    start = np.stack([np.cos(np.pi * x), 0.3 + 0 * x])
    steps = np.array([8, 16, 32, 256])
    ends = [
        solve_reactions(
            start, lambda u, v: (u - u**3 - v, u - v), [0.01, 0.05], 1.0, times=[2.0], step=2.0 / n
        )
        for n in steps
    ]
    errors = [relative_l2(end, ends[-1]) for end in ends[:-1]]
    np.testing.assert_allclose(observed_order(steps[:-1], errors), 4, atol=0.4)


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("initial", np.zeros(8)),
        ("initial", np.zeros((2, 8))),
        ("initial", np.zeros((1, 3))),
        ("initial", np.full((1, 8), np.nan)),
        ("rate", 1.0),
        ("rate", lambda u, v: [u]),
        ("rate", lambda u: [u, u]),
        ("rate", lambda u: [np.inf + u]),
        ("diffusivities", [-1.0]),
        ("diffusivities", 1.0),
        ("lengths", 0.0),
        ("times", []),
        ("step", 0.0),
        ("boundary", "dirichlet"),
    ],
    ids=[f"case{index}" for index in range(14)],
)
def test_refuses(argument, bad):
    good = dict(initial=np.zeros((1, 8)), rate=fisher, diffusivities=[0.1], lengths=1.0)
    good |= dict(times=[1.0], step=0.1)
    with pytest.raises((TypeError, ValueError), match=argument):
        solve_reactions(**{**good, argument: bad})


def test_a_step_that_is_too_large_is_an_error():
    with pytest.raises(RuntimeError, match="smaller `step`"):
        solve_reactions(
            np.full((1, 8), 50.0), lambda u: [u - u**3], [0.1], 1.0, times=[50.0], step=5.0
        )
