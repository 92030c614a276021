"""Feature-wise modulation against its formula."""

import numpy as np
import pytest

import kerasphys as kp

SHAPES = [(2, 5, 3), (2, 5, 4, 3), (2, 3, 4, 2, 3)]


@pytest.mark.parametrize("units", [[], [6]], ids=len)
@pytest.mark.parametrize("shape", SHAPES, ids=len)
def test_the_formula(shape, units, rng):
    layer = kp.layers.FiLM(units, activation="tanh", seed=0, dtype="float64")
    features, condition = rng.normal(size=shape), rng.normal(size=(2, 4))
    np.testing.assert_array_equal(layer([features, condition]), features)  # where it begins
    weights = [rng.normal(size=w.shape) for w in layer.get_weights()]
    layer.set_weights(weights)
    values = condition
    if units:
        values = np.tanh(values @ weights[0] + weights[1])
    values = values @ weights[-2] + weights[-1]
    for sample in range(2):
        gamma, beta = values[sample, :3], values[sample, 3:]
        found = layer([features, condition])[sample]
        np.testing.assert_allclose(found, (1 + gamma) * features[sample] + beta, rtol=1e-12)


def test_the_seed_decides():
    kernels = []
    for seed in (1, 1, 2):
        layer = kp.layers.FiLM([4], seed=seed)
        layer.build([(None, 5, 3), (None, 2)])
        kernels.append(layer.dense[0].kernel.numpy())
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert np.abs(kernels[0] - kernels[2]).min() > 0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(units=[0]), "`units`"),
        (dict(units=4), "`units`"),
        (dict(activation="none"), "`activation`"),
        (dict(seed=-1), "`seed`"),
    ],
)
def test_what_is_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.layers.FiLM(**arguments)
