"""Penalties on weights: their closed forms on quadratics, and what they leave alone."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp

ALPHA = 0.05


class Quadratic(keras.layers.Layer):
    """Its two weights, whatever the input."""

    def __init__(self, start):
        super().__init__(dtype="float64")
        self.theta = self.add_weight(shape=(2,))
        self.theta.assign(start)

    def call(self, inputs):
        return inputs @ self.theta[:, None]


def model(start):
    found = keras.Sequential([keras.Input((2,), dtype="float64"), Quadratic(start)])
    found.build((None, 2))
    return found


def gradient(found, loss):
    """Of a loss of the weights plus the penalty, by the tape."""
    theta = found.layers[-1].theta
    with tf.GradientTape() as tape:
        value = loss(theta.value) + sum(found.losses)
    return tape.gradient(value, theta.value).numpy()


def bowl(curvatures, minimum):
    return lambda theta: tf.reduce_sum(0.5 * curvatures * (theta - minimum) ** 2)


def valley(row):
    """A line of minima: where `row @ theta` is one."""
    return lambda theta: (tf.reduce_sum(row * theta) - 1) ** 2


def test_l2_shrinks_each_weight_by_its_curvature():
    h, minimum = np.array([1.0, 4.0]), np.array([2.0, -1.0])
    found = model(h * minimum / (h + 2 * ALPHA))
    kp.losses.penalize(found, l2=ALPHA)
    np.testing.assert_allclose(gradient(found, bowl(h, minimum)), 0, atol=1e-8)


def slopes_beside_zero(known, loss):
    """The gradients to either side of a first weight of zero, under an L1 penalty."""
    slopes = []
    for side in (1e-12, -1e-12):
        found = model(known + np.array([side, 0]))
        kp.losses.penalize(found, l1=ALPHA)
        slopes.append(gradient(found, loss))
    return np.array(slopes)


def test_l1_is_a_soft_threshold():
    h, minimum = np.array([1.0, 4.0]), np.array([0.04, -1.0])
    known = np.sign(minimum) * np.maximum(abs(minimum) - ALPHA / h, 0)
    assert known[0] == 0
    slopes = slopes_beside_zero(known, bowl(h, minimum))
    np.testing.assert_allclose(slopes[:, 1], 0, atol=1e-8)
    assert slopes[0, 0] > 0 > slopes[1, 0]


@pytest.mark.parametrize("row", [[1.0, 1.0], [1.0, 2.0]])
def test_of_a_line_of_minima_l2_chooses_the_nearest_to_zero(row):
    row = np.array(row)
    found = model(row / (row @ row + ALPHA))  # (1/2, 1/2) and (1/5, 2/5) for a small penalty
    kp.losses.penalize(found, l2=ALPHA)
    np.testing.assert_allclose(gradient(found, valley(row)), 0, atol=1e-8)


def test_of_a_line_of_minima_l1_chooses_one_on_an_axis():
    known = np.array([0.0, 0.5 - ALPHA / 8])
    slopes = slopes_beside_zero(known, valley(np.array([1.0, 2.0])))
    np.testing.assert_allclose(slopes[:, 1], 0, atol=1e-8)
    assert slopes[0, 0] > 0 > slopes[1, 0]


def test_biases_are_penalised_or_not_and_it_can_be_taken_back():
    found = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_regularizer="l2")])
    found.layers[0].set_weights([np.array([[2.0]]), np.array([3.0])])
    kp.losses.penalize(found, l1=0.5, l2=1.0)
    assert float(sum(found.losses)) == 0.5 * 5 + 13
    kp.losses.penalize(found, l2=1.0, biases=False)
    assert float(sum(found.losses)) == 4.0
    kp.losses.penalize(found)
    assert found.losses == []


def test_a_model_that_was_trained_before_takes_it():
    network = kp.networks.MLP([3], outputs=1, seed=0)
    surrogate = kp.models.SurrogateModel(network, dtype="float64")
    surrogate.compile("sgd", loss="mse")
    x = np.linspace(0, 1, 4)[:, None]
    surrogate.fit(x, x, verbose=0)
    free = surrogate.evaluate(x, x, verbose=0)
    kp.losses.penalize(surrogate, l2=1.0)
    size = sum(np.sum(np.square(w)) for w in network.get_weights())
    held = surrogate.evaluate(x, x, verbose=0, return_dict=True)["loss"]
    assert held == pytest.approx(np.ravel(free)[0] + size, rel=1e-12)


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"model": object()}, TypeError, "model"),
        ({"model": kp.networks.MLP([2], outputs=1)}, ValueError, "built first"),
        ({"l1": -1}, ValueError, "l1"),
        ({"l2": "a"}, TypeError, "l2"),
        ({"biases": 1}, TypeError, "biases"),
    ],
)
def test_bad_arguments(changes, error, match):
    with pytest.raises(error, match=match):
        kp.losses.penalize(**{"model": model([0.0, 0.0]), **changes})
