"""A small model made by hand: a cubic in x with a decay in t, and its derivatives."""

import numpy as np
import pytest
import tensorflow as tf

from kerasphys.artifacts import Card, write_artifact


class Cubic:
    """u = w0 x + w1 x³ exp(-t), in a precision of choice."""

    def __init__(self, dtype="float64"):
        self.weights = tf.Variable([1 / 3, 2 / 7], dtype=dtype, name="weights")
        spec = [tf.TensorSpec((None, 2), dtype, name="points")]

        @tf.function(input_signature=spec)
        def serve(points):
            x, t = points[:, 0], points[:, 1]
            w = self.weights
            return {"u": w[0] * x + w[1] * x**3 * tf.exp(-t), "U": x}

        @tf.function(input_signature=spec)
        def derivatives(points):
            x, t = points[:, 0], points[:, 1]
            w = self.weights
            u_x = w[0] + 3 * w[1] * x**2 * tf.exp(-t)
            u_t = -w[1] * x**3 * tf.exp(-t)
            return {"u_x": u_x, "grad_u": tf.stack([u_x, u_t], axis=1)}

        self.signatures = {"serve": serve, "derivatives": derivatives}


@pytest.fixture(scope="session")
def cubic():
    return Cubic()


@pytest.fixture(scope="session")
def card():
    return Card(
        kind="formula",
        name="A cubic",
        description="Made by hand.",
        coordinates=[
            {"name": "x", "lower": -1.0, "upper": 1.0},
            {"name": "t", "lower": 0.0, "upper": None},
        ],
        fields=["u", "U"],
        parameters={"viscosity": 0.01},
        problem="u = w0 x + w1 x³ exp(-t)",
        data={"points": 64},
        errors={"u_relative_l2": 1e-3, "U_relative_l2": None},
        seed=3,
        command="make demo",
    )


@pytest.fixture(scope="session")
def written(tmp_path_factory, cubic, card):
    """An artefact to read; tests that damage one make a copy."""
    path = tmp_path_factory.mktemp("artifacts") / "cubic"
    return write_artifact(path, cubic.signatures, card, [cubic.weights])


@pytest.fixture
def points(rng):
    return np.stack([rng.uniform(-1, 1, 50), rng.uniform(0, 2, 50)], axis=1)
