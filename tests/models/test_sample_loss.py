"""Any loss as the mean over samples, in the precision of what it is given."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.models.sample_loss import SampleLoss


@pytest.fixture
def fields(rng):
    return tf.constant(rng.normal(size=(2, 5, 4, 3)))


@pytest.mark.parametrize("loss", ["mse", keras.losses.MeanSquaredError()])
def test_it_keeps_float64(fields, loss):
    found = SampleLoss(loss)(*fields)
    assert found.dtype == "float64"
    np.testing.assert_allclose(found, np.mean((fields[0] - fields[1]) ** 2), rtol=1e-14)


@pytest.mark.parametrize("rank", [1, 2])
def test_weights(fields, rank, rng):
    weights = rng.uniform(size=fields.shape[1 : 1 + rank])
    squares = np.mean(np.square(fields[0] - fields[1]), axis=tuple(range(rank, 3)))
    expected = np.sum(weights * squares) / np.sum(weights)
    np.testing.assert_allclose(SampleLoss("mse")(*fields, weights), expected, rtol=1e-13)


def test_which_losses_need_physical_units():
    for loss in ("mape", keras.losses.MeanSquaredLogarithmicError(), kp.losses.RelativeL2()):
        assert SampleLoss(loss).relative
    for loss in ("mae", keras.losses.Huber(), lambda y, p: (y - p) ** 2):
        assert not SampleLoss(loss).relative


def test_a_loss_without_samples_has_no_weights(fields):
    loss = SampleLoss(lambda y, p: tf.reduce_mean((y - p) ** 2))
    np.testing.assert_allclose(loss(*fields), np.mean((fields[0] - fields[1]) ** 2), rtol=1e-14)
    with pytest.raises(ValueError, match="a value for each weight"):
        loss(*fields, tf.ones(5))


def test_bad_losses():
    with pytest.raises(ValueError, match=r"`loss`.*the mean"):
        SampleLoss(keras.losses.MeanSquaredError(reduction="sum"))
    with pytest.raises(TypeError, match="`loss` must be one loss"):
        SampleLoss(["mse", "mae"])
