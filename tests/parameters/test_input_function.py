"""Functions that a network receives: their names, and who may use them."""

import keras
import numpy as np
import pytest
import scipy.interpolate

import kerasphys as kp
from kerasphys.derivatives import Field, Gradient, Partial


def darcy(k, k_x, k_y, u_x, u_y, laplacian_u, strength):
    return k * laplacian_u + k_x * u_x + k_y * u_y + strength


def darcy_problem(**changes):
    square = kp.geometry.Box((0, 0), (1, 1))
    conditions = {
        "equation": kp.Residual(darcy),
        "boundary": kp.Dirichlet(u=0.0, on=square.boundary()),
    }
    parameters = {"strength": 1.0, "k": kp.InputFunction()}
    return kp.Problem(
        square, **(dict(fields="u", conditions=conditions, parameters=parameters) | changes)
    )


def test_it_has_derivatives_as_fields_have():
    names = darcy_problem().namespace
    assert names.inputs == ("k",)
    assert names.functions == ("u", "k")
    assert names.require("k") == Field(1)
    assert names.require("k_yx") == Partial(1, (0, 1))
    assert names.require("grad_k") == Gradient(1, (0, 1))
    with pytest.raises(ValueError, match="inputs k"):
        names.require("q")


def test_the_problem_tells_inputs_from_scalars():
    problem = darcy_problem()
    assert problem.inputs == ("k",)
    assert problem.namespace.parameters == ("strength",)
    assert "parameter k = InputFunction()" in problem.describe()
    assert "parameter strength = 1" in problem.describe()
    plan = problem.plan(conditions=problem.conditions.values())
    assert plan.names == ("k", "k_x", "k_y", "u_x", "u_y", "laplacian_u", "u")


def test_it_survives_a_configuration():
    problem = darcy_problem(
        conditions={"walls": kp.Dirichlet(u=0.0, on=kp.geometry.Box((0, 0), (1, 1)).boundary())}
    )
    config = keras.saving.serialize_keras_object(problem)
    again = keras.saving.deserialize_keras_object(config)
    assert again.inputs == ("k",)
    assert again.describe() == problem.describe()


def test_names_that_could_be_read_in_two_ways_are_refused():
    with pytest.raises(ValueError, match="the input and the field 'k'"):
        darcy_problem(fields="k")
    with pytest.raises(ValueError, match="the derivative of the input 'k' by 'x'"):
        darcy_problem(parameters={"k": kp.InputFunction(), "k_x": 1.0})


def test_a_condition_gives_no_value_for_it():
    square = kp.geometry.Box((0, 0), (1, 1))
    with pytest.raises(ValueError, match="which is not a field"):
        darcy_problem(conditions={"walls": kp.Dirichlet(k=0.0, on=square.boundary())})


def test_a_network_of_points_cannot_have_it():
    with pytest.raises(ValueError, match=r"input functions k.*UNet.*DeepONet"):
        kp.models.PINNModel(kp.networks.MLP([4]), darcy_problem())


# Values between sensors


def at(**columns):
    return {name: np.asarray(column, dtype=float) for name, column in columns.items()}


@pytest.mark.parametrize("order", range(4))
def test_its_matrix_is_the_spline_of_scipy(order, rng):
    sensors = np.sort(rng.uniform(0, 2, 9))
    x = rng.uniform(sensors[0], sensors[-1], 20)
    values = rng.normal(size=9)
    matrix = kp.InputFunction({"x": sensors}).matrix(at(x=x), ["x"] * order)
    expected = scipy.interpolate.CubicSpline(sensors, values)(x, order)
    np.testing.assert_allclose(matrix @ values, expected, rtol=1e-11, atol=1e-11)
    cubic = np.polynomial.Polynomial([1.0, -2.0, 0.5, 3.0])
    exact = cubic.deriv(order)(x)
    np.testing.assert_allclose(matrix @ cubic(sensors), exact, rtol=1e-10, atol=1e-10)


def test_a_linear_one_goes_straight_from_sensor_to_sensor(rng):
    function = kp.InputFunction({"x": [0.0, 1.0, 3.0]}, method="linear")
    values = np.array([1.0, 3.0, 0.0])
    x = at(x=[0.0, 0.5, 2.0, 3.0])
    np.testing.assert_allclose(function.matrix(x) @ values, [1.0, 2.0, 1.5, 0.0], atol=1e-15)
    slopes = function.matrix(x, ["x"]) @ values
    np.testing.assert_allclose(slopes, [2.0, 2.0, -1.5, -1.5], atol=1e-14)
    assert not function.matrix(x, ["x", "x"]).any()


def test_of_two_coordinates_it_is_their_product(rng):
    axes = {"y": np.linspace(0, 1, 5), "x": np.linspace(-1, 1, 6)}
    function = kp.InputFunction(axes)
    assert function.shape == (5, 6)
    y, x = np.meshgrid(*axes.values(), indexing="ij")
    values = (y**2 * x**3 + 2 * x).ravel()  # C order of the axes
    here = at(x=rng.uniform(-1, 1, 7), y=rng.uniform(0, 1, 7), t=np.ones(7))
    for along, exact in {
        (): here["y"] ** 2 * here["x"] ** 3 + 2 * here["x"],
        ("x", "y"): 6 * here["y"] * here["x"] ** 2,
        ("y", "x", "x"): 12 * here["y"] * here["x"],
        ("t",): 0 * here["x"],
    }.items():
        found = function.matrix(here, along) @ values
        np.testing.assert_allclose(found, exact, atol=1e-12)


def test_rounding_at_the_ends_is_forgiven_and_points_beyond_are_not():
    function = kp.InputFunction({"x": np.linspace(0, 1, 5)})
    ends = function.matrix(at(x=[-1e-8, 1 + 1e-8]))
    np.testing.assert_allclose(ends, np.eye(5)[[0, -1]], atol=1e-12)
    with pytest.raises(
        ValueError, match=r"cover x from 0 to 1, and it is needed from 0\.5 to 1\.1"
    ):
        function.matrix(at(x=[0.5, 1.1]))
    with pytest.raises(ValueError, match="`axes` must be given"):
        kp.InputFunction().matrix(at(x=[0.5]))


@pytest.mark.parametrize(
    ("axes", "match"),
    [
        ({}, "a dict of coordinate names"),
        ({"x": [0.0]}, "at least two increasing"),
        ({"x": [0.0, 0.0]}, "at least two increasing"),
        ({"x": [0.0, np.nan]}, "must be finite"),
        ({"x": [[0.0, 1.0]]}, "of shape"),
        ({"1x": [0.0, 1.0]}, "an identifier|a name"),
    ],
    ids=["empty", "one", "equal", "nan", "matrix", "name"],
)
def test_bad_sensors_are_refused(axes, match):
    with pytest.raises((TypeError, ValueError), match=match):
        kp.InputFunction(axes)


def test_sensors_survive_a_configuration_and_are_described():
    function = kp.InputFunction({"y": [0.0, 0.5, 1.0]}, method="linear")
    problem = darcy_problem(parameters={"strength": 1.0, "k": function})
    config = keras.saving.serialize_keras_object(function)
    again = keras.saving.deserialize_keras_object(config)
    assert again.method == "linear"
    np.testing.assert_array_equal(again.axes["y"], function.axes["y"])
    assert "parameter k = InputFunction(3 of y, linear)" in problem.describe()


def test_sensors_lie_along_coordinates_of_the_problem():
    with pytest.raises(ValueError, match="'k' has sensors along t, which is no coordinate"):
        darcy_problem(parameters={"strength": 1.0, "k": kp.InputFunction({"t": [0.0, 1.0]})})


def test_a_network_on_grids_needs_it_at_all_nodes():
    function = kp.InputFunction({"x": [0.0, 1.0]})
    problem = darcy_problem(parameters={"strength": 1.0, "k": function})
    with pytest.raises(ValueError, match=r"sensors along x.*along x, y.*DeepONet"):
        kp.models.PINNModel(kp.networks.UNet(1, 2), problem)
