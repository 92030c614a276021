"""Measurements."""

import keras
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


STD = np.array([0.5, 1.0, 2.0, 4.0])


@pytest.mark.parametrize(
    ("std", "u", "v"),
    [(0.5, 0.5, 0.5), (STD, STD, STD), (dict(u=STD, v=3), STD, 3.0), (dict(v=2.0), 1.0, 2.0)],
    ids=["number", "array", "by_field", "one_field"],
)
def test_misfits_are_divided_by_the_standard_deviation(std, u, v):
    readings = dict(u=np.array([1.0, -2.0, 0.5, 3.0]), v=np.zeros(4))
    declared = kp.Problem(DOMAIN, ("u", "v"), {"sensors": kp.Data(at=AT, std=std, **readings)})
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(declared))
    misfit = np.sin(AT[:, 0]) * np.exp(-AT[:, 1]) - readings["u"]
    for same in (declared, again):
        found = loss_terms(same, field, lambda x, t: x)["sensors"]
        np.testing.assert_allclose(found, mean_square(misfit / u, AT[:, 0] / v), rtol=1e-14)


def test_what_others_read_of_a_standard_deviation():
    assert kp.Data(at=AT, u=STD).std is None
    made = kp.Data(at=AT, u=STD, v=STD, std=dict(v=STD))
    assert made.fields == ("u", "v")
    assert list(made.std) == ["v"]


@pytest.mark.parametrize(
    ("std", "text"),
    [
        (0.0, "`std` must be a positive number.*Received: 0.0. A reading without any error"),
        (np.array([1.0, 1.0, -2.0, 0.0]), r"Received: -2\.0 in rows 2, 3\."),
        ([1.0, np.nan, 1.0, 1.0], "in row 1"),
        ([1.0, 1.0], "an array of 4"),
        (True, "`std`"),
        ("large", "`std`"),
        (dict(w=1.0), "fields among u"),
        (dict(u="large"), "`std`"),
    ],
)
def test_bad_standard_deviations_are_refused(std, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.Data(at=AT, u=np.zeros(4), std=std)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(at=AT, u=np.zeros(3)), r"`u`.*shape \(4,\)"),
        (dict(at=AT, u=np.zeros((4, 1))), "4 readings"),
        (dict(at=AT, u=0.0), "4 readings"),
        (dict(at=AT, u=[0.0, np.nan, 0.0, 0.0]), r"`u`.*1 of 4 readings.*row 1\."),
        (dict(at=np.zeros((9, 2)), u=np.full(9, np.nan)), r"9 of 9 .* rows 0, 1, 2, 3, 4, \.\.\."),
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
    with pytest.raises(ValueError, match=r"1 positions outside, in row 2; .*\[0\.7, 1\.5\]"):
        kp.Problem(DOMAIN, "u", {"sensors": kp.Data(at=at, u=np.zeros(4))})


def test_positions_with_another_number_of_coordinates_are_refused():
    with pytest.raises(ValueError, match="One column for each of x, t"):
        kp.Problem(DOMAIN, "u", {"sensors": kp.Data(at=AT[:, :1], u=np.zeros(4))})
