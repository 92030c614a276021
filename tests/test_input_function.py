"""Functions that a network receives: their names, and who may use them."""

import keras
import pytest

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
    with pytest.raises(ValueError, match=r"input functions k.*UNet"):
        kp.models.PINNModel(kp.networks.MLP([4]), darcy_problem())
