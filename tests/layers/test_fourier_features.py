"""Fourier features against their formula."""

import keras
import numpy as np
import pytest
import scipy

import kerasphys as kp
from kerasphys.derivatives import Namespace, Plan, TapeEngine


def built(d=2, dtype="float64", **kwargs):
    layer = kp.layers.FourierFeatures(**{"features": 5, "seed": 0, "dtype": dtype, **kwargs})
    layer.build((None, d))
    return layer


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-13), ("float32", 1e-5)])
@pytest.mark.parametrize("leading", [(20,), (4, 5), ()])
def test_the_formula(dtype, tolerance, leading, rng):
    layer = built(dtype=dtype, scale=2.0)
    x = rng.uniform(-1, 1, (*leading, 2)).astype(dtype)
    angles = 2 * np.pi * x.astype(float) @ layer.frequencies.numpy().astype(float)
    expected = np.concatenate([np.cos(angles), np.sin(angles)], axis=-1)
    found = layer(x)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("scale", [0.5, 8.0])
def test_the_frequencies_are_normal(scale):
    frequencies = built(d=4, features=2000, scale=scale).frequencies.numpy().ravel() / scale
    assert scipy.stats.kstest(frequencies, "norm").pvalue > 0.01
    # four standard errors of the mean and of the standard deviation
    assert abs(frequencies.mean()) < 4 / np.sqrt(frequencies.size)
    assert abs(frequencies.std() - 1) < 4 / np.sqrt(2 * frequencies.size)


def test_the_kernel_that_the_features_stand_for(rng):
    # mean over the features of cos(2πb(x - y)) → exp(-2π²s²(x - y)²)
    layer = built(d=1, features=4000, scale=0.3)
    x, y = rng.uniform(-1, 1, (2, 50, 1))
    product = np.sum(layer(x).numpy() * layer(y).numpy(), axis=1) / layer.features
    expected = np.exp(-2 * (np.pi * 0.3 * (x - y)[:, 0]) ** 2)
    np.testing.assert_allclose(product, expected, rtol=0, atol=4 / np.sqrt(4000))


def test_derivatives(rng):
    layer = built(d=1, features=1)
    x = rng.uniform(-1, 1, (10, 1))
    plan = Plan.of(Namespace(("x",), ("c", "s")), ["c_x", "s_xx"])
    values = TapeEngine()(plan, layer, x)
    b = 2 * np.pi * layer.frequencies.numpy()[0, 0]
    np.testing.assert_allclose(values["c_x"], -b * np.sin(b * x[:, 0]), rtol=0, atol=1e-12)
    np.testing.assert_allclose(values["s_xx"], -(b**2) * np.sin(b * x[:, 0]), rtol=0, atol=1e-11)


def test_the_seed_decides_and_no_global_state_does():
    keras.utils.set_random_seed(1)
    first = built(seed=3).frequencies.numpy()
    keras.utils.set_random_seed(2)
    np.testing.assert_array_equal(first, built(seed=3).frequencies)
    assert (first != built(seed=4).frequencies.numpy()).all()
    assert (built(seed=None).frequencies.numpy() != built(seed=None).frequencies.numpy()).all()


def test_the_frequencies_are_kept_and_not_trained(tmp_path, rng):
    inputs = keras.Input((2,), dtype="float64")
    layer = kp.layers.FourierFeatures(4, seed=None, dtype="float64")
    model = keras.Model(inputs, layer(inputs))
    assert not model.trainable_variables
    model.trainable = True
    assert not model.trainable_variables
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x = rng.normal(size=(5, 2))
    np.testing.assert_array_equal(model(x), again(x))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(features=0), "`features`"),
        (dict(features=2.5), "`features`"),
        (dict(scale=0.0), "`scale`"),
        (dict(scale=np.inf), "`scale`"),
        (dict(seed=-1), "`seed`"),
        (dict(seed=0.5), "`seed`"),
    ],
)
def test_what_is_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.layers.FourierFeatures(**{"features": 4, **arguments})


def test_unknown_arguments_are_errors():
    with pytest.raises((TypeError, ValueError), match="sigma"):
        kp.layers.FourierFeatures(4, sigma=1.0)
