"""Blocks of convolutions against NumPy, and their counts, shapes and symmetries."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.layers._batch_norm import BatchNorm
from kerasphys.layers._convolution import Convolution

SHAPES = [(2, 9, 3), (2, 6, 7, 3), (2, 5, 4, 6, 3)]
PADS = {"periodic": "wrap", "zero": "constant", "reflect": "reflect"}


def correlate(x, kernel, bias, strides, pads, mode):
    """The convolution as its definition says, a sum over the points of the kernel."""
    rank, k = x.ndim - 2, kernel.shape[0]
    x = np.pad(x, [(0, 0), *[pads] * rank, (0, 0)], mode=PADS[mode])
    sizes = [(n - k) // strides + 1 for n in x.shape[1:-1]]
    total = np.zeros((x.shape[0], *sizes, kernel.shape[-1])) + bias
    for offset in itertools.product(range(k), repeat=rank):
        window = tuple(
            slice(o, o + strides * (size - 1) + 1, strides)
            for o, size in zip(offset, sizes, strict=True)
        )
        total += x[(slice(None), *window)] @ kernel[offset]
    return total


@pytest.mark.parametrize("mode", PADS)
@pytest.mark.parametrize("shape", SHAPES, ids=len)
@pytest.mark.parametrize(("kernel_size", "strides"), [(3, 1), (2, 1), (3, 2), (1, 3)])
def test_one_convolution(shape, mode, kernel_size, strides, rng):
    block = kp.layers.ConvBlock(
        4, kernel_size, 1, strides, activation="linear", padding=mode, seed=0, dtype="float64"
    )
    x = rng.normal(size=shape)
    found = block(x)
    (layer,) = block.layers
    layer.bias.assign(rng.normal(size=4))
    pads = ((kernel_size - 1) // 2, kernel_size // 2)
    expected = correlate(x, layer.kernel.numpy(), layer.bias.numpy(), strides, pads, mode)
    np.testing.assert_allclose(block(x), expected, rtol=0, atol=1e-13)
    assert tuple(block.compute_output_shape(shape)) == expected.shape == tuple(found.shape)


@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("pads", [(0, 0), (1, 1), (2, 2)], ids=str)
def test_the_formula_of_the_shape(pads, strides):
    n, k = 11, 3
    layer = Convolution(2, k, strides, pads)
    size = (n + 2 * pads[0] - k) // strides + 1
    assert layer(np.zeros((1, n, n, 1))).shape == (1, size, size, 2)
    assert layer.compute_output_shape((1, n, None, 1)) == (1, size, None, 2)


def test_numbers_of_parameters():
    block = kp.layers.ConvBlock(16, convolutions=1)
    block.build((None, 32, 32, 3))
    assert block.count_params() == 448
    assert block.layers[0].kernel.shape == (3, 3, 3, 16)
    normalised = kp.layers.ConvBlock(16, convolutions=1, norm="layer")
    normalised.build((None, 32, 32, 3))
    assert normalised.layers[0].count_params() == 432  # the normalisation has the bias
    dense = keras.layers.Dense(32 * 32 * 16)
    assert dense.compute_output_shape((None, 32 * 32 * 3)) == (None, 16384)
    assert 32 * 32 * 3 * 16384 == 50_331_648


@pytest.mark.parametrize("shape", SHAPES, ids=len)
def test_it_commutes_with_shifts_if_periodic(shape, rng):
    block = kp.layers.ConvBlock(4, padding="periodic", residual=True, norm="instance", seed=0)
    x = rng.normal(size=shape).astype("float32")
    axes = tuple(range(1, len(shape) - 1))
    shifts = (2, -1, 3)[: len(axes)]
    shifted = block(np.roll(x, shifts, axes))
    np.testing.assert_allclose(shifted, np.roll(block(x), shifts, axes), rtol=0, atol=1e-6)
    assert np.abs(shifted - block(x)).max() > 0.1


@pytest.mark.parametrize("strides", [1, 2])
def test_the_residual_connection(strides, rng):
    block = kp.layers.ConvBlock(
        3, strides=strides, residual=True, activation="tanh", seed=0, dtype="float64"
    )
    x = rng.normal(size=(2, 6, 7, 3))
    block(x)
    first, second = block.layers
    inner = np.tanh(correlate(x, first.kernel.numpy(), 0.0, strides, (1, 1), "zero"))
    inner = correlate(inner, second.kernel.numpy(), 0.0, 1, (1, 1), "zero")
    beside = x if strides == 1 else x[:, ::2, ::2] @ block.shortcut.kernel.numpy()[0, 0]
    assert (block.shortcut is None) == (strides == 1)
    np.testing.assert_allclose(block(x), np.tanh(inner + beside), rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    ("norm", "axes"), [("instance", (1, 2)), ("layer", (3,)), ("batch", (0, 1, 2))]
)
def test_what_is_normalised(norm, axes, rng):
    block = kp.layers.ConvBlock(6, 1, 1, norm=norm, activation="linear", seed=0, dtype="float64")
    values = block(5 + 3 * rng.normal(size=(4, 6, 5, 3)), training=True).numpy()
    np.testing.assert_allclose(values.mean(axis=axes), 0, atol=1e-12)
    np.testing.assert_allclose(values.std(axis=axes), 1, atol=1e-3)


def test_groups_of_channels(rng):
    block = kp.layers.ConvBlock(12, 1, 1, norm="group", activation="linear", seed=0)
    values = block(rng.normal(size=(4, 6, 5, 3)).astype("float32")).numpy()
    groups = values.reshape(4, 6, 5, 4, 3)  # gcd(8, 12) groups of three channels
    np.testing.assert_allclose(groups.mean(axis=(1, 2, 4)), 0, atol=1e-5)


@pytest.mark.parametrize("shape", [(4, 9, 3), (3, 6, 5, 3), (2, 4, 3, 5, 3)], ids=len)
def test_the_fused_batch_normalisation_is_that_of_keras(shape, rng):
    x = tf.constant(1 + 2 * rng.normal(size=shape), "float32")
    target = tf.constant(rng.normal(size=shape), "float32")
    results = []
    for layer in (BatchNorm(momentum=0.9), keras.layers.BatchNormalization(momentum=0.9)):
        layer.build(shape)
        layer.gamma.assign([1.0, 2.0, -0.5])

        @tf.function
        def step(values, layer=layer):
            with tf.GradientTape() as tape:
                tape.watch(values)
                outputs = layer(values, training=True)
                loss = tf.reduce_sum(outputs * target)
            variables = [values, layer.gamma.value, layer.beta.value]
            return [outputs, *tape.gradient(loss, variables)]

        results.append([*step(x), *layer.get_weights(), layer(x, training=False)])
    for found, expected in zip(*results, strict=True):
        np.testing.assert_allclose(found, expected, rtol=2e-4, atol=2e-5)


def test_outside_training_the_normalisation_is_in_the_kernel(rng):
    block = kp.layers.ConvBlock(4, norm="batch", seed=0, dtype="float64")
    x = rng.normal(size=(3, 6, 5, 2))
    for _ in range(3):
        block(x, training=True)
    for norm in block.norms:
        norm.gamma.assign(rng.uniform(0.5, 2.0, 4))
        norm.beta.assign(rng.normal(size=4))
    expected = x
    for layer, norm in zip(block.layers, block.norms, strict=True):
        expected = np.maximum(keras.layers.BatchNormalization.call(norm, layer(expected)), 0)
    np.testing.assert_allclose(block(x), expected, rtol=1e-12, atol=1e-12)
    block.trainable = False
    np.testing.assert_allclose(block(x, training=True), expected, rtol=1e-12, atol=1e-12)


def test_the_seed_decides(rng):
    x = rng.normal(size=(1, 8, 2)).astype("float32")
    first, again, other = (kp.layers.ConvBlock(2, seed=seed)(x).numpy() for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0
    block = kp.layers.ConvBlock(2, seed=1)
    block.build((None, 8, 2))
    one, two = (layer.kernel.numpy() for layer in block.layers)
    assert np.abs(one - two).min() > 0


def test_the_regularizer_sees_every_kernel():
    block = kp.layers.ConvBlock(3, residual=True, kernel_regularizer=keras.regularizers.L2(1.0))
    block(np.zeros((1, 4, 4, 2)))
    kernels = [layer.kernel.numpy() for layer in [*block.layers, block.shortcut]]
    np.testing.assert_allclose(sum(block.losses), sum((k**2).sum() for k in kernels), rtol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(filters=0), "`filters`"),
        (dict(kernel_size=0), "`kernel_size`"),
        (dict(convolutions=0), "`convolutions`"),
        (dict(strides=0), "`strides`"),
        (dict(norm="both"), "`norm`"),
        (dict(activation="none"), "`activation`"),
        (dict(residual=1), "`residual`"),
        (dict(padding="same"), "`padding`"),
        (dict(kernel_initializer="random"), "`kernel_initializer`"),
        (dict(kernel_regularizer="l3"), "`kernel_regularizer`"),
        (dict(seed=-1), "`seed`"),
    ],
)
def test_what_is_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.layers.ConvBlock(**{"filters": 2, **arguments})


def test_paddings_for_another_number_of_axes():
    with pytest.raises(ValueError, match="`padding`"):
        kp.layers.ConvBlock(2, padding=["zero", "periodic"])(np.zeros((1, 8, 1)))
