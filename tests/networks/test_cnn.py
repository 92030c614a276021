"""The convolutional network from fields to numbers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp


def cnn(filters=(3, 4), outputs=2, dtype="float64", seed=0, **kwargs):
    return kp.networks.CNN(list(filters), outputs, dtype=dtype, seed=seed, **kwargs)


def test_by_hand(rng):
    network = cnn(filters=[3], dense_units=[5], activation="tanh", output_activation="sine")
    x = rng.normal(size=(2, 6, 2))
    found = network(x)
    kernel = network.blocks[0].layers[0].kernel.numpy()
    padded = np.pad(x, [(0, 0), (1, 1), (0, 0)])
    values = np.tanh(sum(padded[:, m : m + 6] @ kernel[m] for m in range(3)))
    values = values.reshape(2, 3, 2, 3).max(axis=2).reshape(2, 9)
    hidden, last = network.dense
    expected = np.sin(np.tanh(values @ hidden.kernel.numpy()) @ last.kernel.numpy())
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)


def test_a_residual_network_by_hand(rng):
    network = cnn([3], convolutions=2, residual=True, pool=None, head="average", activation="tanh")
    x = rng.normal(size=(2, 6, 2))
    found = network(x)
    block = network.blocks[0]

    def convolved(layer, values):
        padded = np.pad(values, [(0, 0), (1, 1), (0, 0)])
        kernel = layer.kernel.numpy()
        return sum(padded[:, m : m + 6] @ kernel[m] for m in range(3))

    change = convolved(block.layers[1], np.tanh(convolved(block.layers[0], x)))
    values = np.tanh(change + x @ block.shortcut.kernel.numpy()[0])
    expected = values.mean(axis=1) @ network.dense[0].kernel.numpy()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("head", ["flatten", "average"])
@pytest.mark.parametrize("pool", ["max", "average", None])
@pytest.mark.parametrize("grid", [(8,), (8, 9), (4, 5, 6)], ids=len)
def test_shapes_and_parameters(grid, pool, head, rng):
    network = cnn(pool=pool, head=head, dense_units=[5], norm="batch")
    x = rng.normal(size=(2, *grid, 1))
    assert network(x).shape == (2, 2) == network.compute_output_shape(x.shape)
    left = [n // 4 for n in grid] if pool else grid
    features = 4 * (np.prod(left) if head == "flatten" else 1)
    k = 3 ** len(grid)
    kernels = k * 1 * 3 + k * 3 * 4
    trained = kernels + 2 * (3 + 4) + (features + 1) * 5 + 6 * 2
    assert sum(int(np.prod(v.shape)) for v in network.trainable_variables) == trained


def test_an_average_does_not_see_shifts_of_periodic_fields(rng):
    network = cnn(pool=None, head="average", padding="periodic", dtype="float32")
    x = rng.normal(size=(2, 8, 6, 1)).astype("float32")
    np.testing.assert_allclose(network(np.roll(x, (3, 1), (1, 2))), network(x), rtol=0, atol=1e-6)


def test_dropout_only_in_training_and_by_the_seed(rng):
    x = rng.normal(size=(4, 8, 8, 1))
    first, again = (cnn(dropout=0.5, dense_units=[16]) for _ in range(2))
    np.testing.assert_array_equal(first(x), cnn(dense_units=[16])(x))
    values = first(x, training=True)
    assert np.abs(values - first(x)).max() > 1e-3
    np.testing.assert_array_equal(again(x, training=True), values)
    assert np.abs(first(x, training=True) - values).max() > 1e-3


def test_it_tells_rising_from_falling(rng):
    labels = rng.integers(0, 2, size=64)
    slopes = np.where(labels, 1.0, -1.0)[:, None] * np.linspace(-1, 1, 12)
    x = (slopes + 0.3 * rng.normal(size=slopes.shape))[..., None].astype("float32")
    network = cnn([4], dtype=None, dense_units=[8], dropout=0.1)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(0.01), loss=loss, metrics=["accuracy"])
    network.fit(x, labels, epochs=15, verbose=0)
    assert network.evaluate(x, labels, verbose=0)[1] > 0.95


@pytest.mark.parametrize("head", ["flatten", "average"])
def test_grids(head, tmp_path):
    network = cnn(head=head, dtype="float32")
    network(np.zeros((1, 8, 9, 1)))
    with pytest.raises(ValueError, match="built for inputs of shape"):
        network(np.zeros((1, 8, 9, 2)))
    with pytest.raises(ValueError, match="built for inputs of shape"):
        network(np.zeros((1, 8, 1)))
    if head == "flatten":
        with pytest.raises(ValueError, match="takes no other"):
            network(np.zeros((1, 8, 8, 1)))
    else:
        assert network(np.zeros((1, 12, 5, 1))).shape == (1, 2)
        with pytest.raises(ValueError, match="at least 4 points"):
            network(np.zeros((1, 12, 3, 1)))
    network.export(tmp_path / "saved", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "saved")
    assert loaded.serve(tf.zeros((5, 8, 9, 1))).shape == (5, 2)
    if head == "average":
        assert loaded.serve(tf.zeros((5, 16, 10, 1))).shape == (5, 2)


def test_a_grid_that_is_too_small_for_the_pools():
    network = cnn([2, 2, 2])
    network.compile("adam", loss="mse")
    with pytest.raises(ValueError, match=r"at least 8 points .* 3 pools of 2"):
        network.fit(np.zeros((2, 8, 7, 1)), np.zeros((2, 2)), verbose=0)
    assert cnn([2, 2, 2], pool=None)(np.zeros((2, 3, 3, 1))).shape == (2, 2)
    with pytest.raises(ValueError, match="known size"):
        cnn().build((None, None, 8, 1))
    with pytest.raises(ValueError, match="number of its outputs"):
        cnn(outputs=None).build((None, 8, 8, 1))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(filters=[]), "`filters`"),
        (dict(filters=[0]), "`filters`"),
        (dict(pool="median"), "`pool`"),
        (dict(pool_size=1), "`pool_size`"),
        (dict(head="sum"), "`head`"),
        (dict(dropout=1.0), "`dropout`"),
        (dict(dropout=-0.1), "`dropout`"),
        (dict(dense_units=[0]), "`dense_units`"),
        (dict(convolutions=0), "`convolutions`"),
        (dict(norm="spectral"), "`norm`"),
    ],
)
def test_what_is_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        cnn(**arguments)
