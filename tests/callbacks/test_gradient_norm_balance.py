import keras
import numpy as np
import pytest

import kerasphys as kp
from kerasphys.callbacks import GradientNormBalance
from kerasphys.models.condition_gradients import condition_gradients
from tests.callbacks.conftest import train

LINE = kp.geometry.Interval(0, 1, "x")


def stiff_model(weight=1.0, optimizer=None):
    """The gradient of the equation is hundreds of times as large as that of the ends."""
    problem = kp.Problem(
        LINE,
        "u",
        {
            "equation": kp.Residual(lambda u_xx: 10 * (u_xx + 1)),
            "ends": kp.Dirichlet(u=1.0, on=LINE.boundary(), weight=weight),
        },
    )
    model = kp.models.PINNModel(kp.networks.MLP([6], seed=0), problem)
    model.compile(optimizer or keras.optimizers.SGD(0.0))
    return model


def fit(model, callback, epochs=1, **options):
    points = model.problem.points(equation=16, ends=2)
    model.fit(points, epochs=epochs, callbacks=[callback], verbose=0, **options)


def weights(model):
    return {name: float(weight.value) for name, weight in model.loss_weights.items()}


def norms(model):
    return {name: np.linalg.norm(g) for name, g in condition_gradients(model).items()}


def test_weighted_gradients_have_one_norm():
    model = stiff_model()
    fit(model, GradientNormBalance(momentum=0.0))
    found = norms(model)
    assert found["equation"] > 500 * found["ends"]
    for name, weight in weights(model).items():
        assert weight * found[name] == pytest.approx(sum(found.values()))


def test_moving_average():
    model = stiff_model()
    fit(model, GradientNormBalance(momentum=0.9), epochs=3)
    found = norms(model)
    for name, weight in weights(model).items():
        wanted = sum(found.values()) / found[name]
        assert weight == pytest.approx(0.9**3 + (1 - 0.9**3) * wanted)


def test_the_weight_of_a_condition_says_what_matters_more():
    model = stiff_model(weight=5.0)
    fit(model, GradientNormBalance(momentum=0.0))
    found, given = norms(model), weights(model)
    assert given["ends"] * found["ends"] == pytest.approx(5 * given["equation"] * found["equation"])


def test_every_second_epoch_and_from_the_beginning_again():
    class Recorder(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            found.append(weights(self.model)["ends"])

    found = []
    model, balance = stiff_model(), GradientNormBalance(every=2, momentum=0.5)
    points = model.problem.points(equation=16, ends=2)
    model.fit(points, epochs=4, callbacks=[balance, Recorder()], verbose=0)
    assert found[0] == found[1] < found[2] == found[3]
    model.fit(points, epochs=5, initial_epoch=4, callbacks=[balance, Recorder()], verbose=0)
    assert found[4] > found[3]
    model.fit(points, epochs=1, callbacks=[balance, Recorder()], verbose=0)
    assert found[5] == found[0]


def test_bounds():
    problem = kp.Problem(
        LINE,
        ("u", "v"),
        {
            "large": kp.Residual(lambda u: 1e6 * (u - 1)),
            "small": kp.Residual(lambda v: 1e-6 * (v - 1)),
            "none": kp.Residual(lambda x: x),
            "off": kp.Residual(lambda v: 1e9 * v, weight=0.0),
        },
    )
    model = kp.models.PINNModel(kp.networks.MLP([4], seed=0), problem)
    model.compile(keras.optimizers.SGD(0.0))
    sizes = dict.fromkeys(problem.conditions, 4)
    balance = GradientNormBalance(momentum=0.0)
    model.fit(problem.points(**sizes), callbacks=[balance], verbose=0)
    expected = {"large": 1.0, "small": 1e5, "none": 1.0, "off": 0.0}
    assert weights(model) == pytest.approx(expected)


def test_the_ends_are_met_sooner():
    errors = []
    for callbacks in ([], [GradientNormBalance()]):
        model = stiff_model(optimizer=keras.optimizers.Adam(0.01))
        points = model.problem.points(equation=16, ends=2)
        model.fit(points, epochs=30, steps_per_epoch=30, callbacks=callbacks, verbose=0)
        x = np.linspace(0, 1, 50)
        errors.append(np.abs(model.predict(x[:, None])[:, 0] - (1 + x * (1 - x) / 2)).max())
    assert errors[1] < 0.2 * errors[0]


def test_nothing_is_compiled_again(model):
    train(model, [GradientNormBalance()], epochs=2)
    traced = model.train_function
    train(model, [GradientNormBalance()], epochs=2)
    assert model.train_function is traced


def test_one_condition_has_nothing_to_balance(model):
    for conditions in ("equation", None):
        chosen = kp.models.PINNModel(kp.networks.MLP([2]), model.problem, hard=conditions is None)
        chosen.compile("adam")
        with pytest.raises(ValueError, match=r"conditions.*at least two"):
            train(chosen, [GradientNormBalance(conditions=conditions)])


def test_refuses_other_models_and_unknown_conditions(model):
    other = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    other.compile("sgd", loss="mse")
    with pytest.raises(TypeError, match="GradientNormBalance works on"):
        other.fit(np.ones((2, 1)), np.ones((2, 1)), callbacks=[GradientNormBalance()], verbose=0)
    with pytest.raises(ValueError, match=r"conditions.*equation, initialu.*'walls'"):
        train(model, [GradientNormBalance(conditions=["equation", "walls"])])


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"every": 0}, ValueError),
        ({"momentum": 1.0}, ValueError),
        ({"momentum": -0.1}, ValueError),
        ({"momentum": "0.9"}, TypeError),
        ({"conditions": ("a", "a")}, ValueError),
    ],
)
def test_bad_arguments(options, error):
    with pytest.raises(error, match=next(iter(options))):
        GradientNormBalance(**options)
