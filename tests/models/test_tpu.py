"""The rules of TPUs, on a machine that has none."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.models.distribution import Distribution
from kerasphys.models.objective import share_of
from tests import components

X = np.random.default_rng(0).normal(size=(12, 2))
Y = X[:, :1] * X[:, 1:]


def surrogate(dtype="float32", **kwargs):
    model = kp.models.SurrogateModel(kp.networks.MLP([4], outputs=1, seed=0), dtype=dtype)
    model.compile(keras.optimizers.SGD(0.1), loss="mse", **kwargs)
    return model


@pytest.fixture
def tpu(monkeypatch):
    """A strategy that is taken for one of TPUs."""
    monkeypatch.setattr(Distribution, "on_tpu", True)
    return tf.distribute.OneDeviceStrategy("CPU:0")


@pytest.fixture
def late(monkeypatch):
    """Replicas that know their number only when the step runs, as those of TPUs."""
    monkeypatch.setattr(tf, "get_static_value", lambda _: None)
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


@pytest.mark.parametrize(
    ("make", "cure"),
    [
        (lambda: kp.models.PINNModel(kp.networks.MLP([4]), components.problem()), "'float32'"),
        (lambda: surrogate("float64"), "'float32'"),
        (lambda: surrogate("mixed_float16"), "'mixed_bfloat16'"),
    ],
    ids=["PINN", "float64", "float16"],
)
def test_precisions_that_it_has_not(tpu, make, cure):
    make()
    with tpu.scope(), pytest.raises(ValueError, match=f"precision of the TPU.*dtype={cure}"):
        make()


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_precisions_that_it_has(tpu, dtype):
    with tpu.scope():
        model = surrogate(dtype)
    model.fit(X, Y, batch_size=4, verbose=0)


def test_eager_steps(tpu):
    with tpu.scope():
        model = surrogate(run_eagerly=True)
    with pytest.raises(ValueError, match=r"`run_eagerly`.*compiled steps only"):
        model.fit(X, Y, verbose=0)


def test_layers_that_xla_has_not(tpu):
    with tpu.scope():
        turned = keras.layers.RandomRotation(0.1, name="turned")
        network = kp.networks.CNN([2], seed=0)
        model = kp.models.ClassifierModel(network, 2, augmentation=turned)
        model.compile("sgd")
    with pytest.raises(ValueError, match=r"cannot run the layers turned.*tf\.data"):
        model.fit(np.ones((4, 8, 8, 1)), [0, 1, 0, 1], verbose=0)


def test_other_devices_have_all_precisions():
    assert not Distribution(tf.distribute.OneDeviceStrategy("CPU:0")).on_tpu
    with tf.distribute.OneDeviceStrategy("CPU:0").scope():
        assert surrogate("float64").dtype == "float64"


def test_replicas_compute_without_float64(late):
    """The sums over replicas, and the shares of samples with weights, too."""
    with late.scope():
        model = surrogate()
    model.fit(X, Y, batch_size=4, epochs=0)
    batch = [tf.constant(array, "float32") for array in (X[:4], Y[:4], np.ones(4))]
    step = tf.function(model.train_step, autograph=False)
    graph = step.get_concrete_function(tuple(batch)).graph.as_graph_def()
    nodes = [*graph.node, *(n for f in graph.library.function for n in f.node_def)]
    assert len(nodes) > 100
    double = tf.float64.as_datatype_enum
    assert not [n.name for n in nodes if any(a.type == double for a in n.attr.values())]


class TestRows:
    """Every replica takes as many: the shapes of its step are known."""

    @pytest.mark.parametrize("shape", [(7, 2), (None, 2)], ids=["odd", "unknown"])
    def test_shares(self, shape):
        @tf.function(input_signature=[tf.TensorSpec(shape), tf.TensorSpec((), tf.int32)])
        def share(array, index):
            return share_of(array, index, 3).of(array)

        with pytest.raises(ValueError, match=r"each of the 3 replicas.*drop_remainder=True"):
            share.get_concrete_function()

    def test_a_batch_that_divides(self, late):
        alone = surrogate()
        with late.scope():
            model = surrogate()
        for one in (alone, model):
            one.fit(X, Y, batch_size=4, epochs=2, verbose=0)
        np.testing.assert_allclose(model.predict(X), alone.predict(X), rtol=1e-5)

    def test_a_batch_that_does_not(self, late):
        with late.scope():
            model = surrogate()
        with pytest.raises(ValueError, match=r"2 replicas takes as many rows.*Received: 3 rows"):
            model.fit(X, Y, batch_size=3, verbose=0)
