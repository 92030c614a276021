"""The residual block against NumPy."""

import numpy as np
import pytest

import kerasphys as kp


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-14), ("float32", 1e-6)])
def test_the_formula(layers, dtype, tolerance, rng):
    block = kp.layers.ResidualBlock(layers, scale=0.3, seed=0, dtype=dtype)
    x = rng.normal(size=(7, 5)).astype(dtype)
    block(x)
    change = x
    for layer in block.dense:
        layer.bias.assign(rng.normal(size=5))
        change = np.tanh(change @ layer.kernel.numpy() + layer.bias.numpy())
    np.testing.assert_allclose(block(x), x + 0.3 * change, rtol=0, atol=tolerance)
    np.testing.assert_allclose(block.branch(x), change, rtol=0, atol=tolerance)
    assert block.count_params() == layers * 30


def test_zero_weights_are_the_identity_bit_for_bit(rng):
    x = rng.normal(size=(4, 3))
    block = kp.layers.ResidualBlock(2, kernel_initializer="zeros", dtype="float64")
    np.testing.assert_array_equal(block(x), x)


def test_the_layers_start_differently():
    block = kp.layers.ResidualBlock(2, seed=0)
    block.build((None, 4))
    one, two = (layer.kernel.numpy() for layer in block.dense)
    assert (one != two).all()
