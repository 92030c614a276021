"""Means and standard deviations of channels."""

import numpy as np
import pytest
import tensorflow as tf

from kerasphys.models.channel_scaling import ChannelScaling


def scaling(shape):
    layer = ChannelScaling(dtype="float64")
    layer.build(shape)
    return layer


def test_channels_are_standardised_and_given_back(rng):
    x = rng.normal(size=(50, 6, 5, 3)) * [1e-3, 1.0, 1e4] + [0.0, -7.0, 1e6]
    layer = scaling((None, 6, 5, 3))
    np.testing.assert_array_equal(layer(x), x)
    layer.adapt([x])
    found = layer(x).numpy()
    np.testing.assert_allclose(found.mean(axis=(0, 1, 2)), 0.0, atol=1e-9)
    np.testing.assert_allclose(found.std(axis=(0, 1, 2)), 1.0, rtol=1e-9)
    np.testing.assert_allclose(layer.inverse(found), x, rtol=1e-12)


def test_batches_give_what_the_whole_gives(rng):
    x = rng.normal(size=(20, 4, 2)) + 1e5
    whole, parts = scaling((None, 4, 2)), scaling((None, 4, 2))
    whole.adapt([x])
    parts.adapt([x[:3], x[3:4], x[4:]])
    for one, other in zip(whole.variables, parts.variables, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10)


@pytest.mark.parametrize("constant", [0.0, 0.1, -300.0])
def test_a_constant_channel_is_only_shifted(constant):
    x = np.full((30, 7, 1), constant, dtype="float32")
    layer = scaling((None, 7, 1))
    layer.adapt([x])
    np.testing.assert_allclose(layer(x + 2.0), 2.0, rtol=1e-6)


def test_a_dict_has_a_scale_for_each_array(rng):
    x = {"inputs": rng.normal(size=(9, 5, 2)), "condition": 100 + rng.normal(size=(9, 3))}
    layer = scaling({"inputs": (None, 5, 2), "condition": (None, 3)})
    layer.adapt([x])
    found = layer(x)
    assert set(found) == set(x)
    np.testing.assert_allclose(found["condition"].numpy().std(axis=0), 1.0, rtol=1e-9)
    back = layer.inverse(found)
    np.testing.assert_allclose(back["condition"], x["condition"], rtol=1e-12)


def test_integers_are_numbers():
    layer = scaling((None, 1))
    assert layer(tf.constant([[3]])).dtype == "float64"
