"""What the losses of regression and classification are, in Keras as in textbooks."""

import keras
import numpy as np
import pytest
import tensorflow as tf

DATA = np.array([[0.0], [0.0], [10.0]])


@pytest.mark.parametrize(
    ("loss", "known"),
    [("mse", np.mean(DATA)), ("mae", np.median(DATA))],
)
def test_a_constant_that_minimises_is_the_mean_or_the_median(loss, known):
    constants = np.linspace(-1, 11, 1201)
    loss = keras.losses.get(loss)
    values = [float(np.mean(loss(DATA, np.full((3, 1), c)))) for c in constants]
    assert constants[np.argmin(values)] == pytest.approx(known, abs=0.005)


def test_gradients_of_the_two_losses_balance_there():
    for loss, known in (("mse", 10 / 3), ("mae", 0.0)):
        slopes = []
        for side in (-1e-3, 1e-3):
            constant = tf.constant(known + side, tf.float64)
            with tf.GradientTape() as tape:
                tape.watch(constant)
                value = tf.reduce_mean(keras.losses.get(loss)(DATA, constant * np.ones((3, 1))))
            slopes.append(float(tape.gradient(value, constant)))
        assert slopes[0] < 0 < slopes[1]


CROSS_ENTROPY = keras.losses.CategoricalCrossentropy(from_logits=True, dtype="float64")


def test_cross_entropy_of_ignorance_is_the_logarithm_of_the_number_of_classes():
    assert float(CROSS_ENTROPY(np.eye(10), np.zeros((10, 10)))) == pytest.approx(2.302585, abs=1e-6)


def test_cross_entropy_punishes_confident_mistakes():
    chances = np.array([[0.01, 0.99]])
    value = CROSS_ENTROPY(np.array([[1.0, 0.0]]), np.log(chances))
    assert float(value) == pytest.approx(4.60517, abs=1e-5)
    from_chances = keras.losses.CategoricalCrossentropy(dtype="float64")
    assert float(from_chances(np.array([[1.0, 0.0]]), chances)) == pytest.approx(4.60517, abs=1e-5)


def test_the_gradient_of_cross_entropy_by_the_logits_is_chance_minus_truth(rng):
    logits = tf.constant(rng.standard_normal((4, 3)))
    truth = np.eye(3)[[0, 2, 1, 1]]
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = 4 * CROSS_ENTROPY(truth, logits)  # the sum over the samples
    chances = keras.ops.softmax(logits).numpy()
    np.testing.assert_allclose(tape.gradient(value, logits), chances - truth, atol=1e-15)
    np.testing.assert_allclose(chances.sum(axis=1), 1.0)


def test_it_stays_finite_for_large_logits_and_takes_integers_alike():
    logits = np.array([[1000.0, -1000.0, 0.0]])
    assert float(CROSS_ENTROPY(np.array([[0.0, 1.0, 0.0]]), logits)) == 2000.0
    sparse = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    assert float(sparse(np.array([1]), logits)) == 2000.0
    assert keras.ops.one_hot([1], 3).numpy().tolist() == [[0.0, 1.0, 0.0]]
