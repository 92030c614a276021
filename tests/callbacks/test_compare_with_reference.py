import csv

import keras
import numpy as np
import pytest

import kerasphys as kp
from kerasphys.callbacks import CompareWithReference
from tests.callbacks.conftest import make_model, make_problem, train

POINTS = np.linspace(0.0, 1.0, 6).reshape(3, 2)
VALUES = np.array([1.0, 2.0, 3.0])


class Truth(keras.callbacks.Callback):
    """Measures by itself, after each epoch, with the model called directly."""

    def __init__(self, points, values):
        super().__init__()
        self.points, self.values, self.errors = points, values, []

    def on_epoch_end(self, epoch, logs=None):
        outputs = self.model(self.points).numpy()
        norms = np.sqrt(np.sum(self.values**2, axis=0))
        self.errors.append(np.sqrt(np.sum((outputs - self.values) ** 2, axis=0)) / norms)


def test_logs_hold_the_error(model, reference):
    points, values = reference
    truth = Truth(points, values[:, None])
    logs = train(model, [CompareWithReference(points, values), truth])
    np.testing.assert_allclose(logs["val_relative_l2"], np.ravel(truth.errors), rtol=1e-13)
    assert len(set(logs["val_relative_l2"])) == 3


def test_a_second_fit_measures_anew(model, reference):
    points, values = reference
    callback = CompareWithReference(points, values, every=10)
    first = train(model, [callback], epochs=1)["val_relative_l2"][0]
    second = train(model, [callback], epochs=3, initial_epoch=1)["val_relative_l2"]
    assert second[0] != first
    assert second[0] == second[1]


def test_between_measurements_the_last_error_stands(model, reference):
    callback = CompareWithReference(*reference, name="error", every=2)
    errors = train(model, [callback], epochs=5)["val_error"]
    assert errors[0] == errors[1] != errors[2] == errors[3] != errors[4]


def test_several_fields(reference):
    points, values = reference
    both = np.stack([values, 2 + points[:, 0]], axis=1)
    truth = Truth(points, both)
    logs = train(make_model(make_problem("uv")), [CompareWithReference(points, both), truth])
    errors = np.array(truth.errors)
    np.testing.assert_allclose(logs["val_relative_l2_u"], errors[:, 0], rtol=1e-13)
    np.testing.assert_allclose(logs["val_relative_l2_v"], errors[:, 1], rtol=1e-13)
    np.testing.assert_array_equal(logs["val_relative_l2"], np.maximum(*errors.T))


@pytest.mark.parametrize("fields", ["v", ("v", "u")])
def test_fields_are_found_by_name(reference, fields):
    points, values = reference
    both = np.stack([values, 2 + points[:, 0]], axis=1)
    truth = Truth(points, both)
    given = both[:, 1] if fields == "v" else both[:, ::-1]
    compare = CompareWithReference(points, given, fields=fields)
    logs = train(make_model(make_problem("uv")), [compare, truth])
    errors = np.array(truth.errors)
    expected = errors[:, 1] if fields == "v" else np.maximum(*errors.T)
    np.testing.assert_allclose(logs["val_relative_l2"], expected, rtol=1e-13)
    assert ("val_relative_l2_v" in logs) == (fields != "v")


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_plain_keras_models(rng, outputs, dtype):
    points = rng.uniform(size=(20, 3))
    values = rng.normal(size=(20, outputs))
    model = keras.Sequential(
        [keras.Input((3,), dtype=dtype), keras.layers.Dense(outputs, dtype=dtype)]
    )
    model.compile("sgd", loss="mse")
    given = values[:, 0] if outputs == 1 else values
    callbacks = [CompareWithReference(points, given)]
    logs = model.fit(points, values, callbacks=callbacks, verbose=0).history
    kernel, bias = (w.astype("float64") for w in model.get_weights())
    each = np.linalg.norm(points @ kernel + bias - values, axis=0) / np.linalg.norm(values, axis=0)
    rtol = 1e-6 if dtype == "float32" else 1e-13
    np.testing.assert_allclose(logs["val_relative_l2"], [each.max()], rtol=rtol)
    assert ("val_relative_l2_1" in logs) == (outputs == 2)


def test_early_stopping_restores_the_best(model, reference):
    points, values = reference
    model.compile(keras.optimizers.SGD(0.3))
    stop = keras.callbacks.EarlyStopping(
        "val_relative_l2", mode="min", patience=2, min_delta=1.0, restore_best_weights=True
    )
    errors = train(model, [CompareWithReference(points, values), stop], epochs=10)
    errors = errors["val_relative_l2"]
    assert len(errors) == 3  # no improvement by 1.0 in two epochs
    found = kp.solvers.relative_l2(model.predict(points)[:, 0], values)
    np.testing.assert_allclose(found, errors[stop.best_epoch], rtol=1e-13)


def test_other_callbacks_see_it(model, reference, tmp_path):
    callbacks = [
        CompareWithReference(*reference),
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
        keras.callbacks.ModelCheckpoint(
            tmp_path / "{epoch}-{val_relative_l2:.3f}.weights.h5",
            monitor="val_relative_l2",
            mode="min",
            save_weights_only=True,
        ),
        keras.callbacks.ReduceLROnPlateau(
            "val_relative_l2", mode="min", min_delta=10.0, patience=1, factor=0.5
        ),
    ]
    logs = train(model, callbacks, epochs=3)
    with (tmp_path / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["val_relative_l2"]) for row in rows] == logs["val_relative_l2"]
    saved = sorted(path.name for path in tmp_path.glob("*.weights.h5"))
    errors = logs["val_relative_l2"]
    assert saved == [f"{n}-{e:.3f}.weights.h5" for n, e in enumerate(errors, start=1)]
    np.testing.assert_allclose(model.optimizer.learning_rate, 0.00025)


def test_predicting_does_not_disturb_training(problem, reference):
    runs = [
        train(make_model(problem), callbacks, epochs=4)["loss"]
        for callbacks in ([], [CompareWithReference(*reference)])
    ]
    assert runs[0] == runs[1]


def test_float32_models(problem, reference):
    points, values = reference
    model = make_model(problem, dtype="float32")
    logs = train(model, [CompareWithReference(points, values)], epochs=1)
    expected = kp.solvers.relative_l2(model.predict(points)[:, 0], values)
    np.testing.assert_allclose(logs["val_relative_l2"], expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"points": object()}, TypeError, "points"),
        ({"points": POINTS[:, 0]}, ValueError, "points"),
        ({"points": np.full((3, 2), np.nan)}, ValueError, "points.*finite"),
        ({"values": object()}, TypeError, "values"),
        ({"values": VALUES[:2]}, ValueError, r"values.*\(3,\).*\(2,\)"),
        ({"values": [[1.0], [2.0, 3.0]] * 2}, ValueError, "values"),
        ({"values": np.ones((3, 1, 1))}, ValueError, "values"),
        ({"values": np.ones((3, 0))}, ValueError, "values"),
        ({"points": POINTS[:0], "values": []}, ValueError, "values"),
        ({"values": [0.0, 0.0, 0.0]}, ValueError, "values.*zero somewhere.*column 0"),
        ({"values": [[1, 0], [1, 0], [1, 0]]}, ValueError, "values.*column 1.*fields"),
        ({"name": object()}, TypeError, "name"),
        ({"name": "relative l2"}, ValueError, "name"),
        ({"fields": object()}, TypeError, "fields"),
        ({"fields": ("u", "v")}, ValueError, "fields.*`values` has 1"),
        ({"every": object()}, TypeError, "every"),
        ({"every": 0}, ValueError, "every"),
    ],
)
def test_bad_arguments(changes, error, match):
    with pytest.raises(error, match=match):
        CompareWithReference(**{"points": POINTS, "values": VALUES, **changes})


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"points": POINTS[:, :1]}, "points.*x, t"),
        ({"fields": "w"}, "fields.*u.*'w'"),
        ({"values": np.ones((3, 2))}, "values.*2 for 1 fields"),
        ({"name": "loss"}, "name.*val_loss.*already"),
    ],
)
def test_what_does_not_fit_the_problem(model, changes, match):
    callback = CompareWithReference(**{"points": POINTS, "values": VALUES, **changes})
    validation = model.problem.points(equation=4, initialu=4, seed=1)
    with pytest.raises(ValueError, match=match):
        train(model, [callback], validation_data=validation)


@pytest.mark.parametrize(("shape", "match"), [((2,), "2 outputs"), ((2, 1), r"shape \(3, 2, 1\)")])
def test_what_does_not_fit_a_plain_model(shape, match):
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(2), keras.layers.Reshape(shape)]
    )
    model.compile("sgd", loss="mse")
    compare = CompareWithReference(POINTS, VALUES)
    with pytest.raises(ValueError, match=match):
        model.fit(POINTS, np.ones((3, *shape)), callbacks=[compare], verbose=0)
