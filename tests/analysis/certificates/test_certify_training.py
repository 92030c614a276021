"""The bound of a certificate holds at every checkpoint of a training."""

import keras
import numpy as np
import pytest

import kerasphys as kp
from tests.analysis.conftest import LINE

SQUARE = kp.geometry.Box((0, 0), (1, 1))
ROD = LINE * kp.geometry.Interval(0, 1, "t")
SECONDS = kp.geometry.Interval(0, 2, "t")


def wave(x, y):
    return np.sin(np.pi * x) * np.sin(np.pi * y)


def poisson():
    problem = kp.Problem(
        SQUARE,
        "u",
        {
            "equation": kp.Residual(
                kp.equations.poisson, source=lambda x, y: 2 * np.pi**2 * wave(x, y)
            ),
            "walls": kp.Dirichlet(u=0.0, on=SQUARE.boundary()),
        },
    )
    return problem, wave, dict(equation=200, walls=80)


def advection_diffusion(peclet):
    flow = kp.solvers.AdvectionDiffusion1D(velocity=1.0, diffusivity=1 / peclet)
    problem = kp.Problem(
        LINE,
        "u",
        {
            "equation": kp.Residual(
                kp.equations.advection_diffusion, velocity=1.0, diffusivity=1 / peclet, source=0.0
            ),
            "ends": kp.Dirichlet(u=lambda x: x, on=LINE.boundary()),
        },
    )
    return problem, flow.exact, dict(equation=200, ends=2)


def heat():
    problem = kp.Problem(
        ROD,
        "u",
        {
            "equation": kp.Residual(kp.equations.heat),
            "initial": kp.Dirichlet(u=lambda x: np.sin(np.pi * x), on=ROD.start("t")),
            "walls": kp.Dirichlet(u=0.0, on=ROD.boundary("x")),
        },
        parameters={"diffusivity": 0.1},
    )
    exact = lambda x, t: np.exp(-0.1 * np.pi**2 * t) * np.sin(np.pi * x)  # noqa: E731
    return problem, exact, dict(equation=200, initial=40, walls=40)


def oscillator():
    problem = kp.Problem(
        SECONDS,
        ("y", "v"),
        {
            "equation": kp.Residual(lambda y, v, y_t, v_t: (y_t - v, v_t + 9 * y)),
            "start": kp.Dirichlet(y=1.0, v=0.0, on=SECONDS.start("t")),
        },
    )
    exact = {"y": lambda t: np.cos(3 * t), "v": lambda t: -3 * np.sin(3 * t)}
    return problem, exact, dict(equation=100, start=1)


CASES = {
    "poisson": (poisson, False),
    "poisson, built in": (poisson, True),
    "a/κ = 1": (lambda: advection_diffusion(1), False),
    "a/κ = 10": (lambda: advection_diffusion(10), False),
    "a/κ = 50": (lambda: advection_diffusion(50), False),
    "a/κ = 50, built in": (lambda: advection_diffusion(50), True),
    "heat": (heat, False),
    "heat, built in": (heat, True),
    "oscillator": (oscillator, False),
}


def run(name, optimizer, units, checkpoints, points, seed=0):
    """Trains, and checks the bounds before and at each of the checkpoints."""
    make, hard = CASES[name]
    problem, exact, counts = make()
    if hard:
        counts = {"equation": counts["equation"]}
    model = kp.models.PINNModel(kp.networks.MLP(units, seed=seed), problem, hard=hard)
    model.compile(optimizer)
    errors = []
    for steps in (0, *checkpoints):
        if steps:
            model.fit(problem.points(**counts), steps_per_epoch=steps, verbose=0)
        found = kp.certify(model, points=points, exact=exact)
        for bound in found.bounds.values():
            assert bound.effectivity >= 1, f"{steps} steps\n{found}"
        if "energy" in found.bounds:
            assert found.bounds["energy"].effectivity < 3
        errors.append(found.error)
    return errors


@pytest.mark.parametrize("name", ["poisson", "a/κ = 10", "a/κ = 50", "heat", "oscillator"])
def test_at_every_checkpoint(name):
    errors = run(name, keras.optimizers.Adam(1e-2), [6], (1, 9, 40), 1024)
    assert len(set(errors)) == 4


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", CASES)
def test_of_long_trainings(name, seed):
    checkpoints = (1, 5, 10, 20, 40, 80, 160, 200)
    optimizer = kp.optimizers.LevenbergMarquardt()
    errors = run(name, optimizer, [16, 16], checkpoints, 4096, seed)
    assert errors[-1] < 1e-2 * errors[0]
