"""Callbacks of Keras do with our models what they do with others."""

import csv

import keras
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

import kerasphys as kp
from tests.models.conftest import line_model, line_points, weights_of

TERMS = ("loss", "equation_loss", "left_loss", "right_loss")


def test_early_stopping_restores_the_best_weights(problem):
    model = line_model(problem, optimizer=keras.optimizers.SGD(2e-3))
    points, validation = line_points(problem), line_points(problem, n=9, seed=1)

    class Spoil(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 3:
                self.model.optimizer.learning_rate.assign(-2e-3)  # uphill

    stopping = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    history = model.fit(
        points, epochs=20, validation_data=validation, callbacks=[Spoil(), stopping], verbose=0
    ).history["val_loss"]
    assert len(history) < 20
    assert np.argmin(history) == stopping.best_epoch < len(history) - 1
    best = model.evaluate(validation, return_dict=True, verbose=0)["loss"]
    assert best == pytest.approx(min(history), rel=1e-12)


def test_the_learning_rate_falls_on_a_plateau(model, points):
    model.optimizer.learning_rate.assign(1e-30)  # a plateau at once
    plateau = keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1e-3)
    history = model.fit(points, epochs=4, callbacks=[plateau], verbose=0).history
    np.testing.assert_allclose(history["learning_rate"], [1e-30, 1e-30, 5e-31, 2.5e-31], rtol=1e-6)


def test_checkpoints_and_tables(tmp_path, problem, points):
    model = line_model(problem)
    logged = tmp_path / "log.csv"
    history = model.fit(
        points,
        epochs=3,
        callbacks=[
            keras.callbacks.ModelCheckpoint(tmp_path / "whole_{epoch}.keras"),
            keras.callbacks.ModelCheckpoint(tmp_path / "w.weights.h5", save_weights_only=True),
            keras.callbacks.CSVLogger(logged),
        ],
        verbose=0,
    ).history
    with logged.open() as file:
        rows = list(csv.DictReader(file))
    assert {"epoch", *TERMS} <= set(rows[0])
    for name in TERMS:
        assert [float(row[name]) for row in rows] == pytest.approx(history[name])

    whole = kp.load_model(tmp_path / "whole_3.keras")
    np.testing.assert_array_equal(weights_of(whole), weights_of(model))
    other = line_model(problem, compiled=False)
    other.load_weights(tmp_path / "w.weights.h5")
    np.testing.assert_array_equal(weights_of(other), weights_of(model))
    # an earlier checkpoint goes on to where the uninterrupted run went
    earlier = kp.load_model(tmp_path / "whole_2.keras")
    earlier.fit(verbose=0)
    np.testing.assert_allclose(weights_of(earlier), weights_of(model), rtol=1e-14, atol=1e-16)


def test_loaded_weights_bring_their_points(tmp_path, problem):
    saved = line_model(problem, optimizer=keras.optimizers.SGD(0.0))
    expected = saved.fit(line_points(problem, n=5, seed=4), verbose=0).history
    saved.save_weights(tmp_path / "some.weights.h5")
    model = line_model(problem, optimizer=keras.optimizers.SGD(0.0))
    model.fit(line_points(problem, n=8), verbose=0)
    model.load_weights(tmp_path / "some.weights.h5")
    found = model.fit(verbose=0).history
    assert {k: v[0] for k, v in found.items()} == pytest.approx(
        {k: v[0] for k, v in expected.items()}
    )


def test_tensorboard_shows_every_condition(tmp_path, model, points):
    history = model.fit(
        points,
        epochs=2,
        validation_data=line_points(seed=1),
        callbacks=[keras.callbacks.TensorBoard(tmp_path)],
        verbose=0,
    ).history
    for folder, prefix in (("train", ""), ("validation", "val_")):
        events = EventAccumulator(str(tmp_path / folder))
        events.Reload()
        for name in TERMS:
            shown = [float(make_ndarray(e.tensor_proto)) for e in events.Tensors(f"epoch_{name}")]
            assert shown == pytest.approx(history[prefix + name], rel=1e-6)
            assert all(value > 0 for value in shown)


def test_progress_is_shown(model, points, capsys):
    model.fit(points, verbose=2)
    shown = capsys.readouterr().out
    assert all(f"{name}: " in shown for name in TERMS)
