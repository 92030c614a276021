"""The factorised dense layer against a dense layer with the product kernel."""

import keras
import numpy as np
import pytest
import scipy
import tensorflow as tf

import kerasphys as kp


def built(d=6, dtype="float64", **kwargs):
    layer = kp.layers.FactorizedDense(**{"units": 5, "seed": 0, "dtype": dtype, **kwargs})
    layer.build((None, d))
    return layer


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-13), ("float32", 1e-6)])
@pytest.mark.parametrize("activation", [None, "tanh", "gelu"])
def test_it_is_dense_with_the_product_kernel(dtype, tolerance, activation, rng):
    layer = built(activation=activation, dtype=dtype, bias_initializer="random_normal")
    dense = keras.layers.Dense(5, activation=layer.activation, dtype=dtype)
    dense.build((None, 6))
    direction, scale = layer.direction.numpy(), layer.log_scale.numpy()
    dense.set_weights([direction @ np.diag(np.exp(scale)), layer.bias.numpy()])
    x = rng.normal(size=(4, 3, 6)).astype(dtype)
    np.testing.assert_allclose(layer(x), dense(x), rtol=0, atol=tolerance)
    np.testing.assert_allclose(layer.kernel, dense.kernel, rtol=0, atol=tolerance)


def test_it_starts_from_the_weights_of_dense():
    for mean, stddev in ((1.0, 0.1), (-2.0, 1.0), (0.0, 0.0)):
        initializer = keras.initializers.GlorotNormal(seed=7)
        layer = built(kernel_initializer=initializer, mean=mean, stddev=stddev)
        expected = initializer((6, 5), "float64")
        np.testing.assert_allclose(layer.kernel, expected, rtol=1e-14, atol=0)


def test_the_scales_are_normal():
    layer = built(d=1, units=4000, mean=0.5, stddev=0.2)
    scores = (layer.log_scale.numpy() - 0.5) / 0.2
    assert scipy.stats.kstest(scores, "norm").pvalue > 0.01


def test_the_scales_learn_by_the_chain_rule(rng):
    # dL/ds_j = Σ_i W_ij dL/dW_ij and dL/dV_ij = exp(s_j) dL/dW_ij
    layer = built(activation="tanh")
    x = tf.constant(rng.normal(size=(8, 6)))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x) ** 2)
    gradients = tape.gradient(loss, [layer.direction.value, layer.log_scale.value])
    kernel = tf.constant(layer.kernel)
    with tf.GradientTape() as tape:
        tape.watch(kernel)
        loss = tf.reduce_sum(tf.tanh(x @ kernel) ** 2)
    to_kernel = tape.gradient(loss, kernel).numpy()
    scale = np.exp(layer.log_scale.numpy())
    np.testing.assert_allclose(gradients[0], to_kernel * scale, rtol=1e-12)
    np.testing.assert_allclose(gradients[1], np.sum(to_kernel * kernel, axis=0), rtol=1e-11)


def test_number_of_parameters():
    assert built(d=3, units=7).count_params() == 3 * 7 + 7 + 7
    assert built(d=3, units=7, use_bias=False).count_params() == 3 * 7 + 7


def test_the_seed_decides():
    first, again, other = built(seed=1), built(seed=1), built(seed=2)
    np.testing.assert_array_equal(first.log_scale, again.log_scale)
    assert (first.log_scale.numpy() != other.log_scale.numpy()).all()


def test_round_trip(rng):
    layer = built(
        activation="gelu",
        use_bias=False,
        kernel_initializer=keras.initializers.HeNormal(seed=3),
        mean=0.2,
        stddev=0.3,
    )
    config = keras.saving.serialize_keras_object(layer)
    again = keras.saving.deserialize_keras_object(config)
    assert again.get_config() == layer.get_config()
    x = rng.normal(size=(5, 6))
    np.testing.assert_array_equal(layer(x), again(x))  # the seeds are part of the config


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(units=0), "`units`"),
        (dict(activation="sinus"), "`activation`"),
        (dict(use_bias=1), "`use_bias`"),
        (dict(kernel_initializer="glorot"), "`kernel_initializer`"),
        (dict(bias_initializer=None), "`bias_initializer`"),
        (dict(mean=np.nan), "`mean`"),
        (dict(stddev=-0.1), "`stddev`"),
        (dict(seed=-1), "`seed`"),
    ],
)
def test_what_is_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.layers.FactorizedDense(**{"units": 4, **arguments})
