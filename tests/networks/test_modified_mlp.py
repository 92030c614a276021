"""The modified multilayer perceptron against NumPy."""

import numpy as np
import pytest

import kerasphys as kp


def built(units=(6, 6, 6), d=2, outputs=3, dtype="float64", **kwargs):
    network = kp.networks.ModifiedMLP(list(units), outputs=outputs, dtype=dtype, seed=0, **kwargs)
    network.build((None, d))
    return network


def affine(layer, x):
    return x @ np.asarray(layer.kernel) + layer.bias.numpy()


def by_hand(network, x):
    u, v = (np.tanh(affine(encoder, x)) for encoder in network.encoders)
    h = x
    for layer in network.dense[:-1]:
        z = np.tanh(affine(layer, h))
        h = (1 - z) * u + z * v
    return affine(network.dense[-1], h)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-13), ("float32", 3e-6)])
def test_the_formula(dtype, tolerance, rng):
    network = built(dtype=dtype)
    for layer in [*network.dense, *network.encoders]:
        layer.bias.assign(rng.normal(size=layer.bias.shape))
    x = rng.normal(size=(20, 2)).astype(dtype)
    found = network(x)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, by_hand(network, x), rtol=0, atol=tolerance)


def test_gates_that_are_shut_leave_the_first_encoding(rng):
    # with σ the identity and zero hidden layers, z = 0 and h = U: the network is affine in x
    network = built(activation="linear")
    for layer in network.dense[:-1]:
        layer.kernel.assign(0 * layer.kernel)
    x = rng.normal(size=(20, 2))
    expected = affine(network.dense[-1], affine(network.encoders[0], x))
    np.testing.assert_allclose(network(x), expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize(("width", "depth", "d", "outputs"), [(7, 3, 2, 3), (5, 1, 4, 1)])
def test_number_of_parameters(width, depth, d, outputs):
    mlp = d * width + width + (depth - 1) * (width**2 + width) + width * outputs + outputs
    network = built([width] * depth, d, outputs)
    assert network.count_params() == mlp + 2 * (d * width + width)


def test_all_layers_start_from_different_weights():
    network = built([6] * 3, d=6)
    kernels = [layer.kernel.numpy() for layer in [*network.dense[:3], *network.encoders]]
    for i, one in enumerate(kernels):
        assert all((one != other).all() for other in kernels[:i])


def test_it_has_the_embedding_and_the_arguments_of_the_mlp(rng):
    embedding = kp.layers.PeriodicEmbedding([2.0, None])
    network = built(embedding=embedding, output_activation="logistic")
    x = rng.normal(size=(20, 2))
    np.testing.assert_allclose(network(x), network(x + np.array([2.0, 0.0])), rtol=0, atol=1e-14)
    assert (network(x) > 0).numpy().all()
    assert network.count_params() == built(d=3).count_params()


@pytest.mark.parametrize("units", [[4, 5], [], [0, 0], 4])
def test_what_is_refused(units):
    with pytest.raises((TypeError, ValueError), match="`units`"):
        kp.networks.ModifiedMLP(units)


def test_the_number_of_outputs_is_needed():
    with pytest.raises(ValueError, match=r"ModifiedMLP\(\.\.\., outputs=1\)"):
        kp.networks.ModifiedMLP([4])(np.ones((2, 1)))
