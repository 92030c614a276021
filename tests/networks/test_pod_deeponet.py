"""The network on POD modes: its basis is the best one, and holds between the nodes."""

import keras
import numpy as np
import pytest

import kerasphys as kp

X, T = np.linspace(0, 1, 6), np.linspace(0, 2, 5)
NODES = np.stack(np.meshgrid(X, T, indexing="ij"), axis=-1).reshape(-1, 2)


def adapted(outputs, nodes=NODES, **kwargs):
    branch = keras.layers.Dense(kwargs.pop("width", 3), dtype="float64")
    network = kp.networks.PODDeepONet(branch, outputs=outputs.shape[-1], dtype="float64", **kwargs)
    network.adapt(nodes, outputs)
    network.build({"u": (None, 4), "points": (len(nodes), nodes.shape[1])})
    return network


def test_projection_on_the_modes_attains_the_tail(rng):
    outputs = rng.normal(size=(20, 30, 1)) * np.linspace(1, 3, 30)[:, None]
    network = adapted(outputs, modes=3)
    modes, mean = network.basis(NODES).numpy(), network.mean(NODES).numpy()
    centred = outputs[..., 0] - outputs[..., 0].mean(0)
    np.testing.assert_allclose(mean[:, 0], outputs[..., 0].mean(0), atol=1e-14)
    coefficients = np.linalg.lstsq(modes, centred.T, rcond=None)[0]
    np.testing.assert_allclose(np.mean(coefficients**2, axis=1), 1)  # of order one, each
    tail = np.sum(np.linalg.svd(centred, compute_uv=False)[3:] ** 2)
    np.testing.assert_allclose(np.sum((centred.T - modes @ coefficients) ** 2), tail, rtol=1e-12)


def test_energy_chooses_the_number_of_modes(rng):
    shapes = np.linalg.qr(rng.normal(size=(30, 3)))[0]
    weights = np.linalg.qr(rng.normal(size=(20, 4)))[0]
    weights -= weights.mean(0)
    outputs = (np.linalg.qr(weights)[0][:, :3] * [3.0, 1.0, 0.1]) @ shapes.T
    for energy, size in ((0.85, 1), (0.95, 2), (0.9999, 3)):
        network = adapted(outputs[..., None], energy=energy, width=size)
        assert network.basis_size == size


def test_linear_between_the_nodes_and_constant_beyond(rng):
    a, b = rng.normal(size=(2, 15, 1))
    outputs = (a * NODES[:, 0] + b * NODES[:, 1])[..., None]
    network = adapted(outputs, modes=2, width=2)
    points = rng.uniform([0, 0], [1, 2], size=(4, 7, 2))
    basis = network.basis(points).numpy()
    known = network.basis(NODES).numpy()
    slopes = np.linalg.lstsq(NODES, known, rcond=None)[0]
    np.testing.assert_allclose(basis, points @ slopes, atol=1e-13)
    beyond = network.basis(np.array([[1.7, 1.0], [-3.0, 1.0]]))
    np.testing.assert_allclose(beyond, network.basis(np.array([[1.0, 1.0], [0.0, 1.0]])))


def test_outputs_share_the_modes_and_have_means_of_their_own(rng):
    outputs = rng.normal(size=(9, 30, 2)) + np.array([5.0, -5.0])
    network = adapted(outputs, modes=3, width=6)
    network.branch.set_weights([np.zeros((4, 6)), np.zeros(6)])
    found = network({"u": np.ones((2, 4)), "points": NODES})
    np.testing.assert_allclose(found, np.broadcast_to(outputs.mean(0), (2, 30, 2)), atol=1e-13)


def test_new_data_give_new_modes_of_the_same_size(rng):
    network = adapted(rng.normal(size=(9, 30, 1)), modes=3)
    before = network.basis(NODES).numpy()
    network.adapt(NODES, rng.normal(size=(9, 30, 1)))
    assert np.max(np.abs(network.basis(NODES) - before)) > 0.1
    with pytest.raises(ValueError, match="other nodes or modes"):
        network.adapt(NODES[:25], rng.normal(size=(9, 25, 1)))


def test_bad_data(rng):
    def network(**kwargs):
        return kp.networks.PODDeepONet(keras.layers.Dense(3), outputs=1, **kwargs)

    for arguments in ({}, dict(modes=3, energy=0.9)):
        with pytest.raises(ValueError, match="one of the two"):
            network(**arguments)
    with pytest.raises(ValueError, match="between 0 and 1"):
        network(energy=1.5)
    with pytest.raises(ValueError, match="all nodes of a grid"):
        network(modes=3).adapt(rng.uniform(size=(30, 2)), np.ones((9, 30, 1)))
    with pytest.raises(ValueError, match="at most 4, the modes"):
        network(modes=5).adapt(NODES, rng.normal(size=(5, 30, 1)))
    shapes = {"u": (None, 4), "points": (30, 2)}
    with pytest.raises(ValueError, match="no basis yet"):
        network(modes=3).build(shapes)
    found = network(modes=3)
    found.adapt(NODES, rng.normal(size=(9, 30, 1)))
    with pytest.raises(ValueError, match="over 2 coordinates"):
        found.build({**shapes, "points": (30, 1)})
    with pytest.raises(ValueError, match="takes one input function"):
        found.build({**shapes, "v": (None, 4)})
