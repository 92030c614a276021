"""A run that goes on sees the data in the order in which it would have seen them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.callbacks import Resume
from tests.callbacks.runs import arrays, assert_ends_alike, dense


@pytest.fixture
def unseeded():
    """No global seed of TensorFlow, whatever tests ran before."""
    tf.random.set_seed(None)


class Order(keras.utils.PyDataset):
    """Arrays, in an order that is drawn from NumPy's shared generator after each epoch."""

    def __init__(self, **options):
        super().__init__(**options)
        self.arrays, self.rows = arrays(), np.arange(20)

    def __len__(self):
        return 4

    def __getitem__(self, index):
        rows = self.rows[5 * index : 5 * index + 5]
        return tuple(array[rows] for array in self.arrays)

    def on_epoch_end(self):
        np.random.shuffle(self.rows)  # noqa: NPY002


def shuffled(seed=None):
    return tf.data.Dataset.from_tensor_slices(arrays()).shuffle(20, seed=seed).batch(5)


@pytest.mark.parametrize(
    ("seed", "data"),
    [
        (0, lambda: {"x": arrays()[0], "y": arrays()[1], "batch_size": 5}),
        (0, lambda: {"x": arrays()[0], "y": arrays()[1], "batch_size": 5, "steps_per_epoch": 3}),
        (0, lambda: {"x": shuffled(), "shuffle": False}),
        (None, lambda: {"x": shuffled(seed=1), "shuffle": False}),
        (None, lambda: {"x": shuffled(seed=1).repeat(), "steps_per_epoch": 3, "shuffle": False}),
        (0, lambda: {"x": Order()}),
        (0, lambda: {"x": Order(workers=2)}),
    ],
    ids=["arrays", "part of arrays", "dataset", "seeded", "stream", "PyDataset", "workers"],
)
@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_the_data_are_where_they_were(tmp_path, seed, data):
    def fit(callbacks):
        if seed is not None:
            keras.utils.set_random_seed(seed)
        model = dense(dropout=0.5)
        return model, model.fit(**data(), epochs=4, verbose=0, callbacks=callbacks)

    assert_ends_alike(fit, lambda: Resume(tmp_path), kills=[7])


@pytest.mark.parametrize(
    "data",
    [
        lambda: {"x": arrays()[0], "y": arrays()[1]},
        lambda: {"x": arrays()[0], "y": arrays()[1], "shuffle": "batch"},
        lambda: {"x": shuffled(), "shuffle": False},
        lambda: {"x": shuffled().repeat().prefetch(1), "steps_per_epoch": 2, "shuffle": False},
    ],
)
def test_an_order_that_nobody_can_repeat_is_refused(tmp_path, unseeded, data):
    with pytest.raises(ValueError, match=r"without a seed.*set_random_seed"):
        dense().fit(**data(), verbose=0, callbacks=[Resume(tmp_path)])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("steady", "expected"), [(True, 0), (False, 4 * 4)], ids=["same", "any"])
def test_nothing_is_read_where_every_epoch_begins_anew(tmp_path, monkeypatch, steady, expected):
    reads = []
    monkeypatch.setattr(
        "kerasphys.callbacks._data_order._drop",
        lambda iterator, count: reads.append(next(iterator)),
    )
    data = tf.data.Dataset.from_tensor_slices(arrays()).batch(5)
    data = data if steady else data.map(lambda x, y: (x, y))
    for epochs in (4, 5):
        dense().fit(data, epochs=epochs, shuffle=False, verbose=0, callbacks=[Resume(tmp_path)])
    assert len(reads) == expected


def test_a_surrogate_model_shuffles_by_its_seed(tmp_path):
    def fit(callbacks):
        network = kp.networks.MLP([4], outputs=1, seed=0)
        model = kp.models.SurrogateModel(network)
        model.compile("adam", loss="mse")
        return model, model.fit(*arrays(), batch_size=5, epochs=4, verbose=0, callbacks=callbacks)

    assert_ends_alike(fit, lambda: Resume(tmp_path), kills=[9])
