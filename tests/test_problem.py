"""Problems: names that can be read in one way only, residuals that are checked at once."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp

LINE = kp.geometry.Interval(0.0, 1.0, "x")
ROD = LINE * kp.geometry.Interval(0.0, 1.0, "t")
ENDS = kp.Dirichlet(u=0.0, on=LINE.boundary("x"))


def residual(function, domain=ROD, fields="u", parameters=None, **givens):
    return kp.Problem(
        domain, fields, {"equation": kp.Residual(function, **givens)}, parameters=parameters
    )


@pytest.mark.parametrize(
    ("fields", "parameters", "name"),
    [
        (("v", "v_x"), None, "v_x"),
        ("u", {"u_t": 1.0}, "u_t"),
        ("u", {"x": 1.0}, "x"),
        ("u", {"u": 1.0}, "u"),
        (("u", "t"), None, "t"),
        (("u", "laplacian_u"), None, "laplacian_u"),
    ],
)
def test_names_with_two_readings_are_refused(fields, parameters, name):
    with pytest.raises(ValueError, match=f"{name!r}.*could be read in two ways"):
        residual(lambda x: x, fields=fields, parameters=parameters)


def test_a_condition_is_not_called_like_anything_else():
    for name in ("u", "x", "u_xx", "k"):
        with pytest.raises(ValueError, match=f"{name!r} is already a name.*Rename the condition"):
            kp.Problem(LINE, "u", {name: ENDS}, parameters={"k": 1.0})


@pytest.mark.parametrize("name", ["loss", "val_walls", "seed", "sampler", "weights"])
def test_reserved_names_of_conditions(name):
    with pytest.raises(ValueError, match=f"must not be called {name!r}"):
        kp.Problem(LINE, "u", {name: ENDS})


@pytest.mark.parametrize("name", ["on", "at", "weight", "alpha", "beta"])
def test_reserved_names_of_fields(name):
    with pytest.raises(ValueError, match=f"`fields`: {name!r}.*Rename"):
        residual(lambda x: x, fields=("u", name))


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="'viscocity' is unknown") as caught:
        residual(lambda u_t, u_xx, viscocity: u_t, parameters={"viscosity": 1.0})
    text = str(caught.value)
    for known in ("coordinates x, t", "parameters viscosity", "fields u", "u_x", "laplacian_u"):
        assert known in text
    assert "Did you mean 'viscosity'?" in text


def test_errors_say_which_condition_it_was():
    with pytest.raises(ValueError, match="unknown") as caught:
        residual(lambda w: w)
    assert caught.value.__notes__ == ["This is about the condition 'equation'."]


def test_givens_that_clash():
    with pytest.raises(ValueError, match="'u_x', which is already a name of the problem"):
        residual(lambda u_x: u_x, u_x=1.0)
    with pytest.raises(ValueError, match="'k', which is already a name of the problem"):
        residual(lambda u, k: u - k, parameters={"k": 1.0}, k=2.0)


def test_givens_that_nobody_uses():
    with pytest.raises(ValueError, match=r"'source', which its function does not name.*u_xx, f"):
        residual(lambda u_xx, f: u_xx - f, f=1.0, source=1.0)


def test_a_given_function_of_something_else():
    with pytest.raises(ValueError, match=r"`f` may name only the coordinates x, t.*names y"):
        residual(lambda u, f: u - f, f=lambda y: y)


@pytest.mark.parametrize(
    ("function", "received"),
    [
        (lambda u: u[:, None], r"float64 of shape \(3, 1\) for 3 points"),
        (lambda u: tf.reduce_mean(u), r"float64 of shape \(\) for 3 points"),
        (lambda u: (u, tf.reduce_sum(u)), r"float64 of shape \(\)"),
        (lambda grad_u: grad_u, r"shape \(3, 1\)"),
        (lambda u: u > 0, r"bool of shape \(3,\)"),
        (lambda u: None, "None"),
        (lambda u: 0.0, r"0\.0"),
        (lambda u: (), "nothing"),
    ],
    ids=["column", "mean", "one of two", "gradient", "bool", "None", "number", "empty"],
)
def test_a_residual_returns_one_number_for_each_point(function, received):
    with pytest.raises(ValueError, match=f"one value for each point.*{received}"):
        residual(function)


def test_a_residual_with_numpy_functions_names_the_cure():
    with pytest.raises(TypeError, match=r"keras\.ops\.sin\(u\) for np\.sin\(u\)") as caught:
        residual(lambda u: np.sin(u))
    assert "equation" in caught.value.__notes__[0]


def test_a_residual_is_traced_without_autograph():
    with pytest.raises(TypeError, match="bool"):
        residual(lambda u, k: u if k > 0 else -u, parameters={"k": 1.0})


def test_a_residual_with_keras_ops():
    problem = residual(lambda u, x: keras.ops.sin(u) * keras.ops.exp(x))
    assert problem.coordinates == ("x", "t")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(domain="line"), "`domain`"),
        (dict(fields=()), "`fields`"),
        (dict(fields=("u", "u")), "`fields`"),
        (dict(conditions={}), "`conditions`"),
        (dict(conditions=[ENDS]), "`conditions`"),
        (dict(conditions={"two words": ENDS}), "`conditions`"),
        (dict(conditions={"ends": lambda u: u}), r"`conditions\['ends'\]`"),
        (dict(parameters=[1.0]), "`parameters`"),
        (dict(parameters={"k": np.nan}), r"`parameters\['k'\]`.*finite"),
        (dict(parameters={"k": "one"}), r"`parameters\['k'\]`"),
        (dict(vectors={"a": ("w",)}), "`vectors`"),
        (dict(time="y"), "`time`"),
    ],
)
def test_bad_arguments(arguments, text):
    valid = dict(domain=LINE, fields="u", conditions={"ends": ENDS})
    with pytest.raises((TypeError, ValueError), match=text):
        kp.Problem(**{**valid, **arguments})


def test_describe():
    problem = kp.Problem(
        LINE,
        "u",
        {
            "equation": kp.Residual(kp.equations.poisson, source=lambda x: x),
            "ends": ENDS,
            "flux": kp.Residual(lambda u_x, c: u_x - c, on=LINE.start("x")),
        },
        parameters={"k": 2.0, "c": kp.Unknown(1.0, lower=0.0)},
    )
    assert problem.describe().splitlines() == [
        "fields u of x on Interval(0.0, 1.0, 'x')",
        "parameter k = 2",
        "parameter c = Unknown(1, lower=0.0, upper=None)",
        "equation: Residual(poisson; source = <lambda>(x))",
        "ends: Dirichlet(u = 0) on Interval(0.0, 1.0, 'x').boundary('x')",
        "flux: Residual(<lambda>) on Interval(0.0, 1.0, 'x').boundary('start(x)')",
    ]


def test_round_trip():
    problem = kp.Problem(
        ROD,
        ("u", "v"),
        {
            "equation": kp.Residual(kp.equations.heat),
            "ring": kp.Periodic("x", ("u", "v")),
            "sensors": kp.Data(at=[[0.5, 0.5]], v=[1.0]),
        },
        parameters={"diffusivity": kp.Unknown(1.0, upper=2.0), "k": 3.0},
        vectors={"flow": ("v",)},
    )
    config = keras.saving.serialize_keras_object(problem)
    again = keras.saving.deserialize_keras_object(config)
    assert keras.saving.serialize_keras_object(again) == config
    assert again.describe() == problem.describe()
    assert again.missing_functions == ()


def test_a_loaded_problem_names_the_functions_that_it_lacks():
    problem = kp.Problem(
        LINE,
        "u",
        {
            "equation": kp.Residual(lambda u_xx, f: u_xx - f, f=lambda x: x),
            "ends": kp.Dirichlet(u=lambda x: x, on=LINE.boundary("x")),
        },
    )
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(problem))
    assert len(again.missing_functions) == 1  # all three are called <lambda> in this test
    assert again.missing_functions[0].endswith("<lambda>")
