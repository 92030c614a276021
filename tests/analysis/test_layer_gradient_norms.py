"""Norms of gradients against closed forms, and how they vanish in plain deep networks."""

import keras
import numpy as np
import pytest
import scipy

import kerasphys as kp
from kerasphys.analysis import layer_gradient_norms


def chain(depth):
    """One logistic neuron after another, with the weights 1."""
    network = kp.networks.MLP(
        [1] * (depth - 1),
        "logistic",
        "logistic",
        outputs=1,
        kernel_initializer="ones",
        dtype="float64",
    )
    network.build((None, 1))
    return network


def test_the_chain_of_logistic_neurons():
    x, y = np.array([[0.7]]), np.array([[0.0]])
    norms = layer_gradient_norms(chain(20), x, y, "mse")
    values = [0.7]
    for _ in range(20):
        values.append(scipy.special.expit(values[-1]))
    values = np.array(values)
    factors = values[1:] * (1 - values[1:])
    assert np.all(factors <= 1 / 4)
    back = np.cumprod(factors[::-1])[::-1]
    np.testing.assert_allclose(
        list(norms.values()), 2 * values[-1] * back * values[:-1], rtol=1e-12
    )
    assert back[0] <= 4.0**-20 < 9.1e-13


def test_a_layer_by_hand(rng):
    x, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    network = kp.networks.MLP([4], "linear", outputs=2, dtype="float64", seed=0)
    network.build((None, 3))
    network.dense[1].trainable = False
    last = network.dense[1]
    error = network(x).numpy() - y
    delta = 2 / error.size * error @ last.kernel.numpy().T
    norms = layer_gradient_norms(network, x, y, keras.losses.MeanSquaredError(dtype="float64"))
    assert list(norms) == ["dense_0"]
    assert norms["dense_0"] == pytest.approx(np.linalg.norm(x.T @ delta), rel=1e-12)


def test_the_compiled_loss_and_its_regularizer(rng):
    x, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 1))
    norms = []
    for regularizer in (None, "l2"):
        network = kp.networks.MLP([4], outputs=1, kernel_regularizer=regularizer, seed=0)
        network.compile("adam", loss="mse")
        network(x)
        norms.append(layer_gradient_norms(network, x, y))
    named = layer_gradient_norms(network, x, y, "mse")
    assert named == pytest.approx(norms[0], rel=1e-5)
    assert all(abs(norms[1][name] / named[name] - 1) > 1e-3 for name in named)


def test_layers_of_any_model_in_their_order(rng):
    inputs = keras.Input((6,))
    names = ["a", "b", "c"]
    values = inputs
    for name in names:
        values = keras.layers.Dense(6, name=name)(keras.layers.Dropout(0.5)(values))
    inner = keras.Sequential([keras.layers.Dense(5, name="d")], name="inner")
    values = keras.layers.LayerNormalization()(inner(values))
    model = keras.Model(inputs, keras.layers.Dense(4, activation="softmax", name="e")(values))
    x, labels = rng.normal(size=(9, 6)), rng.integers(0, 4, size=9)
    norms = layer_gradient_norms(model, x, labels, "sparse_categorical_crossentropy")
    assert list(norms) == ["a", "b", "c", "inner/d", "e"]
    assert norms == layer_gradient_norms(model, x, labels, "sparse_categorical_crossentropy")
    model.compile("adam", loss="sparse_categorical_crossentropy")
    assert layer_gradient_norms(model, x, labels) == pytest.approx(norms, rel=1e-5)


class Twins(keras.Model):
    """Two layers of one name, of which one is found in two places."""

    def __init__(self):
        super().__init__()
        self.parts = [keras.layers.Dense(2, name="same") for _ in range(2)]
        self.again = keras.Sequential([self.parts[0]])

    def call(self, inputs):
        return self.again(self.parts[1](self.parts[0](inputs)))


def test_layers_of_one_name():
    model = Twins()
    x = np.ones((1, 2))
    model(x)
    assert list(layer_gradient_norms(model, x, x, "mse")) == ["same", "same_1"]


def test_the_equations_of_a_problem():
    line = kp.geometry.Interval(0.0, 1.0, "x")
    problem = kp.Problem(line, "u", {"equation": kp.Residual(lambda u_x: u_x - 1.0)})
    model = kp.models.PINNModel(kp.networks.ResNet(3, 2, seed=0), problem)
    model.compile("adam")
    norms = layer_gradient_norms(model, problem.points(equation=8, seed=0))
    names = [name.rpartition("/")[2] for name in norms]
    assert names == ["dense_0", "dense_0", "dense_0", "dense_3"]
    assert all(value > 0 for value in norms.values())


def deep(kind, depth, seed):
    """Weights of variance `0.5² / 32`, biases of variance `0.5²`."""
    options = dict(
        outputs=1,
        kernel_initializer=keras.initializers.VarianceScaling(0.25, "fan_in", "untruncated_normal"),
        dtype="float64",
        seed=seed,
    )
    residual = kind == "residual"
    network = (
        kp.networks.ResNet(32, depth, **options)
        if residual
        else kp.networks.MLP([32] * depth, **options)
    )
    network.build((None, 32))
    rng = np.random.default_rng(seed)
    for v in network.trainable_variables:
        if len(v.shape) == 1:
            v.assign(rng.normal(scale=0.5, size=v.shape))
    x = rng.normal(size=(64, 32))
    norms = list(layer_gradient_norms(network, x, rng.normal(size=(64, 1)), "mse").values())
    assert len(norms) == depth + 1
    return norms[0] / norms[-2]


@pytest.mark.parametrize("depth", [20, 30, 100])
def test_gradients_vanish_in_plain_networks_only(depth):
    """Six seeds gave 1e-8 to 4e-7, 1e-12 to 9e-12 and 2e-40 to 2e-38; residual 0.3 to 2.6."""
    assert deep("plain", depth, 0) < 0.5 ** (depth - 1)
    assert 0.1 < deep("residual", depth, 0) < 1e3


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (dict(model=np.sin), TypeError, "`model`"),
        (dict(loss="mean"), ValueError, "`loss`"),
        (dict(y=None), ValueError, "`y`"),
        (dict(y=np.ones((1, 1))), ValueError, "as many samples"),
        (dict(x=np.array([[np.nan]] * 2)), ValueError, "`x`"),
        (dict(loss=None), ValueError, "compiled"),
        (dict(model=kp.networks.MLP([2], outputs=1)), ValueError, "`model`"),
    ],
)
def test_what_is_refused(arguments, error, text):
    good = dict(model=chain(2), x=np.ones((2, 1)), y=np.ones((2, 1)), loss="mse")
    with pytest.raises(error, match=text):
        layer_gradient_norms(**good | arguments)
