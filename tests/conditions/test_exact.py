"""Conditions that hold by the form of the solution."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.conditions.values import evaluate

X = kp.geometry.Interval(-1.0, 2.0, "x")
T = kp.geometry.Interval(0.0, 3.0, "t")
ROD = X * T
SQUARE = kp.geometry.Box((0.0, -1.0), (1.0, 2.0), names=("x", "y"))
CUBE = kp.geometry.Box((0.0, 0.0, 0.0), (1.0, 2.0, 3.0), names=("x", "y", "z"))
DISK = kp.geometry.Disk((0.0, 0.0), 1.0)


def hard_model(domain, conditions, fields="u", hard=True, dtype="float64"):
    equation = kp.Residual(lambda u: u)  # whatever: training needs one
    problem = kp.Problem(domain, fields, {"equation": equation, **conditions})
    network = kp.networks.MLP([8, 8], activation="sine", kernel_initializer="he_normal", seed=1)
    return kp.models.PINNModel(network, problem, hard=hard, dtype=dtype)


def error_on(model, name, field=0, n=200):
    """The largest error of a condition's value where it should hold exactly."""
    condition = model.problem.conditions[name]
    points = condition.on.sample(n, "uniform", seed=7)
    name, value = list(condition.givens.items())[field]
    given = evaluate(name, value, points, model.problem.coordinates)
    column = model.problem.fields.index(name)
    return np.max(np.abs(model.predict(points)[:, column] - given))


def test_the_ends_of_an_interval():
    ends = {
        "left": kp.Dirichlet(u=3.0, on=X.start("x")),
        "right": kp.Dirichlet(u=-1.0, on=X.end("x")),
    }
    model = hard_model(X, ends)
    assert model.predict([[-1.0], [2.0]])[:, 0].tolist() == [3.0, -1.0]
    assert np.ptp(model.predict(X.sample(50))) > 0.1


def test_one_end_only():
    model = hard_model(X, {"left": kp.Dirichlet(u=3.0, on=X.start("x"))})
    assert model.predict([[-1.0]])[0, 0] == 3.0
    assert model.predict([[2.0]])[0, 0] != 3.0


def test_the_sides_of_a_box():
    walls = kp.Dirichlet(u=lambda x, y: np.sin(x * y) + y**2, on=SQUARE.boundary())
    model = hard_model(SQUARE, {"walls": walls})
    assert error_on(model, "walls") < 2e-15


def test_the_faces_of_a_box_in_three_dimensions():
    walls = kp.Dirichlet(u=lambda x, y, z: x * y + y * z**2, on=CUBE.boundary())
    assert error_on(hard_model(CUBE, {"walls": walls}), "walls") < 1e-14


def test_opposite_sides_with_different_values():
    sides = {
        "bottom": kp.Dirichlet(u=lambda x: np.cos(x), on=SQUARE.start("y")),
        "top": kp.Dirichlet(u=lambda x: keras.ops.sin(x), on=SQUARE.end("y")),
    }
    model = hard_model(SQUARE, sides)
    assert error_on(model, "bottom") < 1e-15
    x = np.linspace(0, 1, 20)
    top = model.predict(np.stack([x, np.full(20, 2.0)], axis=1))[:, 0]
    np.testing.assert_allclose(top, np.sin(x), rtol=0, atol=1e-15)


def test_space_and_time_with_compatible_data():
    conditions = {
        "initial": kp.Dirichlet(u=lambda x: np.sin(np.pi * x), on=ROD.start("t")),
        "left": kp.Dirichlet(u=lambda t: t**2, on=ROD.start("x")),
        "right": kp.Dirichlet(u=0.0, on=ROD.end("x")),
    }
    model = hard_model(ROD, conditions)
    for name in conditions:
        assert error_on(model, name) < 4e-15, name


def test_initial_values_on_a_disk():
    domain = DISK * T
    initial = kp.Dirichlet(u=lambda x, y: np.exp(-(x**2) - y), on=domain.start("t"))
    model = hard_model(domain, {"initial": initial})
    assert error_on(model, "initial") < 1e-15


def test_functions_with_cases():
    step = kp.Dirichlet(u=lambda x: np.where((x > 0) & (x < 1), 1.0, 0.0), on=ROD.start("t"))
    assert error_on(hard_model(ROD, {"initial": step}), "initial") == 0.0


def test_several_fields():
    conditions = {
        "initial": kp.Dirichlet(u=lambda x: x**2, v=1.0, on=ROD.start("t")),
        "left": kp.Dirichlet(v=lambda t: 1 + t, on=ROD.start("x")),
    }
    model = hard_model(ROD, conditions, fields=("u", "w", "v"))
    assert error_on(model, "initial", field=0) < 1e-15
    assert error_on(model, "initial", field=1) < 1e-15
    assert error_on(model, "left") < 1e-15
    points = ROD.sample(20)
    free = model.network(model.scaling(tf.constant(points))).numpy()[:, 1]
    assert model.predict(points)[:, 1].tolist() == free.tolist()


def test_only_the_conditions_that_are_named():
    conditions = {
        "initial": kp.Dirichlet(u=0.0, on=ROD.start("t")),
        "walls": kp.Dirichlet(u=1.0, on=ROD.boundary("x")),
    }
    model = hard_model(ROD, conditions, hard=["walls"])
    assert error_on(model, "walls") == 0.0
    assert error_on(model, "initial") > 0.01
    assert list(model.soft_conditions) == ["equation", "initial"]
    assert hard_model(ROD, conditions, hard=[]).transform is None


def test_derivatives_go_through_the_transform():
    conditions = {
        "initial": kp.Dirichlet(u=lambda x: np.sin(np.pi * x), on=ROD.start("t")),
        "right": kp.Dirichlet(u=0.0, on=ROD.end("x")),
    }
    model = hard_model(ROD, conditions)
    points, step = ROD.sample(20) * 0.9, 1e-4
    offset = np.array([step, 0.0])
    around = [model.predict(p)[:, 0] for p in (points - offset, points, points + offset)]
    found = model.derivatives(points, ["u_x", "u_xx"])
    np.testing.assert_allclose(found["u_x"], (around[2] - around[0]) / (2 * step), atol=1e-6)
    second = (around[2] - 2 * around[1] + around[0]) / step**2
    np.testing.assert_allclose(found["u_xx"], second, atol=1e-5)


def test_in_single_precision():
    walls = kp.Dirichlet(u=lambda x, y: np.sin(x * y) + np.float64(2), on=SQUARE.boundary())
    model = hard_model(SQUARE, {"walls": walls}, dtype="float32")
    assert model.predict(SQUARE.sample(3)).dtype == np.float32
    assert error_on(model, "walls") < 2e-6


@pytest.mark.parametrize(
    ("conditions", "text"),
    [
        (
            {
                "initial": kp.Dirichlet(u=0.0, on=ROD.start("t")),
                "left": kp.Dirichlet(u=1.0, on=ROD.start("x")),
            },
            "disagree where their faces meet",
        ),
        (
            {
                "one": kp.Dirichlet(u=0.0, on=ROD.boundary("x")),
                "two": kp.Dirichlet(u=1.0, on=ROD.start("x")),
            },
            r"'two' gives 'u' on a face that has a value already",
        ),
        (
            {"places": kp.Dirichlet(u=0.0, on=kp.geometry.PointCloud([[0.0, 0.0]], ("x", "t")))},
            r"'places' cannot be built into the network: only kp\.Dirichlet on parts",
        ),
        (
            {"walls": kp.Dirichlet(u=[0.0, 1.0], on=ROD.boundary("x"))},
            "Give a number or a function",
        ),
    ],
    ids=["corner", "twice", "points", "array"],
)
def test_what_cannot_hold_exactly_is_refused(conditions, text):
    with pytest.raises(ValueError, match=text):
        hard_model(ROD, conditions)


def test_other_functions_are_refused():
    table = kp.Table({"x": [-1.0, 2.0]}, [1.0, 2.0])
    for given in (table, lambda x: np.interp(x, [-1, 2], [1, 2])):
        with pytest.raises(TypeError, match=r"keras\.ops, or leave its condition in the loss"):
            hard_model(ROD, {"initial": kp.Dirichlet(u=given, on=ROD.start("t"))})


def test_other_conditions_are_refused():
    with pytest.raises(ValueError, match=r"only kp\.Dirichlet"):
        hard_model(X, {"flux": kp.Neumann(u=0.0, on=X.end("x"))}, hard=["flux"])
    with pytest.raises(ValueError, match=r"`hard`.*False where no condition"):
        hard_model(X, {})
    with pytest.raises(ValueError, match=r"`hard`.*names among equation"):
        hard_model(X, {}, hard=["wall"])
    with pytest.raises(TypeError, match="`hard`"):
        hard_model(X, {}, hard="equation")
