"""Functions in configurations: registered ones come back, others leave their name."""

import functools

import keras
import numpy as np
import pytest

import kerasphys as kp
from kerasphys._functions import MissingFunction, decode, encode
from kerasphys.conditions.values import deserialize_value, serialize_value


@keras.saving.register_keras_serializable(package="tests")
def bump(x, t):
    return np.exp(-(x**2)) * t


def unregistered(x, t):
    return x + t


def test_a_registered_function_comes_back():
    assert decode(encode(bump)) is bump
    assert decode(encode(kp.equations.heat)) is kp.equations.heat


@pytest.mark.parametrize(
    ("function", "name", "arguments"),
    [
        (unregistered, "unregistered", ["x", "t"]),
        (functools.partial(bump, t=1.0), "bump", ["x"]),
        (lambda t: t, r"<lambda>", ["t"]),
    ],
    ids=["plain", "partial", "lambda"],
)
def test_others_leave_their_name_and_arguments(function, name, arguments):
    missing = decode(encode(function))
    assert isinstance(missing, MissingFunction)
    assert missing.name.endswith(name)
    assert missing.arguments == arguments
    assert encode(missing) == encode(function)
    with pytest.raises(ValueError, match=r"kp\.load_model\(path, problem=\.\.\.\)"):
        missing(**dict.fromkeys(arguments))


@pytest.mark.parametrize(
    "value",
    [2.5, np.array([1.0, 2.0]), kp.Table({"x": [0.0, 1.0]}, [1.0, 3.0]), bump],
    ids=["number", "array", "table", "function"],
)
def test_values_round_trip(value):
    again = deserialize_value(serialize_value(value))
    if isinstance(value, kp.Table):
        assert again.get_config() == value.get_config()
    elif isinstance(value, np.ndarray):
        assert again.tolist() == value.tolist()
    else:
        assert again == value


DOMAIN = kp.geometry.Interval(0.0, 1.0, "x") * kp.geometry.Interval(0.0, 1.0, "t")


@pytest.mark.parametrize(
    "condition",
    [
        kp.Residual(kp.equations.heat, diffusivity=bump),
        kp.Residual(lambda u: u, weight=2.0, on=DOMAIN.end("t")),
        kp.Dirichlet(u=bump, on=DOMAIN.boundary("x"), weight=3.0),
        kp.Neumann(u=0.5, on=DOMAIN.boundary("x")),
        kp.Robin(alpha=1.0, beta=2.0, u=bump, on=DOMAIN.start("x")),
        kp.Periodic("x", ("u",), order=2, weight=0.5),
        kp.Data(at=[[0.5, 0.5]], u=[1.0]),
    ],
    ids=lambda condition: type(condition).__name__,
)
def test_conditions_round_trip(condition):
    config = keras.saving.serialize_keras_object(condition)
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is type(condition)
    assert keras.saving.serialize_keras_object(again) == config
    assert again.describe() == condition.describe()
