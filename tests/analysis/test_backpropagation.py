"""Back-propagation by hand against GradientTape and central differences."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.analysis import backpropagate
from kerasphys.analysis.backpropagation import FUNCTIONS


def network(activation, output_activation="linear", dtype="float64"):
    found = kp.networks.MLP(
        [5, 4, 3], activation, output_activation, outputs=2, dtype=dtype, seed=1
    )
    found.build((None, 3))
    for variable in found.trainable_variables:  # biases too
        variable.assign(np.random.default_rng(0).standard_normal(variable.shape))
    return found


def by_tape(model, x, y, loss):
    with tf.GradientTape() as tape:
        value = tf.reduce_mean(loss(y, model(x)))
    return value, tape.gradient(value, [v.value for v in model.trainable_variables])


@pytest.mark.parametrize("activation", FUNCTIONS)
def test_every_activation_agrees_with_the_tape(activation, rng):
    model = network(activation, activation)
    x, y = rng.standard_normal((6, 3)), rng.standard_normal((6, 2))
    found = backpropagate(model, x, y)
    value, gradients = by_tape(model, x, y, keras.losses.mean_squared_error)
    assert found.loss == pytest.approx(float(value), rel=1e-13)
    for mine, theirs in zip(found.gradients, gradients, strict=True):
        assert np.linalg.norm(mine - theirs) <= 1e-12 * np.linalg.norm(theirs)
    np.testing.assert_allclose(found.outputs[-1], model(x), rtol=1e-13, atol=1e-13)
    assert len(found.affine) == len(found.deltas) == len(found.outputs) - 1 == 4


def test_classification_agrees_with_the_tape_and_large_logits_do_not_overflow(rng):
    model = keras.Sequential(
        [
            keras.Input((3,), dtype="float64"),
            keras.layers.Dense(4, "sigmoid", use_bias=False, dtype="float64"),
            keras.layers.Dense(3, dtype="float64"),
        ]
    )
    x, y = rng.standard_normal((5, 3)), np.eye(3)[[0, 2, 1, 0, 2]]
    cross_entropy = keras.losses.CategoricalCrossentropy(from_logits=True, dtype="float64")
    for scale in (1.0, 500.0):
        model.layers[-1].kernel.assign(scale * rng.standard_normal((4, 3)))
        found = backpropagate(model, x, y, "crossentropy")
        value, gradients = by_tape(model, x, y, cross_entropy)
        assert found.loss == pytest.approx(float(value), rel=1e-12)
        assert len(found.gradients) == len(gradients) == 3
        for mine, theirs in zip(found.gradients, gradients, strict=True):
            assert np.linalg.norm(mine - theirs) <= 1e-12 * np.linalg.norm(theirs)
    shares = np.exp(found.outputs[-1] - found.outputs[-1].max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found.deltas[-1], (shares - y) / 5, atol=1e-15)  # p - y


def test_central_differences_approach_it_with_order_two(rng):
    model = network("tanh")
    x, y = rng.standard_normal((6, 3)), rng.standard_normal((6, 2))
    kernel = model.dense[1].kernel
    start, exact = kernel.numpy(), backpropagate(model, x, y).gradients[2][1, 2]
    errors = []
    for step in (4e-2, 2e-2, 1e-2):
        values = []
        for sign in (1, -1):
            moved = start.copy()
            moved[1, 2] += sign * step
            kernel.assign(moved)
            values.append(backpropagate(model, x, y).loss)
        errors.append(abs((values[0] - values[1]) / (2 * step) - exact))
    np.testing.assert_allclose(kp.solvers.observed_order([25, 50, 100], errors), 2, atol=0.01)


NETWORK, X, Y = network("tanh"), np.zeros((2, 3)), np.zeros((2, 2))


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"network": object()}, TypeError, "network"),
        ({"network": kp.networks.MLP([2], outputs=2)}, ValueError, "built first"),
        ({"network": kp.networks.CNN([2], outputs=2)}, ValueError, "built first"),
        (
            {"network": keras.Sequential([keras.Input((3,)), keras.layers.Flatten()])},
            TypeError,
            "MLP",
        ),
        ({"network": network("swish")}, ValueError, "'dense_0' must have one of the activations"),
        ({"x": np.zeros((2, 4))}, ValueError, "x"),
        ({"y": np.zeros((3, 2))}, ValueError, "y"),
        ({"loss": "mae"}, ValueError, "loss"),
    ],
)
def test_bad_arguments(changes, error, match):
    with pytest.raises(error, match=match):
        backpropagate(**{"network": NETWORK, "x": X, "y": Y, **changes})
