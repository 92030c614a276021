"""Normal derivatives."""

import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from tests.formula import loss_terms, mean_square

LINE = kp.geometry.Interval(0.0, 2.0, "x")
TIME = kp.geometry.Interval(0.0, 1.0, "t")
SQUARE = kp.geometry.Box((0, 0), (1, 2), names=("x", "y"))
DISK = kp.geometry.Disk((0.0, 0.0), 2.0)


def test_the_normal_points_outwards_at_both_ends():
    ends = {
        "left": kp.Neumann(u=-1.0, on=LINE.start("x")),
        "right": kp.Neumann(u=lambda x: np.exp(x), on=LINE.end("x")),
    }
    found = loss_terms(kp.Problem(LINE, "u", ends), tf.exp, left=1, right=1)
    assert max(found.values()) < 1e-28


def test_on_the_sides_of_a_box():
    flux = kp.Neumann(u=lambda x, y: np.where(y == 0, 0.0, x * 4), on=SQUARE.boundary("y"))
    problem = kp.Problem(SQUARE, "u", {"flux": flux})
    assert loss_terms(problem, lambda x, y: x * y**2, flux=20)["flux"] < 1e-28


def test_on_a_circle_that_stays_in_time():
    domain = DISK * TIME
    flux = kp.Neumann(u=lambda t: 4.0 * np.exp(-t), on=domain.boundary("circle"))
    problem = kp.Problem(domain, "u", {"flux": flux})
    found = loss_terms(problem, lambda x, y, t: (x**2 + y**2) * tf.exp(-t), flux=20)
    assert found["flux"] < 1e-27


def test_normals_of_the_users_own():
    cloud = kp.geometry.PointCloud([[0.6, 0.8], [1.0, 0.0]], ("x", "y"), [[0.6, 0.8], [0.0, 1.0]])
    problem = kp.Problem(DISK, "u", {"flux": kp.Neumann(u=[1.0, 0.5], on=cloud)})
    found = loss_terms(problem, lambda x, y: 3 * x + 4 * y)["flux"]
    np.testing.assert_allclose(found, mean_square(np.array([4.0, 3.5])), rtol=1e-14)


def test_no_normal_along_time():
    domain = LINE * TIME
    problem = kp.Problem(domain, "u", {"flux": kp.Neumann(u=0.0, on=domain.start("t"))})
    with pytest.raises(ValueError, match=r"Neumann needs a wall.*kp\.Residual"):
        problem.points(flux=4)


def test_a_domain_has_no_normals():
    problem = kp.Problem(LINE, "u", {"flux": kp.Neumann(u=0.0, on=LINE)})
    with pytest.raises(ValueError, match="Only boundaries have normals"):
        problem.points(flux=4)
