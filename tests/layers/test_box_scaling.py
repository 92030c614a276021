"""Scaling of coordinates."""

import keras
import numpy as np
import pytest

import kerasphys as kp


def test_the_box_becomes_the_unit_box():
    scale = kp.layers.BoxScaling([0.0, -10.0], [1.0, 30.0], dtype="float64")
    found = scale(np.array([[0.0, 30.0], [1.0, -10.0], [0.5, 10.0], [0.25, 20.0]]))
    assert found.numpy().tolist() == [[-1.0, 1.0], [1.0, -1.0], [0.0, 0.0], [-0.5, 0.5]]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_precision_and_leading_axes(dtype, rng):
    scale = kp.layers.BoxScaling([1.0], [4.0], dtype=dtype)
    x = rng.uniform(1, 4, (2, 3, 1)).astype(dtype)
    found = scale(x)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, (x - 2.5) / 1.5, rtol=4 * np.finfo(dtype).eps, atol=1e-7)


def test_round_trip():
    scale = kp.layers.BoxScaling([0.0, -10.0], [1.0, 30.0])
    config = keras.saving.serialize_keras_object(scale)
    again = keras.saving.deserialize_keras_object(config)
    assert again.get_config() == scale.get_config()


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [
        ([0.0, 0.0], [1.0, 0.0], "`upper`.*above lower"),
        ([0.0], [1.0, 2.0], r"`upper`.*shape \(1,\)"),
        ([np.nan], [1.0], "`lower` must be finite"),
        ([[0.0]], [[1.0]], "`lower`"),
    ],
)
def test_what_is_refused(lower, upper, text):
    with pytest.raises(ValueError, match=text):
        kp.layers.BoxScaling(lower, upper)


def test_another_number_of_coordinates_is_refused():
    with pytest.raises(ValueError, match=r"2 coordinates\. Received: an input of shape \(5, 3\)"):
        kp.layers.BoxScaling([0.0, 0.0], [1.0, 1.0])(np.zeros((5, 3)))
