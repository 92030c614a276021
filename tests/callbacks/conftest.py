"""A small model to watch."""

import numpy as np
import pytest

import kerasphys as kp


def exact(x, t):
    return np.exp(-t) * np.sin(np.pi * x)


def make_problem(fields="u"):
    domain = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(0, 1, "t")
    conditions = {"equation": kp.Residual(lambda u_t, u_xx: u_t - u_xx / np.pi**2)}
    conditions |= {
        f"initial{name}": kp.Dirichlet(**{name: lambda x: np.sin(np.pi * x)}, on=domain.start("t"))
        for name in fields
    }
    return kp.Problem(domain, fields=tuple(fields), conditions=conditions)


def make_model(problem, dtype="float64"):
    model = kp.models.PINNModel(kp.networks.MLP([4], seed=0), problem, dtype=dtype)
    model.compile("adam")
    return model


def train(model, callbacks, epochs=3, **options):
    """The logs of a short fit."""
    sizes = dict.fromkeys(model.problem.conditions, 8)
    points = model.problem.points(seed=3, **sizes)
    run = model.fit(points, epochs=epochs, callbacks=callbacks, verbose=0, **options)
    return run.history


@pytest.fixture
def problem():
    return make_problem()


@pytest.fixture
def model(problem):
    return make_model(problem)


@pytest.fixture
def reference(rng):
    """Points, and the exact solution there."""
    points = rng.uniform(size=(50, 2))
    return points, exact(*points.T)
