"""Activations by name."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.layers.activations import check_smooth, get_activation


def test_sine_in_both_precisions():
    x = np.linspace(-4, 4, 9)
    assert kp.layers.sine(tf.constant(x)).dtype == tf.float64
    np.testing.assert_allclose(kp.layers.sine(tf.constant(x)), np.sin(x), rtol=1e-15)
    assert kp.layers.sine(tf.constant(x, "float32")).dtype == tf.float32


def test_sine_is_registered():
    config = keras.activations.serialize(kp.layers.sine)
    assert keras.activations.deserialize(config) is kp.layers.sine


def test_names_of_the_field_and_of_keras():
    assert get_activation("activation", "logistic") is keras.activations.sigmoid
    assert get_activation("activation", "softplus") is keras.activations.softplus
    assert get_activation("activation", np.tanh) is np.tanh


def test_unknown_names_list_the_known_ones():
    with pytest.raises(ValueError, match=r"`activation`.*'leaky_relu'.*'sine'"):
        get_activation("activation", "sinus")
    with pytest.raises(TypeError, match="`activation`"):
        get_activation("activation", 3)


@pytest.mark.parametrize(
    "layers",
    [
        [keras.layers.Dense(2, activation="relu")],
        [keras.layers.Dense(2), keras.layers.LeakyReLU()],
        [keras.layers.Dense(2), keras.layers.Activation("hard_tanh")],
        [keras.Sequential([keras.layers.Dense(2, activation="relu6")])],
    ],
    ids=["argument", "layer", "activation layer", "nested"],
)
def test_piecewise_linear_activations_are_found_anywhere(layers):
    network = keras.Sequential([keras.Input((1,)), *layers])
    check_smooth(network, 1)
    with pytest.raises(ValueError, match=r"second derivative is zero.*of order 3.*'tanh', 'sine'"):
        check_smooth(network, 3)


def test_smooth_activations_pass():
    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2, activation="gelu")])
    check_smooth(network, 4)
