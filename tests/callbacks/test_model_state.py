"""A state of another model is refused before it does harm."""

import keras
import numpy as np
import pytest

import kerasphys as kp
from kerasphys.callbacks import Resume
from kerasphys.callbacks._model_state import ModelState
from tests.callbacks.conftest import make_problem
from tests.callbacks.runs import assert_same, dense, fit_dense, fit_pinn, pinn


def other_problem():
    problem = make_problem()
    conditions = {**problem.conditions, "equation": kp.Residual(lambda u_t, u_x: u_t - u_x)}
    return kp.Problem(problem.domain, "u", conditions)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"model": lambda: pinn(units=5)}, r"model.network.units is \[4\] there and \[5\] here"),
        ({"model": lambda: pinn(problem=other_problem())}, "model.problem.conditions.equation"),
        ({"model": lambda: pinn(optimizer="sgd")}, "optimizer is Adam there and SGD here"),
        (
            {"model": lambda: pinn(optimizer=keras.optimizers.Adam(0.1))},
            r"optimizer.learning_rate is 0\.00999.* there and 0\.1.* here",
        ),
        ({"model": lambda: pinn(dtype="float32")}, r"dtype.name is float64 there and float32 here"),
        ({"callbacks": list}, "callbacks is Resample there and none here"),
        ({"steps_per_epoch": 2}, "steps of an epoch is 3 there and 2 here"),
        ({"batch_size": 4}, "batch_size is None there and 4 here"),
    ],
)
def test_another_run_is_refused_before_training(tmp_path, first_run, changes, match):
    changes = {"model": pinn, "callbacks": lambda: [kp.callbacks.Resample()], **changes}
    model, inside = changes.pop("model")(), changes.pop("callbacks")()
    weights = model.get_weights()
    with pytest.raises(ValueError, match=rf"epoch-000001 is of another run: .*{match}"):
        fit_pinn([Resume(first_run, inside)], model=model, **changes)
    assert_same(weights, model.get_weights())


@pytest.fixture(scope="module")
def first_run(tmp_path_factory):
    directory = tmp_path_factory.mktemp("run")
    fit_pinn([Resume(directory, [kp.callbacks.Resample()])], epochs=1)
    return directory


def test_another_number_of_points_is_refused(first_run):
    model = pinn()
    points = model.problem.points(equation=17, initialu=8, seed=3)
    with pytest.raises(ValueError, match=r"points equation.points is \(16, 2\) .*\(17, 2\)"):
        model.fit(
            points,
            steps_per_epoch=3,
            verbose=0,
            callbacks=[Resume(first_run, [kp.callbacks.Resample()])],
        )


def test_another_plain_model_is_refused(tmp_path):
    fit_dense([Resume(tmp_path)])
    with pytest.raises(ValueError, match=r"is of another run: model.layers\[1\].units is 1 there"):
        fit_dense([Resume(tmp_path)], model=dense(units=3))


def functional(activation="tanh"):
    inputs = keras.Input((2,))
    hidden = keras.layers.Dense(1, activation, kernel_initializer="ones")(inputs)
    model = keras.Model(inputs, keras.layers.Add()([hidden, hidden]))
    model.compile("sgd", loss="mse", run_eagerly=True)
    return model


def test_names_that_keras_counts_do_not_matter(tmp_path):
    fit_dense([Resume(tmp_path)], model=functional(), epochs=1)
    fit_dense([Resume(tmp_path)], model=functional(), epochs=2)
    with pytest.raises(ValueError, match=r"activation is tanh there and relu here"):
        fit_dense([Resume(tmp_path)], model=functional("relu"))


def test_a_model_without_a_configuration(tmp_path):
    class Custom(keras.Model):
        def __init__(self, anything):
            super().__init__()
            self.layer = keras.layers.Dense(1, kernel_initializer="ones")

        def call(self, x):
            return self.layer(x)

    for epochs in (1, 2):
        model = Custom(object())
        model.compile("sgd", loss="mse", run_eagerly=True)
        model(np.zeros((1, 2), "float32"))
        _, history = fit_dense([Resume(tmp_path)], model=model, epochs=epochs)
    assert history.epoch == [0, 1]


def test_many_readings_are_told_by_a_digest():
    def settings(value):
        positions = np.full((1000, 2), 0.5)
        problem = make_problem()
        conditions = {**problem.conditions, "data": kp.Data(u=np.full(1000, value), at=positions)}
        return ModelState(pinn(problem=kp.Problem(problem.domain, "u", conditions))).settings()

    first, second = settings(0.0), settings(1.0)
    assert max(len(str(text)) for text in first.values()) <= 200
    assert len(first) < 100
    changed = [name for name in first if first[name] != second[name]]
    assert changed == ["model.problem.conditions.data.values.u.array"]
