"""Residuals: zero for solutions, and equal to an independent mean square otherwise."""

import functools
import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from tests.formula import formula_model, loss_terms, mean_square

LINE = kp.geometry.Interval(0.0, 2.0, "x")
ROD = LINE * kp.geometry.Interval(0.0, 1.0, "t")


def decaying(x, t):
    return tf.sin(x) * tf.exp(-t)


def equation(domain, function, fields="u", parameters=None, **givens):
    return kp.Problem(
        domain, fields, {"equation": kp.Residual(function, **givens)}, parameters=parameters
    )


def test_a_solution_of_the_heat_equation_has_no_loss():
    problem = equation(ROD, kp.equations.heat, parameters={"diffusivity": 1.0})
    assert loss_terms(problem, decaying, equation=50)["equation"] < 1e-28


def test_the_loss_is_the_mean_square_residual():
    problem = equation(ROD, kp.equations.heat, parameters={"diffusivity": 0.25})
    x, t = problem.points(equation=50, seed=3).sets["equation"].points.T
    expected = mean_square((0.25 - 1) * np.sin(x) * np.exp(-t))
    found = loss_terms(problem, decaying, equation=50, seed=3)["equation"]
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_point_weights_multiply_the_squares():
    problem = equation(LINE, lambda u, x: u - x)
    x = problem.points(equation=20).sets["equation"].points[:, 0]
    weights = {"equation": lambda x: x**2}
    found = loss_terms(problem, lambda x: 3 * x, weights=weights, equation=20)["equation"]
    np.testing.assert_allclose(found, mean_square(2 * x, weights=x**2), rtol=1e-14)


@pytest.mark.parametrize("form", [tuple, list, lambda pair: dict(zip("ab", pair, strict=True))])
def test_several_residuals_add(form):
    problem = equation(LINE, lambda u, u_x: form((u - 1.0, 2.0 * u_x)))
    x = problem.points(equation=20).sets["equation"].points[:, 0]
    found = loss_terms(problem, tf.sin, equation=20)["equation"]
    np.testing.assert_allclose(found, mean_square(np.sin(x) - 1, 2 * np.cos(x)), rtol=1e-13)


GRID = np.linspace(0.0, 2.0, 41)


@pytest.mark.parametrize(
    "source",
    [
        lambda x: -np.sin(x),
        lambda x: keras.ops.negative(keras.ops.sin(x)),
        functools.partial(lambda x, amplitude: amplitude * np.sin(x), amplitude=-1.0),
    ],
    ids=["numpy", "keras.ops", "partial"],
)
def test_a_given_function_is_evaluated_at_the_points(source):
    problem = equation(LINE, lambda u_xx, f: u_xx - f, f=source)
    assert loss_terms(problem, tf.sin, equation=30)["equation"] < 1e-28


def test_a_given_number():
    problem = equation(LINE, lambda u_xx, f: u_xx - f, f=2)
    assert loss_terms(problem, tf.square, equation=30)["equation"] < 1e-28


def test_a_given_array_belongs_to_points_of_the_users_own():
    problem = equation(LINE, lambda u_xx, f: u_xx - f, f=-np.sin(GRID))
    assert loss_terms(problem, tf.sin, equation=GRID[:, None])["equation"] < 1e-28
    with pytest.raises(ValueError, match=r"equation\.f.* has 41 values for 40 points"):
        problem.points(equation=GRID[1:, None])


def test_a_given_table_is_interpolated():
    table = kp.Table({"x": GRID}, GRID**3, method="cubic")
    problem = equation(LINE, lambda u_x, f: u_x - 4.0 * f, f=table)
    assert loss_terms(problem, lambda x: x**4, equation=30)["equation"] < 1e-24


def test_several_fields_and_a_vector():
    square = kp.geometry.Box((0, 0), (1, 2), names=("x", "y"))
    problem = kp.Problem(
        square,
        ("v1", "v2"),
        {"mass": kp.Residual(lambda div_velocity: div_velocity)},
        vectors={"velocity": ("v1", "v2")},
    )
    fields = (lambda x, y: tf.sin(x) * y, lambda x, y: -tf.cos(x) * y**2 / 2)
    assert loss_terms(problem, *fields, mass=40)["mass"] < 1e-28


def test_a_gradient_has_one_column_for_each_spatial_coordinate():
    disk = kp.geometry.Disk((0.5, 0.0), 2.0)
    problem = equation(disk, lambda grad_u: tf.reduce_sum(grad_u**2, axis=1) - 1)
    assert loss_terms(problem, lambda x, y: 0.6 * x + 0.8 * y, equation=40)["equation"] < 1e-28


def test_a_residual_on_a_part_of_the_boundary():
    condition = kp.Residual(lambda u_t, x: u_t + tf.sin(x), on=ROD.start("t"))
    problem = kp.Problem(ROD, "u", {"rate": condition})
    assert loss_terms(problem, decaying, rate=20)["rate"] < 1e-28


class Wave:
    """A callable object with a state."""

    def __init__(self, speed):
        self.speed = speed

    def __call__(self, u_tt, u_xx):
        return u_tt - self.speed**2 * u_xx

    def method(self, u_tt, u_xx):
        return self(u_tt, u_xx)


@pytest.mark.parametrize("function", [Wave(2.0), Wave(2.0).method], ids=["object", "method"])
def test_objects_and_methods(function):
    problem = equation(ROD, function)
    found = loss_terms(problem, lambda x, t: tf.cos(x - 2 * t), equation=20)
    assert found["equation"] < 1e-26


def test_a_default_on_an_unknown_name_is_kept():
    problem = equation(LINE, lambda u_xx, factor=-1.0: u_xx + factor * 2.0)
    assert loss_terms(problem, tf.square, equation=10)["equation"] < 1e-28


def test_a_default_on_a_given_name_is_refused():
    with pytest.raises(ValueError, match=r"`f` .* has a default"):
        equation(LINE, lambda u, f=1.0: u - f, f=2.0)


def test_what_is_not_a_function_is_refused():
    with pytest.raises(TypeError, match="`function`"):
        kp.Residual(object())
    with pytest.raises(TypeError, match=r"\*names"):
        kp.Residual(lambda *names: 0.0)


def test_describe_names_the_function_and_what_is_given():
    condition = kp.Residual(kp.equations.poisson, source=2.0)
    assert condition.describe() == "Residual(poisson; source = 2)"
    assert kp.Residual(kp.equations.burgers).describe() == "Residual(burgers)"


def test_one_equation_for_several_fields():
    """Two experiments with one coefficient: sin(x) exp(-t) and 3 sin(x / 2) exp(-t / 4)."""
    problem = kp.Problem(
        ROD,
        ("u1", "u2"),
        {
            "first": kp.Residual(kp.equations.heat, rename={"u": "u1"}),
            "second": kp.Residual(kp.equations.heat, rename={"u": "u2", "diffusivity": "k"}),
        },
        parameters={"diffusivity": 1.0, "k": 1.0},
    )
    fields = decaying, lambda x, t: 3 * tf.sin(x / 2) * tf.exp(-t / 4)
    terms = loss_terms(problem, *fields, first=30, second=30)
    assert max(terms.values()) < 1e-26
    assert problem.conditions["second"].describe() == "Residual(heat; u2 for u, k for diffusivity)"
    config = keras.saving.serialize_keras_object(problem)
    again = keras.saving.deserialize_keras_object(config)
    assert keras.saving.serialize_keras_object(again) == config


def test_experiments_share_an_unknown():
    """Residuals (k - 1) u1 and (k - 1) u2 / 4 at k = 2, where a unit step changes k by 2."""
    heat = kp.equations.heat
    problem = kp.Problem(
        ROD,
        ("u1", "u2"),
        {
            "first": kp.Residual(heat, rename={"u": "u1"}),
            "second": kp.Residual(heat, rename={"u": "u2"}),
        },
        parameters={"diffusivity": kp.Unknown(2.0)},
    )
    model = formula_model(problem, decaying, lambda x, t: 3 * tf.sin(x / 2) * tf.exp(-t / 4))
    points = problem.points(first=30, second=30)
    x, t = points.sets["first"].points.T
    u1, u2 = np.sin(x) * np.exp(-t), 3 * np.sin(x / 2) * np.exp(-t / 4)
    with tf.GradientTape() as tape:
        terms = model.loss_terms(points.tensors("float64"), training=False)
        loss = tf.add_n(list(terms.values()))
    slope = tape.gradient(loss, model.unknowns["diffusivity"].value)
    np.testing.assert_allclose(slope, 4 * mean_square(u1, u2 / 4), rtol=1e-12)


def test_renamed_fields_may_change_places():
    problem = kp.Problem(
        LINE,
        ("u", "v"),
        {"equation": kp.Residual(lambda u_x, v: u_x - v, rename={"u": "v", "v": "u"})},
    )
    assert loss_terms(problem, tf.cos, tf.sin, equation=20)["equation"] < 1e-28


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("u", "w"),
        ("u_xt", "w_xt"),
        ("laplacian_u", "laplacian_w"),
        ("grad_u", "grad_w"),
        ("div_flow", "div_wind"),
        ("u_ref", "u_ref"),
        ("v_x", "v_x"),
    ],
)
def test_the_names_that_are_renamed(name, expected):
    def function():
        return 0.0

    parameter = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY)
    function.__signature__ = inspect.Signature([parameter])
    condition = kp.Residual(function, rename={"u": "w", "flow": "wind"})
    names = kp.derivatives.Namespace(
        ("x", "t"), ("u", "w", "v"), "u_ref", {"flow": "u", "wind": "w"}
    )
    assert condition.names(names) == (expected,)


@pytest.mark.parametrize(
    ("rename", "text"),
    [
        ("u1", "`rename`"),
        ({"u": "two words"}, "`rename`"),
        ({"w": "u1"}, "`rename` has the name 'w', which the function does not use"),
        ({"u": "w"}, "The name 'w' is unknown"),
    ],
)
def test_bad_names_are_refused(rename, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.Problem(LINE, "u1", {"equation": kp.Residual(lambda u: u, rename=rename)})


def test_what_is_given_keeps_its_name():
    condition = kp.Residual(lambda u, u_in: u - u_in, rename={"u": "w"}, u_in=2.0)
    problem = kp.Problem(LINE, "w", {"equation": condition})
    assert loss_terms(problem, lambda x: 2.0 + 0.0 * x, equation=9)["equation"] < 1e-28
