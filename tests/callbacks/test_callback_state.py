"""What callbacks remember, they remember in a run that goes on."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.callbacks import Resume
from tests.callbacks.runs import fit_dense


class Remembering(keras.callbacks.Callback):
    """Has attributes of all kinds that are kept."""

    def __init__(self):
        super().__init__()
        self.generator = np.random.default_rng(0)
        self.total = tf.Variable(0.0)
        self.seen = {}
        self.limit = 3  # a setting

    def on_epoch_end(self, epoch, logs=None):
        self.total.assign_add(1.0)
        self.seen[epoch] = (self.generator.uniform(), np.float32(epoch), [None, True, np.nan])


class Answering(keras.callbacks.Callback):
    """Says itself what is to be kept."""

    def __init__(self):
        super().__init__()
        self.handle = object()
        self.count = 0

    def on_epoch_end(self, epoch, logs=None):
        self.handle, self.count = object(), self.count + 1

    def get_state(self):
        return {"count": self.count}

    def set_state(self, state):
        self.count = 10 * state["count"]


def test_what_callbacks_remember(tmp_path):
    alone = Remembering()
    fit_dense([alone])
    fit_dense([Resume(tmp_path, [Remembering(), Answering()])], epochs=2)
    remembering, answering = Remembering(), Answering()
    remembering.limit = 5
    fit_dense([Resume(tmp_path, [remembering, answering])])
    assert repr(remembering.seen) == repr(alone.seen)
    assert float(remembering.total) == 4.0
    assert remembering.limit == 5
    assert answering.count == 22


def test_what_cannot_be_kept_is_said_once(tmp_path):
    class Holding(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.handle = object()

    with pytest.warns(UserWarning, match=r"does not keep `handle`.*Holding.*get_state") as caught:
        fit_dense([Resume(tmp_path, [Holding()])])
    assert sum("does not keep" in str(warning.message) for warning in caught) == 1


def test_pictures_tables_and_measurements_go_on(tmp_path):
    def resume(where):
        compare = kp.callbacks.CompareWithReference(np.ones((3, 2)), np.ones(3), every=3)
        table = keras.callbacks.CSVLogger(tmp_path / f"{where}.csv", append=True)
        board = keras.callbacks.TensorBoard(tmp_path / where)
        inside = [compare, table, board, kp.callbacks.ProgressBar()]
        return Resume(tmp_path / f"{where}_run", inside)

    _, alone = fit_dense([resume("alone")], epochs=5)
    for epochs in (2, 5):
        _, history = fit_dense([resume("resumed")], epochs=epochs)
    assert history.history == alone.history
    assert (tmp_path / "resumed.csv").read_text() == (tmp_path / "alone.csv").read_text()
