import keras
import numpy as np
import pytest

import kerasphys as kp
from kerasphys.callbacks import Resample, ResidualAttention
from tests.callbacks.conftest import make_model, make_problem, train

NAME = "equation"


class Recorder(keras.callbacks.Callback):
    """Keeps points, point weights and residuals of the epochs."""

    def __init__(self, condition=NAME):
        super().__init__()
        self.condition = condition
        self.points, self.weights, self.residuals = [], [], []

    def on_train_batch_begin(self, batch, logs=None):
        arrays = self.model.points.arrays(self.condition)
        self.points.append(arrays["points"])
        self.weights.append(arrays[f"weights.{self.condition}"])
        residual = self.model.derivatives(arrays["points"], self.condition)[self.condition]
        self.residuals.append(residual)


def run(attention, *others, model=None, **options):
    recorder = Recorder()
    train(model or make_model(make_problem()), [*others, attention, recorder], **options)
    return recorder


def test_formula():
    seen = run(ResidualAttention(decay=0.9, rate=0.2, conditions=NAME), epochs=4)
    multipliers = np.zeros(8)
    for weights, residual in zip(seen.weights, seen.residuals, strict=True):
        multipliers = 0.9 * multipliers + 0.2 * np.abs(residual) / np.abs(residual).max()
        np.testing.assert_allclose(weights, multipliers**2, rtol=1e-9)
    assert multipliers.max() < 0.2 / (1 - 0.9)


def test_normalized_weights_have_the_mean_one():
    options = {"decay": 0.9, "rate": 0.2}
    plain = run(ResidualAttention(**options), epochs=1).weights[0]
    normalized = run(ResidualAttention(**options, normalize=True), epochs=1).weights[0]
    np.testing.assert_allclose(normalized, plain / plain.mean())


def test_all_conditions_or_those_named():
    for conditions, changed in ((None, True), (NAME, False)):
        model = make_model(make_problem())
        attention = ResidualAttention(conditions=conditions)
        train(model, [attention])
        initial = model.points.arrays("initialu")["weights.initialu"]
        assert np.any(initial != 1.0) == changed
        assert set(attention.multipliers) == ({NAME, "initialu"} if changed else {NAME})


def test_weights_of_the_user_stay():
    problem = make_problem()
    model = make_model(problem)
    points = problem.points(equation=8, initialu=8, weights={NAME: lambda x: 1 + x})
    attention = ResidualAttention()
    model.fit(points, epochs=2, callbacks=[attention], verbose=0)
    own = points.sets[NAME].weights[NAME]
    found = model.points.arrays(NAME)["weights.equation"]
    np.testing.assert_allclose(found, own * attention.multipliers[NAME] ** 2)


def test_where_nothing_is_wrong_the_weights_do_not_break():
    line = kp.geometry.Interval(0, 1, "x")
    for normalize, expected in ((False, 0.0), (True, 1.0)):
        problem = kp.Problem(line, "u", {NAME: kp.Residual(lambda u: 0 * u)})
        model = kp.models.PINNModel(kp.networks.MLP([2], seed=0), problem)
        model.compile("adam")
        attention = ResidualAttention(normalize=normalize)
        model.fit(problem.points(equation=4), callbacks=[attention], verbose=0)
        np.testing.assert_array_equal(model.points.arrays(NAME)["weights.equation"], expected)


def test_new_points_take_over_from_the_nearest_old_ones():
    attention = ResidualAttention(decay=0.9, rate=0.2, conditions=NAME)
    seen = run(attention, Resample(every=2), epochs=3)
    old = np.sqrt(seen.weights[1])
    before, points = seen.points[1:]
    assert not np.array_equal(before, points)
    nearest = np.argmin(np.linalg.norm(points[:, None] - before, axis=2), axis=1)
    residual = np.abs(seen.residuals[2])
    expected = 0.9 * old[nearest] + 0.2 * residual / residual.max()
    np.testing.assert_allclose(seen.weights[2], expected**2, rtol=1e-9)


def test_a_run_that_goes_on_and_one_that_begins_again():
    whole = run(ResidualAttention(), epochs=4)
    model, attention = make_model(make_problem()), ResidualAttention()
    run(attention, model=model, epochs=2)
    rest = run(attention, model=model, epochs=4, initial_epoch=2)
    np.testing.assert_array_equal(rest.weights, whole.weights[2:])
    again = run(attention, epochs=1)
    np.testing.assert_array_equal(again.weights, whole.weights[:1])


def test_nothing_is_compiled_again(model):
    model.compile("adam", jit_compile=True)
    train(model, [ResidualAttention()])
    traced = model.train_function
    train(model, [ResidualAttention()])
    assert model.train_function is traced


def test_single_precision():
    model = make_model(make_problem(), dtype="float32")
    attention = ResidualAttention()
    train(model, [attention])
    weights = model.points.arrays(NAME)["weights.equation"]
    assert weights.dtype == np.float32
    np.testing.assert_allclose(weights, attention.multipliers[NAME] ** 2, rtol=1e-6)


def test_refuses_other_models_and_unknown_conditions(model):
    other = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    other.compile("sgd", loss="mse")
    with pytest.raises(TypeError, match="ResidualAttention works on"):
        other.fit(np.ones((2, 1)), np.ones((2, 1)), callbacks=[ResidualAttention()], verbose=0)
    with pytest.raises(ValueError, match=r"conditions.*equation, initialu.*'walls'"):
        train(model, [ResidualAttention(conditions="walls")])


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"decay": 1.0}, ValueError),
        ({"decay": -0.1}, ValueError),
        ({"rate": 0.0}, ValueError),
        ({"conditions": 3}, TypeError),
        ({"normalize": 1}, TypeError),
    ],
)
def test_bad_arguments(options, error):
    with pytest.raises(error, match=next(iter(options))):
        ResidualAttention(**options)
