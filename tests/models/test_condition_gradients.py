import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.models import condition_residuals
from kerasphys.models.condition_gradients import condition_gradients
from tests.models.conftest import line_model, line_points, line_problem


def by_tape(model, points):
    """The gradients of the terms of the loss, one after the other."""
    found = {}
    for name in model.soft_conditions:
        with tf.GradientTape() as tape:
            term = model.loss_terms(points.tensors("float64"), training=False)[name]
        variables = [variable.value for variable in model.trainable_variables]
        found[name] = np.concatenate([np.ravel(g) for g in tape.gradient(term, variables)])
    return found


def test_gradients_are_those_of_the_terms_of_the_loss(model, monkeypatch):
    points = line_points(n=13, weights={"equation": lambda x: 1 + x})
    expected = by_tape(model, points)
    for block in (100, 5):
        monkeypatch.setattr(condition_residuals, "BLOCK", block)
        gradients = condition_gradients(model, points)
        assert list(gradients) == list(model.soft_conditions)
        for name, gradient in gradients.items():
            assert gradient.dtype == np.float64
            np.testing.assert_allclose(gradient, expected[name], rtol=1e-11, atol=1e-13)


def test_weights_of_the_loss_do_not_count(model):
    points = line_points()
    before = condition_gradients(model, points)
    model.loss_weights["left"].assign(1e6)
    for name, gradient in condition_gradients(model, points).items():
        np.testing.assert_array_equal(gradient, before[name])


def test_by_default_at_the_training_points(model):
    points = line_points()
    model.fit(points, epochs=1, verbose=0)
    expected = condition_gradients(model, points)
    for name, gradient in condition_gradients(model).items():
        np.testing.assert_array_equal(gradient, expected[name])
    half = np.full(12, 0.5)
    model.points.scale("equation", "someone", half)
    np.testing.assert_allclose(
        condition_gradients(model)["equation"], 0.5 * expected["equation"], rtol=1e-12
    )


def test_unknown_parameters_count_and_what_does_not_depend_on_them_is_zero():
    problem = kp.Problem(
        kp.geometry.Interval(0, 1, "x"),
        "u",
        {"equation": kp.Residual(lambda u_x, k: u_x - k), "other": kp.Residual(lambda u: u)},
        parameters={"k": kp.Unknown(1.0)},
    )
    model = kp.models.PINNModel(kp.networks.MLP([3], seed=0), problem)
    points = problem.points(equation=5, other=5)
    gradients = condition_gradients(model, points)
    index = [v.name for v in model.trainable_variables].index("k")
    sizes = [int(np.prod(v.shape)) for v in model.trainable_variables]
    place = sum(sizes[:index])
    slope = model.derivatives(points.sets["equation"].points, "u_x")["u_x"]
    assert gradients["equation"][place] == pytest.approx(-2 * np.mean(slope - 1.0))
    assert gradients["other"][place] == 0.0


def test_compiled_once(model, monkeypatch):
    calls = []
    original = condition_residuals.squared_residuals
    monkeypatch.setattr(
        "kerasphys.models.condition_gradients.squared_residuals",
        lambda *arguments: calls.append(1) or original(*arguments),
    )
    condition_gradients(model, line_points(seed=0))
    first = len(calls)
    condition_gradients(model, line_points(seed=1))
    assert len(calls) == first == 3  # once for each set


def test_the_model_can_be_saved_and_exported_afterwards(model, tmp_path):
    points = line_points()
    model.fit(points, verbose=0)
    expected = condition_gradients(model)
    model.save(tmp_path / "model.keras")
    loaded = kp.load_model(tmp_path / "model.keras", problem=line_problem())
    for name, gradient in condition_gradients(loaded).items():
        np.testing.assert_array_equal(gradient, expected[name])
    kp.load_surrogate(model.export(tmp_path / "exported"))


def test_points_that_are_missing(model):
    with pytest.raises(ValueError, match=r"data.*problem\.points"):
        condition_gradients(model)
    with pytest.raises(TypeError, match=r"data.*problem\.points"):
        condition_gradients(model, np.ones((3, 1)))
    with pytest.raises(ValueError, match=r"data.*'left'"):
        condition_gradients(model, model.problem.points(equation=3))


def test_hard_conditions_have_none():
    model = line_model(hard=["left"])
    assert list(condition_gradients(model, line_points())) == ["equation", "right"]
