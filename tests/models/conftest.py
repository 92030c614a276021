"""Small problems of registered functions, and models that train in a second."""

import keras
import numpy as np
import pytest

import kerasphys as kp

LINE = kp.geometry.Interval(0.0, 2.0, "x")


@keras.saving.register_keras_serializable(package="tests")
def hill(x):
    """The source whose solution is sin(π x / 2)."""
    return (np.pi / 2) ** 2 * np.sin(np.pi * x / 2)


@keras.saving.register_keras_serializable(package="tests")
def slope(x):
    return np.sin(x)


def line_problem(source=hill, left=0.0, **conditions):
    """Poisson's equation between two ends."""
    return kp.Problem(
        LINE,
        "u",
        {
            "equation": kp.Residual(kp.equations.poisson, source=source),
            "left": kp.Dirichlet(u=left, on=LINE.start("x"), weight=10.0),
            "right": kp.Dirichlet(u=0.0, on=LINE.end("x")),
            **conditions,
        },
    )


def line_model(problem=None, hard=False, compiled=True, network=None, **kwargs):
    """A small model of that problem, always with the same first weights."""
    network = network or kp.networks.MLP([6], seed=2)
    model = kp.models.PINNModel(network, problem or line_problem(), hard=hard)
    if compiled:
        model.compile(**{"optimizer": keras.optimizers.Adam(1e-2), **kwargs})
    return model


def line_points(problem=None, n=12, **kwargs):
    return (problem or line_problem()).points(equation=n, left=1, right=1, **kwargs)


def weights_of(model):
    """All trainable weights in one array."""
    return np.concatenate([np.ravel(weight) for weight in model.get_weights()])


@pytest.fixture
def problem():
    return line_problem()


@pytest.fixture
def model(problem):
    return line_model(problem)


@pytest.fixture
def points(problem):
    return line_points(problem)
