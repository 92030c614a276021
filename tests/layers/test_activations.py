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


def slopes(name, x, order=1):
    """The derivative of an activation by automatic differentiation."""
    x = tf.convert_to_tensor(x, tf.float64)
    if order == 0:
        return get_activation("activation", name)(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = slopes(name, x, order - 1)
    return tape.gradient(y, x, unconnected_gradients="zero")


def test_known_slopes():
    np.testing.assert_allclose(
        slopes("logistic", [0.0, 5.0]), [0.25, 6.648056670790e-3], rtol=1e-12
    )
    assert slopes("tanh", [0.0]) == 1.0
    np.testing.assert_array_equal(slopes("linear", [-3.0, 2.0]), [1.0, 1.0])
    np.testing.assert_array_equal(slopes("relu", [-1.0, 1.0]), [0.0, 1.0])
    np.testing.assert_allclose(slopes("leaky_relu", [-1.0, 1.0]), [0.2, 1.0], rtol=1e-15)
    np.testing.assert_allclose(slopes("sine", [0.0, 1.0], 2), [0.0, -np.sin(1.0)], rtol=1e-15)


def test_tanh_is_the_logistic_function_made_symmetric():
    x = np.linspace(-6, 6, 49)
    logistic = get_activation("activation", "logistic")(tf.constant(2 * x))
    np.testing.assert_allclose(2 * logistic - 1, np.tanh(x), rtol=0, atol=1e-15)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "linear"])
def test_networks_of_relus_have_no_second_derivative(name, rng):
    network = kp.networks.MLP([6, 6], name, outputs=1, dtype="float64", seed=0)
    x = tf.constant(rng.normal(size=(40, 1)))
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = network(x)
        slope = inner.gradient(y, x)
    assert np.abs(slope).max() > 0.01
    assert not np.any(outer.gradient(slope, x, unconnected_gradients="zero"))


@pytest.mark.parametrize(("name", "dead"), [("relu", 1.0), ("leaky_relu", 0.0)])
def test_dead_neurons(name, dead, rng):
    """With a bias of -10 no input reaches a ReLU, and no gradient leaves it."""
    network = kp.networks.MLP([50], name, outputs=1, dtype="float64", seed=0)
    network.build((None, 1))
    network.dense[0].bias.assign(np.full(50, -10.0))
    x = rng.uniform(-1, 1, (64, 1))
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((network(x) - x) ** 2)
    assert np.mean(tape.gradient(loss, network.dense[0].bias.value).numpy() == 0) == dead
