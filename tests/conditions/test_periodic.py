"""Periodicity of values and derivatives."""

import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from tests.formula import loss_terms, mean_square

RING = kp.geometry.Interval(-1.0, 1.0, "x")
DOMAIN = RING * kp.geometry.Interval(0.0, 1.0, "t")
ANGLE = kp.geometry.Interval(0.0, 2 * np.pi, "theta")


def wave(x, t):
    return tf.sin(np.pi * x) * tf.exp(-t)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_no_loss_for_a_periodic_field(order):
    problem = kp.Problem(DOMAIN, "u", {"ring": kp.Periodic("x", "u", order=order)})
    assert loss_terms(problem, wave, ring=20)["ring"] < 1e-28


@pytest.mark.parametrize("order", [0, 1, 2])
def test_each_derivative_counts(order):
    problem = kp.Problem(DOMAIN, "u", {"ring": kp.Periodic("x", "u", order=order)})
    t = problem.points(ring=20).sets["ring"].points[:, 1]
    jumps = [-2 * t, np.zeros(20), -12 * t][: order + 1]  # of x³ t: its derivatives are 3x² t, 6x t
    found = loss_terms(problem, lambda x, t: x**3 * t, ring=20)["ring"]
    np.testing.assert_allclose(found, mean_square(*jumps), rtol=1e-13)


def test_along_time():
    problem = kp.Problem(DOMAIN, "u", {"cycle": kp.Periodic("t", "u", order=1)})
    found = loss_terms(problem, lambda x, t: x * tf.sin(2 * np.pi * t), cycle=20)["cycle"]
    assert found < 1e-26


def test_a_coordinate_of_several_letters():
    problem = kp.Problem(ANGLE, "u", {"ring": kp.Periodic("theta", "u", order=2)})
    assert loss_terms(problem, tf.cos, ring=1)["ring"] < 1e-28


def test_conditions_that_share_points_speak_of_their_own_fields():
    problem = kp.Problem(
        DOMAIN,
        ("u", "v"),
        {"first": kp.Periodic("x", "u", order=1), "second": kp.Periodic("x", "v", order=0)},
    )
    points = problem.points(first=10, second=10)
    assert list(points.sets) == ["first"]
    found = loss_terms(problem, wave, lambda x, t: 0 * t + x, first=10, second=10)
    assert found["first"] < 1e-28
    np.testing.assert_allclose(found["second"], 4.0, rtol=1e-14)


def test_images_lie_across():
    points = kp.Problem(DOMAIN, "u", {"ring": kp.Periodic("x", "u")}).points(ring=5).sets["ring"]
    assert (points.points[:, 0] == -1).all()
    assert (points.images[:, 0] == 1).all()
    assert (points.points[:, 1] == points.images[:, 1]).all()


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"'y', which is not a coordinate.*x, t"):
        kp.Problem(DOMAIN, "u", {"ring": kp.Periodic("y", "u")})
    with pytest.raises(ValueError, match=r"'w', which is not a field.*u"):
        kp.Problem(DOMAIN, "u", {"ring": kp.Periodic("x", "w")})
    with pytest.raises(ValueError, match="`order`"):
        kp.Periodic("x", "u", order=-1)
    disk = kp.geometry.Disk((0, 0), 1)
    with pytest.raises(ValueError, match="no flat start"):
        kp.Problem(disk, "u", {"ring": kp.Periodic("x", "u")})


def test_ends_of_different_shapes():
    box = kp.geometry.Box((0.0, 0.0), (2.0, 2.0))
    ell = box - kp.geometry.Box((1.0, 1.0), (2.0, 2.0))
    with pytest.raises(ValueError, match=r"start and the end of .* are not of one shape"):
        kp.Problem(ell, "u", {"ring": kp.Periodic("x", "u")})
    pierced = box - kp.geometry.Disk((1.0, 1.0), 0.5)
    kp.Problem(pierced, "u", {"ring": kp.Periodic("x", "u")})
