"""What grid networks share: padding to a multiple, coordinates, conditions, checks, export."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp


@keras.saving.register_keras_serializable()
class Identity(kp.networks.GridNetwork):
    """Returns what its layers would get, and remembers its shape."""

    multiple, least_size = 4, 2

    def build_layers(self, rank, channels, condition):
        self.made = rank, channels, condition

    def call_layers(self, values, condition, training):
        self.seen = values
        return values if condition is None else values + condition[:, None, :1]


def free(x):
    return tf.TensorSpec([None] * (x.ndim - 1) + [x.shape[-1]], x.dtype)


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("mode", ["zero", "periodic", "reflect"])
@pytest.mark.parametrize("grid", [(5,), (8, 6), (7, 4, 9)], ids=str)
def test_axes_are_continued_to_a_multiple_and_cropped(grid, mode, dynamic, rng):
    x = rng.normal(size=(2, *grid, 2))
    network = Identity(outputs=2, padding=mode, dtype="float64")
    network.build(x.shape)
    assert network.made == (len(grid), 2, None)
    call = tf.function(network, input_signature=[free(x)]) if dynamic else network
    np.testing.assert_array_equal(call(x), x)
    if not dynamic:
        extra = [-n % 4 for n in grid]
        pairs = [(0, 0), *[(m // 2, m - m // 2) for m in extra], (0, 0)]
        numpy_mode = {"periodic": "wrap", "zero": "constant"}.get(mode, mode)
        np.testing.assert_array_equal(network.seen, np.pad(x, pairs, mode=numpy_mode))


def test_coordinates(rng):
    x = rng.normal(size=(2, 8, 4, 1))
    network = Identity(outputs=4, padding=["zero", "periodic"], coordinates=True, dtype="float64")
    made = network(x).numpy()
    assert network.made == (2, 4, None)
    np.testing.assert_array_equal(made[..., :1], x)
    along = np.linspace(-1, 1, 8)[:, None] * np.ones(4)
    around = 2 * np.pi * np.arange(4) / 4 * np.ones((8, 1))
    expected = np.stack([along, np.cos(around), np.sin(around)], axis=-1)
    np.testing.assert_allclose(made[..., 1:], [expected, expected], rtol=0, atol=1e-15)
    compiled = tf.function(network, input_signature=[free(x)])(x)
    np.testing.assert_allclose(compiled, made, rtol=0, atol=1e-15)


def test_a_condition(rng):
    x, condition = rng.normal(size=(2, 4, 1)), rng.normal(size=(2, 3))
    network = Identity(outputs=1, dtype="float64")
    found = network({"inputs": x, "condition": condition})
    assert network.made == (1, 1, 3)
    np.testing.assert_array_equal(found, x + condition[:, None, :1])
    spec = network.serving_spec()
    assert spec["inputs"].shape == (None, None, 1)
    assert spec["condition"].shape == (None, 3)
    for inputs, text in (
        (x, "built with a condition"),
        ({"inputs": x, "condition": condition[:, :2]}, r"condition of shape \(n, 3\)"),
        ({"inputs": x, "time": condition}, "a dict with"),
    ):
        with pytest.raises(ValueError, match=text):
            network(inputs)


def test_a_condition_that_was_not_expected(rng):
    network = Identity(outputs=1)
    network(rng.normal(size=(2, 4, 1)))
    with pytest.raises(ValueError, match="built without a condition"):
        network({"inputs": np.zeros((2, 4, 1)), "condition": np.zeros((2, 1))})


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((2, 8, 3), "built for 2 grid axes"),
        ((2, 8, 8, 1), "built for 3 channels"),
        ((2, 8, 1, 3), "at least 2 points along each grid axis"),
    ],
)
def test_inputs_that_do_not_fit(shape, text):
    network = Identity(outputs=3)
    network.build((None, None, None, 3))
    with pytest.raises(ValueError, match=text):
        network(np.zeros(shape))
    with pytest.raises(ValueError, match=text):
        tf.function(network)(tf.zeros(shape))


def test_a_grid_that_only_the_graph_finds_too_small():
    network = Identity(outputs=3)
    network.build((None, None, None, 3))
    x = np.zeros((2, 8, 1, 3), "float32")
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least 2 points along axis 1"):
        tf.function(network, input_signature=[free(x)])(x)


def test_what_build_refuses():
    with pytest.raises(ValueError, match="number of its outputs"):
        Identity().build((None, 8, 1))
    with pytest.raises(ValueError, match="one, two or three grid axes"):
        Identity(outputs=1).build((None, 8))
    with pytest.raises(ValueError, match="known number of channels"):
        Identity(outputs=1).build((None, 8, None))
    with pytest.raises(ValueError, match="at least 2 points"):
        Identity(outputs=1).build((None, 1, 1))
    with pytest.raises(ValueError, match="`padding`"):
        Identity(outputs=1, padding=["zero"] * 2).build((None, 8, 1))


def test_the_hooks_are_for_subclasses():
    with pytest.raises(NotImplementedError):
        kp.networks.GridNetwork(outputs=1).build((None, 8, 1))
    with pytest.raises(NotImplementedError):
        kp.networks.GridNetwork(outputs=1).call_layers(None, None, False)
    assert kp.networks.GridNetwork(outputs=1).multiple == 1
    assert kp.networks.GridNetwork(outputs=1).least_size == 1


def test_an_export_of_one_size_if_asked_for(tmp_path):
    network = Identity(outputs=1)
    network(np.zeros((1, 4, 1)))
    spec = [keras.InputSpec(shape=(None, 4, 1), dtype="float32")]
    network.export(tmp_path / "saved", verbose=False, input_signature=spec)
    loaded = tf.saved_model.load(tmp_path / "saved")
    assert loaded.serve(tf.zeros((3, 4, 1))).shape == (3, 4, 1)
    with pytest.raises((TypeError, ValueError)):
        loaded.serve(tf.zeros((3, 8, 1)))
