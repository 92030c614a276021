"""The limited memory: the same directions as BFGS on the pairs that it still has."""

import numpy as np
import pytest
import tensorflow as tf

from kerasphys.optimizers import LBFGS
from kerasphys.optimizers import quasi_newton as quasi_newton_module
from tests.optimizers.objectives import FunctionObjective, minimise, quartic, variable
from tests.optimizers.test_dense import exact_search


def printed_matrix(pairs, size):
    """The BFGS matrix of some pairs, oldest first, begun with that of the newest scale."""
    s, y = pairs[-1]
    H = np.eye(size) * (s @ y) / (y @ y)
    for s, y in pairs:
        rho = 1 / (s @ y)
        left = np.eye(size) - rho * np.outer(s, y)
        H = left @ H @ left.T + rho * np.outer(s, s)
    return H


@pytest.mark.parametrize("history", [1, 3, 50])
def test_direction_is_that_of_the_last_pairs(history, rng):
    v = [variable(rng.normal(size=6))]
    objective = FunctionObjective(quartic, v)
    optimizer = LBFGS(history=history)
    optimizer.build(v)
    np.testing.assert_array_equal(optimizer._product(tf.ones(6, "float64")), np.ones(6))
    pairs = []
    for _ in range(8):  # round the circle more than twice
        x, g = objective.position().numpy(), objective.evaluate().gradient.numpy()
        optimizer.step(objective, v)
        now = objective.evaluate().gradient.numpy()
        pairs.append((objective.position().numpy() - x, now - g))
        vector = rng.normal(size=6)
        np.testing.assert_allclose(
            optimizer._product(tf.constant(vector)),
            printed_matrix(pairs[-history:], 6) @ vector,
            rtol=1e-6,
            atol=1e-8,
        )
        assert int(optimizer.pairs.numpy()) == min(len(pairs), history)


def test_state_grows_with_the_parameters_and_the_history_only():
    optimizer = LBFGS(history=7)
    optimizer.build([variable(np.zeros(9000))])  # no matrix, no limit
    shapes = {v.name: tuple(v.shape) for v in optimizer.variables if len(v.shape)}
    assert shapes == {
        "kept_gradient": (9000,),
        "steps": (7, 9000),
        "changes": (7, 9000),
        "curvatures": (7,),
    }


def test_quadratic_is_solved_in_as_many_steps_as_it_has_unknowns(rng, monkeypatch):
    """With exact searches even two pairs do: they are conjugate gradients."""
    root = rng.normal(size=(6, 6))
    matrix = root @ root.T + np.eye(6)
    solution = rng.normal(size=6)

    def quadratic(x):
        e = x - solution
        return tf.tensordot(e, tf.linalg.matvec(matrix, e), 1) / 2

    monkeypatch.setattr(quasi_newton_module, "wolfe_search", exact_search(matrix))
    v = [variable(np.zeros(6))]
    losses = minimise(LBFGS(history=2), FunctionObjective(quadratic, v), 6)
    np.testing.assert_allclose(v[0], solution, atol=1e-7)
    assert losses[-2] > 1e-6


@pytest.mark.parametrize("history", [0, -1])
def test_history_must_be_positive(history):
    with pytest.raises(ValueError, match="history"):
        LBFGS(history=history)
