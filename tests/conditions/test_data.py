"""Measurements."""

import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from tests.formula import loss_terms, mean_square

DOMAIN = kp.geometry.Interval(0.0, 2.0, "x") * kp.geometry.Interval(0.0, 1.0, "t")
AT = np.array([[0.1, 0.2], [1.5, 0.9], [0.7, 0.0], [2.0, 1.0]])


def field(x, t):
    return tf.sin(x) * tf.exp(-t)


def problem(**readings):
    return kp.Problem(DOMAIN, tuple(readings), {"sensors": kp.Data(at=AT, **readings)})


def test_exact_readings_have_no_loss():
    readings = np.sin(AT[:, 0]) * np.exp(-AT[:, 1])
    assert loss_terms(problem(u=readings), field)["sensors"] < 1e-30


def test_the_loss_is_the_mean_square_misfit():
    readings = np.array([1.0, -2.0, 0.5, 3.0])
    found = loss_terms(problem(u=readings, v=[0.0] * 4), field, lambda x, t: x)["sensors"]
    misfit = np.sin(AT[:, 0]) * np.exp(-AT[:, 1]) - readings
    np.testing.assert_allclose(found, mean_square(misfit, AT[:, 0]), rtol=1e-14)


def test_the_positions_are_fixed():
    declared = problem(u=np.zeros(4))
    points = declared.points(seed=5)
    assert points.sets["sensors"].points.tolist() == AT.tolist()
    assert points.redrawn(3).sets["sensors"].points.tolist() == AT.tolist()


@pytest.mark.parametrize("own", [4, AT[::-1]], ids=["count", "array"])
def test_the_positions_are_not_the_users_to_choose(own):
    with pytest.raises(ValueError, match="Leave `sensors` out"):
        problem(u=np.zeros(4)).points(sensors=own)


def test_weights_of_readings():
    weights = np.array([1.0, 0.0, 2.0, 1.0])
    found = loss_terms(problem(u=np.zeros(4)), lambda x, t: x, weights={"sensors": weights})
    np.testing.assert_allclose(found["sensors"], mean_square(AT[:, 0], weights=weights))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(at=AT, u=np.zeros(3)), r"`u`.*shape \(4,\)"),
        (dict(at=AT, u=np.zeros((4, 1))), "4 readings"),
        (dict(at=AT, u=0.0), "4 readings"),
        (dict(at=AT, u=[0.0, np.nan, 0.0, 0.0]), r"`u`.*index \(1,\)"),
        (dict(at=AT + np.inf, u=np.zeros(4)), r"`at` must be finite"),
        (dict(at=AT[:, 0], u=np.zeros(4)), r"`at`.*shape"),
        (dict(at=AT), "at least one field"),
    ],
)
def test_bad_readings_are_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.Data(**arguments)


def test_positions_outside_the_domain_are_refused_with_the_index():
    at = AT.copy()
    at[2, 1] = 1.5
    with pytest.raises(ValueError, match=r"1 positions outside.*\[0\.7, 1\.5\] at index 2"):
        kp.Problem(DOMAIN, "u", {"sensors": kp.Data(at=at, u=np.zeros(4))})


def test_positions_with_another_number_of_coordinates_are_refused():
    with pytest.raises(ValueError, match="One column for each of x, t"):
        kp.Problem(DOMAIN, "u", {"sensors": kp.Data(at=AT[:, :1], u=np.zeros(4))})
