"""The values of unknowns in the logs of training."""

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

import kerasphys as kp

TIME = kp.geometry.Interval(0.0, 2.0, "t")


def decay():
    at = np.linspace(0.0, 2.0, 5)[:, None]
    return kp.Problem(
        TIME,
        "u",
        {
            "decay": kp.Residual(lambda u, u_t, rate, k: u_t + rate * k * u),
            "readings": kp.Data(at=at, u=np.exp(-0.7 * at[:, 0])),
        },
        parameters={"rate": kp.Unknown(2.0, log=True), "k": 1.0},
    )


def compiled(optimizer, **options):
    model = kp.models.PINNModel(kp.networks.MLP([4], seed=0), decay())
    model.compile(optimizer, **options)
    return model


class Seen(keras.callbacks.Callback):
    """Keeps the logs of every epoch, and the value that the model has then."""

    def __init__(self):
        super().__init__()
        self.logs, self.values = [], []

    def on_epoch_end(self, epoch, logs=None):
        self.logs.append(dict(logs))
        self.values.append(self.model.parameters["rate"])


def fit(model, *callbacks, epochs=3, **options):
    seen = Seen()
    points = model.problem.points(decay=8)
    model.fit(points, epochs=epochs, verbose=0, callbacks=[seen, *callbacks], **options)
    return seen


def test_every_epoch_logs_the_value_at_its_end(tmp_path):
    model = compiled(keras.optimizers.Adam(0.1), steps_per_execution=2)
    others = model.problem.points(decay=8, seed=1)
    logger = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    board = keras.callbacks.TensorBoard(tmp_path / "board")
    seen = fit(model, logger, board, steps_per_epoch=2, validation_data=others)
    assert len(set(seen.values)) == 3
    assert model.history.history["rate"] == seen.values == [logs["rate"] for logs in seen.logs]
    assert not {"val_rate", "k"} & set(seen.logs[-1])
    np.testing.assert_allclose(pd.read_csv(tmp_path / "log.csv")["rate"], seen.values, rtol=1e-12)
    assert tags(tmp_path / "board" / "train") >= {"epoch_rate", "epoch_loss"}
    assert "epoch_rate" not in tags(tmp_path / "board" / "validation")
    assert "rate" not in model.evaluate(others, return_dict=True, verbose=0)


def tags(folder):
    (file,) = folder.glob("events*")
    events = tf.compat.v1.train.summary_iterator(str(file))
    return {value.tag for event in events for value in event.summary.value}


def test_a_run_that_is_resumed_has_them_all(tmp_path):
    first, model = (compiled(kp.optimizers.BFGS()) for _ in range(2))
    seen = fit(first, kp.callbacks.Resume(tmp_path / "run"), epochs=2)
    later = fit(model, kp.callbacks.Resume(tmp_path / "run"), epochs=4)
    assert model.history.history["rate"] == [*seen.values, *later.values]
    assert len(set(model.history.history["rate"])) == 4


def test_several_devices():
    with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
        model = compiled(keras.optimizers.Adam(0.1))
    seen = fit(model, epochs=2)
    assert len(set(seen.values)) == 2
    assert model.history.history["rate"] == seen.values
