"""Every rule of the advice, with a model made to provoke it and no other."""

import inspect
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.analysis import advice
from tests.analysis.conftest import LINE, SMALL, SPACE_TIME, sum_model
from tests.formula import formula_model


def one(*columns):
    return tf.ones_like(columns[0])


def misfit(u, f):
    return u - f


def sine(x):
    return np.sin(2 * np.pi * x)


def test_what_is_advised_exists():
    text = inspect.getsource(advice)
    names = set(re.findall(r"kp\.(callbacks|optimizers)\.(\w+)", text))
    assert len(names) >= 8
    missing = [name for room, name in names if not hasattr(getattr(kp, room), name)]
    assert not missing


def test_nothing():
    model = sum_model(LINE, {"fit": kp.Residual(misfit, f=sine)}, [one], [0.5])
    found = kp.diagnose(model, **SMALL)
    assert found.advice == "Nothing stands out: train longer."


def test_a_residual_that_is_not_finite():
    problem = kp.Problem(LINE, "u", {"log": kp.Residual(lambda u: keras.ops.log(u))})
    model = formula_model(problem, lambda x: x - 0.25)
    points = problem.points(log=np.linspace(0.0, 1.0, 101)[:, None])
    found = kp.diagnose(model, points=points, **SMALL)
    faults = int(found.findings["faults"])
    assert 26 + 15 < faults < 26 + 35  # a quarter of the fresh points too
    assert found.advice.startswith(
        f"The residual of 'log' is not finite at {faults} of 202 points, the first is x = 0: look"
    )
    assert np.isnan(found.table.loc["log", "mean_square"])
    found.picture().canvas.draw()


def test_a_gradient_that_is_not_finite():
    root = kp.Residual(lambda u: keras.ops.sqrt(u) - 1.0)
    found = kp.diagnose(sum_model(LINE, {"root": root}, [one], [0.0]), **SMALL)
    assert found.findings["faults"] == 0
    assert "'root' is finite, its gradient by the weights is not" in found.advice


def test_weights_that_are_not_finite():
    model = sum_model(LINE, {"fit": kp.Residual(misfit, f=1.0)}, [one], [np.nan])
    found = kp.diagnose(model, **SMALL)
    assert found.advice.startswith("The weights of the model are not finite")
    assert "kp.callbacks.Resume" in found.advice
    assert found.layers == ()
    found.picture().canvas.draw()


def test_one_gradient_dominates():
    conditions = {
        "equation": kp.Residual(lambda u_xx: 200.0 * (u_xx - 1.0)),
        "left": kp.Dirichlet(u=0.0, on=LINE.start("x")),
    }
    functions = [one, lambda x: x**2]
    model = sum_model(LINE, conditions, functions, [1.0, 1.0])
    found = kp.diagnose(model, **SMALL)
    # the residual is 200 (2 b - 1), its gradient by b 400; that of the boundary is 1, by a 1
    assert found.findings["domination"] == pytest.approx(2 * 200 * 400 / 2)
    assert found.advice == (
        "The gradient of 'equation' is 8e+04 times that of 'left', which hardly trains: "
        "kp.callbacks.GradientNormBalance() or hard=['left']."
    )
    model.loss_weights["left"].assign(1e4)
    found = kp.diagnose(model, **SMALL)
    assert found.findings["domination"] == pytest.approx(8.0)
    assert "GradientNormBalance" not in found.advice


def test_a_condition_that_holds_needs_no_help():
    conditions = {
        "equation": kp.Residual(lambda u_xx: 200.0 * (u_xx - 1.0)),
        "left": kp.Dirichlet(u=1.0 + 1e-6, on=LINE.start("x")),
    }
    model = sum_model(LINE, conditions, [one, lambda x: x**2], [1.0, 1.0])
    found = kp.diagnose(model, **SMALL)
    assert found.findings["domination"] == 1.0  # of the equation over itself
    assert "GradientNormBalance" not in found.advice


def test_no_exact_form_where_there_is_none():
    disk = kp.geometry.Disk(center=(0.0, 0.0), radius=1.0)
    conditions = {
        "equation": kp.Residual(lambda u_xx: 1e3 * (u_xx - 1.0)),
        "rim": kp.Dirichlet(u=lambda x: np.interp(x, [-1, 1], [0, 0]), on=disk.boundary()),
    }
    model = sum_model(disk, conditions, [one, lambda x, y: x**2], [1.0, 1.0])
    assert kp.diagnose(model, **SMALL).advice.endswith(": kp.callbacks.GradientNormBalance().")


@pytest.mark.parametrize("own", [True, False])
def test_only_the_training_points_are_fitted(own):
    # the field vanishes at the 16 points, and nowhere else
    nodes = (np.arange(16) + 0.5)[:, None] / 16
    model = formula_model(
        kp.Problem(LINE, "u", {"zero": kp.Residual(lambda u: u)}),
        lambda x: 1e-3 + tf.cos(16 * np.pi * x),
    )
    drawn = model.problem.points(zero=16).with_points({"zero": nodes})
    points = model.problem.points(zero=nodes) if own else drawn
    found = kp.diagnose(model, points=points, **SMALL)
    assert found.conditions["zero"].mean_square == pytest.approx(1e-6)
    assert 0.2 < found.conditions["zero"].fresh_mean_square < 0.9
    cure = "more points" if own else "more points, or kp.callbacks.ResidualResample()"
    assert found.advice.startswith("Between the 16 training points the mean square of 'zero' is ")
    assert found.advice.endswith(f", on them 1e-06: {cure}.")


def test_the_callback_is_told_which_condition():
    def peak(x):
        return np.exp(-(((x - 0.5) / 1e-3) ** 2))

    square = kp.geometry.Box((0.0, 0.0), (1.0, 1.0))
    lid = kp.Dirichlet(u=peak, on=square.end("y"))
    problem = kp.Problem(square, "u", {"lid": lid, "fit": kp.Residual(misfit, f=0.0)})
    model = formula_model(problem, lambda x, y: 0 * x)
    found = kp.diagnose(model, points=problem.points(lid=2000, fit=2000), **SMALL)
    assert found.table.loc["lid", "concentration"] == pytest.approx(1.0)
    assert "kp.callbacks.ResidualResample(conditions='lid')" in found.advice


def test_a_thin_layer_with_few_points():
    def step(x):
        return np.tanh((x - 0.3) / 1e-3)

    problem = kp.Problem(LINE, "u", {"fit": kp.Residual(misfit, f=step)})
    model = formula_model(problem, lambda x: tf.tanh((x - 0.3) / 1e-3))
    found = kp.diagnose(model, points=problem.points(fit=64), **SMALL)
    assert found.advice == (
        "u has a layer of thickness 0.002 along x at x = 0.3, where 0 of 64 training points lie: "
        "kp.callbacks.ResidualResample(), or more points."
    )
    dense = problem.points(fit=np.linspace(0.295, 0.305, 64)[:, None])
    assert "layer" not in kp.diagnose(model, points=dense, **SMALL).advice


def test_late_times_are_fitted_before_early_ones():
    problem = kp.Problem(SPACE_TIME, "u", {"zero": kp.Residual(lambda u, x: u + 0 * x)})
    model = formula_model(problem, lambda x, t: tf.exp(-4 * t))
    found = kp.diagnose(model, **SMALL)
    expected = (1 - np.exp(-2.0)) / (np.exp(-6.0) - np.exp(-8.0))
    assert found.findings["early_to_late"] == pytest.approx(expected, rel=0.05)
    assert "first quarter of t is 4e+02 times that in the last" in found.advice
    assert found.advice.endswith("kp.callbacks.CausalWeights().")


def test_times_without_points_are_not_compared():
    problem = kp.Problem(SPACE_TIME, "u", {"zero": kp.Residual(lambda u, f: u - f, f=np.ones(3))})
    model = formula_model(problem, lambda x, t: tf.exp(-4 * t))
    points = problem.points(zero=np.array([[0.0, 0.4], [0.1, 0.5], [0.2, 0.9]]))
    assert np.isnan(kp.diagnose(model, points=points, **SMALL).findings["early_to_late"])


def test_the_residual_is_concentrated():
    def peak(x):
        return np.exp(-(((x - 0.7) / 2e-3) ** 2))

    problem = kp.Problem(LINE, "u", {"fit": kp.Residual(misfit, f=peak)})
    model = formula_model(problem, lambda x: 0 * x)
    points = problem.points(fit=4000)
    found = kp.diagnose(model, points=points, **SMALL)
    assert found.findings["concentration"] == pytest.approx(1.0)
    assert found.advice == (
        "One hundredth of the points holds 100% of the squared residual of 'fit', whose peak is at "
        "x = 0.7: kp.callbacks.ResidualResample() or kp.callbacks.ResidualAttention()."
    )
    own = problem.points(fit=np.linspace(0, 1, 4000)[:, None])
    cure = kp.diagnose(model, points=own, **SMALL).advice.rpartition(": ")[2]
    assert cure == "kp.callbacks.ResidualAttention()."


def test_gradients_oppose_each_other():
    conditions = {"high": kp.Residual(misfit, f=1.0), "low": kp.Residual(misfit, f=-2.0)}
    model = sum_model(LINE, conditions, [one], [0.0])
    found = kp.diagnose(model, **SMALL)
    assert found.findings["cosine"] == pytest.approx(-1.0)
    assert found.advice == (
        "The gradients of 'high' and 'low' oppose each other (cosine -1.00): "
        "kp.optimizers.SSBroyden() or kp.optimizers.LevenbergMarquardt()."
    )
    model.compile(kp.optimizers.SSBroyden())
    assert kp.diagnose(model, **SMALL).advice.endswith(": kp.callbacks.GradientNormBalance().")
    model.loss_weights["low"].assign(0.0)  # a condition that is only watched
    assert np.isnan(kp.diagnose(model, **SMALL).findings["cosine"])


def test_a_flat_region():
    model = sum_model(LINE, {"fit": kp.Residual(lambda u: keras.ops.tanh(u) + 1.0)}, [one], [8.0])
    found = kp.diagnose(model, **SMALL)
    slope = 1 / np.cosh(8.0) ** 2
    assert found.findings["gradient"] == pytest.approx(4 * slope, rel=1e-6)
    assert found.findings["flatness"] == pytest.approx(4 / (4 * slope * 8.0), rel=1e-6)
    assert found.advice == (
        "The gradient 1.8e-06 is tiny beside the loss 4, a flat region or all that this network "
        "can do: kp.optimizers.SSBroyden() or kp.optimizers.LevenbergMarquardt()."
    )
    model.compile(kp.optimizers.SSBroyden())
    assert "more units in the network" in kp.diagnose(model, **SMALL).advice


def test_large_networks_get_an_optimizer_for_them():
    conditions = {"high": kp.Residual(misfit, f=1.0), "low": kp.Residual(misfit, f=-2.0)}
    problem = kp.Problem(LINE, "u", conditions)
    model = kp.models.PINNModel(kp.networks.MLP([90, 90], seed=0), problem)
    assert kp.diagnose(model, **SMALL).advice.endswith(": kp.optimizers.LBFGS().")


def test_a_plateau():
    model = sum_model(LINE, {"fit": kp.Residual(misfit, f=sine)}, [one], [0.5])
    model.compile(keras.optimizers.SGD(1e-9))
    points = model.problem.points(fit=64)
    model.fit(points, epochs=19, verbose=0)
    assert np.isnan(kp.diagnose(model, **SMALL).findings["gain"])
    model.fit(points, epochs=20, verbose=0)
    found = kp.diagnose(model, **SMALL)
    assert found.findings["gain"] == pytest.approx(1.0, abs=1e-6)
    assert found.advice == (
        "The second half of the last training lowered the loss 1-fold only: "
        "kp.optimizers.SSBroyden() or kp.optimizers.LevenbergMarquardt()."
    )
    model.optimizer.learning_rate.assign(0.01)
    model.fit(points, epochs=20, verbose=0)
    logs = model.history.history["loss"]
    found = kp.diagnose(model, **SMALL)
    assert found.findings["gain"] == pytest.approx(logs[9] / logs[-1])
