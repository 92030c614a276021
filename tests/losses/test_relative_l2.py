"""The relative error of each sample, as a loss."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp


def test_every_sample_counts_alike(rng):
    y = rng.normal(size=(5, 4, 3, 2)) * np.array([1e-3, 1, 10, 1e4, 1])[:, None, None, None]
    factors = np.array([1.1, 0.8, 1.0, 1.5, 3.0])
    loss = kp.losses.RelativeL2(dtype="float64")
    prediction = y * factors[:, None, None, None]
    np.testing.assert_allclose(loss.call(y, prediction), np.abs(factors - 1), atol=1e-15)
    np.testing.assert_allclose(loss(y, prediction), np.mean(np.abs(factors - 1)), rtol=1e-14)


@pytest.mark.parametrize("shape", [(3,), (3, 2)])
def test_norms_run_over_all_axes_but_the_first(rng, shape):
    y, prediction = rng.normal(size=(2, *shape))
    rows = [np.reshape(a, (3, -1)) for a in (y, prediction)]
    expected = np.linalg.norm(rows[1] - rows[0], axis=1) / np.linalg.norm(rows[0], axis=1)
    loss = kp.losses.RelativeL2(dtype="float64")
    np.testing.assert_allclose(loss.call(y, prediction), expected, rtol=1e-13)


def test_a_target_that_vanishes_is_finite():
    loss = kp.losses.RelativeL2(epsilon=0.01, dtype="float64")
    zero, half = np.zeros((1, 16)), np.full((1, 16), 0.5)
    assert float(loss(zero, zero)) == 0.0
    np.testing.assert_allclose(loss(zero, half), 50.0, rtol=1e-14)  # in units of epsilon


@pytest.mark.parametrize("jit_compile", [False, True])
def test_the_gradient_is_finite_where_a_sample_is_met_exactly(jit_compile):
    y = tf.constant([[3.0, 4.0], [0.0, 0.0], [1.0, 0.0]], tf.float64)
    prediction = tf.Variable([[3.0, 4.0], [0.0, 0.0], [1.0, 2.0]], dtype=tf.float64)
    loss = kp.losses.RelativeL2(dtype="float64")

    @tf.function(jit_compile=jit_compile)
    def gradient():
        with tf.GradientTape() as tape:
            value = loss(y, prediction)
        return tape.gradient(value, prediction)

    np.testing.assert_allclose(gradient(), [[0, 0], [0, 0], [0, 1 / 3]], atol=1e-15)


def test_a_file_keeps_loss_and_metric_apart():
    for item in (kp.losses.RelativeL2(epsilon=1e-3), kp.metrics.RelativeL2()):
        config = keras.saving.serialize_keras_object(item)
        again = keras.saving.deserialize_keras_object(config)
        assert type(again) is type(item)
        assert again.get_config() == item.get_config()


def test_nothing_is_broadcast():
    with pytest.raises(ValueError, match=r"y_pred.*axis by axis"):
        kp.losses.RelativeL2()(np.ones((3, 1)), np.ones(3))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"epsilon": -1.0}, ValueError),
        ({"reduction": "product"}, ValueError),
        ({"dtype": "float16"}, ValueError),
        ({"name": 1}, TypeError),
    ],
)
def test_bad_arguments(changes, error):
    with pytest.raises(error, match=next(iter(changes))):
        kp.losses.RelativeL2(**changes)
