"""PirateNet against NumPy, and where it starts."""

import keras
import numpy as np
import pytest

import kerasphys as kp
from kerasphys.derivatives import Namespace, Plan, TapeEngine


def built(blocks=2, width=6, d=2, outputs=3, dtype="float64", **kwargs):
    network = kp.networks.PirateNet(blocks, width, outputs=outputs, dtype=dtype, seed=0, **kwargs)
    network.build((None, d))
    return network


def affine(layer, x):
    return x @ np.asarray(layer.kernel) + layer.bias.numpy()


def by_hand(network, embedded):
    u, v = (np.tanh(affine(encoder, embedded)) for encoder in network.encoders)
    x = embedded if network.first is None else affine(network.first, embedded)
    layers = iter(network.dense)
    for alpha in network.alphas:
        f = np.tanh(affine(next(layers), x))
        z = f * u + (1 - f) * v
        g = np.tanh(affine(next(layers), z))
        z = g * u + (1 - g) * v
        h = np.tanh(affine(next(layers), z))
        x = float(alpha) * h + (1 - float(alpha)) * x
    return affine(network.last, x)


def randomise(network, rng):
    for layer in [*network.dense, *network.encoders, network.last]:
        layer.bias.assign(rng.normal(size=layer.bias.shape))
    for alpha in network.alphas:
        alpha.assign(rng.uniform(0.2, 0.8))


@pytest.mark.parametrize("waves", [None, 3, 4])  # no embedding, one as wide as the network, wider
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-13), ("float32", 1e-5)])
def test_the_formula(dtype, tolerance, waves, rng):
    embedding = waves and kp.layers.FourierFeatures(waves, seed=0)
    network = built(dtype=dtype, embedding=embedding)
    assert (network.first is None) == (waves == 3)
    randomise(network, rng)
    x = rng.normal(size=(20, 2)).astype(dtype)
    expected = by_hand(network, x if embedding is None else embedding(x).numpy())
    found = network(x)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("blocks", [1, 6])
def test_it_starts_as_a_linear_map_of_the_embedding(blocks, rng):
    embedding = kp.layers.FourierFeatures(3, seed=0)
    network = built(blocks, embedding=embedding)
    x = rng.normal(size=(20, 2))
    expected = embedding(x).numpy() @ network.last.kernel.numpy()
    np.testing.assert_allclose(network(x), expected, rtol=0, atol=1e-14)


def test_without_an_embedding_it_starts_as_a_linear_map_of_the_coordinates(rng):
    network = built()
    plan = Plan.of(Namespace(("x", "t"), ("u", "v", "w")), ["u_x", "u_xx", "w_xt"])
    values = TapeEngine()(plan, network, rng.normal(size=(20, 2)))
    slope = (network.first.kernel.numpy() @ network.last.kernel.numpy())[0, 0]
    np.testing.assert_allclose(values["u_x"], slope, rtol=1e-12)
    assert not values["u_xx"].numpy().any()
    assert not values["w_xt"].numpy().any()


@pytest.mark.parametrize("embedded", [2, 6])
def test_number_of_parameters(embedded):
    blocks, width, outputs = 3, 6, 2
    embedding = kp.layers.FourierFeatures(3, seed=0) if embedded == 6 else None
    network = built(blocks, width, 2, outputs, embedding=embedding)
    gates = 2 * (embedded * width + width)
    lift = embedded * width + width if embedded != width else 0
    each = 3 * (width**2 + width) + 1
    trainable = sum(int(np.prod(v.shape)) for v in network.trainable_variables)
    assert trainable == gates + lift + blocks * each + width * outputs + outputs


def test_the_gates_open_by_training(rng):
    network = built(outputs=1, embedding=kp.layers.FourierFeatures(3, seed=0))
    network.compile("adam", loss="mse")
    x = rng.uniform(-1, 1, (64, 2))
    network.fit(x, x[:, :1] ** 2, epochs=2, verbose=0)
    assert all(abs(float(alpha)) > 1e-4 for alpha in network.alphas)


def test_saved_with_its_alphas(tmp_path, rng):
    network = built()
    for alpha in network.alphas:
        alpha.assign(0.3)
    network.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    x = rng.normal(size=(5, 2))
    np.testing.assert_array_equal(network(x), again(x))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(blocks=0), "`blocks`"),
        (dict(blocks=1.5), "`blocks`"),
        (dict(width=-1), "`width`"),
        (dict(embedding="fourier"), "`embedding`"),
    ],
)
def test_what_is_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.networks.PirateNet(**{"blocks": 1, "width": 4, **arguments})
