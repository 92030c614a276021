"""Dirichlet conditions on all kinds of boundaries."""

import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from tests.formula import loss_terms, mean_square

LINE = kp.geometry.Interval(-1.0, 2.0, "x")
TIME = kp.geometry.Interval(0.0, 3.0, "t")
SQUARE = kp.geometry.Box((0, 0), (1, 2), names=("x", "y"))
DISK = kp.geometry.Disk((1.0, 0.0), 2.0)


@pytest.mark.parametrize(
    ("on", "given", "formula"),
    [
        (LINE.boundary(), lambda x: np.sin(x), tf.sin),
        (LINE.end("x"), 4.0, tf.square),
        (SQUARE.boundary("x"), lambda x, y: x * y**2, lambda x, y: x * y**2),
        (DISK.boundary("circle"), 4.0, lambda x, y: (x - 1) ** 2 + y**2),
    ],
    ids=["interval", "end", "box", "disk"],
)
def test_no_loss_where_the_values_agree(on, given, formula):
    problem = kp.Problem(on.geometry, "u", {"walls": kp.Dirichlet(u=given, on=on)})
    assert loss_terms(problem, formula, walls=20)["walls"] < 1e-28


@pytest.mark.parametrize("space", [LINE, SQUARE, DISK], ids=["line", "square", "disk"])
def test_initial_and_wall_values_in_space_and_time(space):
    domain = space * TIME
    problem = kp.Problem(
        domain,
        "u",
        {
            "initial": kp.Dirichlet(u=lambda x: np.cos(x), on=domain.start("t")),
            "walls": kp.Dirichlet(
                u=lambda x, t: np.cos(x) * np.exp(-t), on=domain.boundary(*space.parts)
            ),
        },
    )
    found = loss_terms(
        problem, lambda x, *rest: tf.cos(x) * tf.exp(-rest[-1]), initial=20, walls=20
    )
    assert found["initial"] < 1e-28
    assert found["walls"] < 1e-28


def test_the_loss_sums_over_the_fields():
    on = LINE.boundary()
    problem = kp.Problem(LINE, ("u", "v"), {"ends": kp.Dirichlet(u=1.0, v=lambda x: -x, on=on)})
    x = problem.points(ends=6).sets["ends"].points[:, 0]
    found = loss_terms(problem, tf.square, tf.exp, ends=6)["ends"]
    np.testing.assert_allclose(found, mean_square(x**2 - 1, np.exp(x) + x), rtol=1e-14)


def test_values_at_points_of_the_users_own():
    places = kp.geometry.PointCloud([[0.0], [0.5], [1.0]], ("x",))
    problem = kp.Problem(LINE, "u", {"known": kp.Dirichlet(u=[0.0, 0.25, 2.0], on=places)})
    np.testing.assert_allclose(loss_terms(problem, tf.square)["known"], 1 / 3, rtol=1e-14)


def test_what_is_refused():
    on = LINE.boundary()
    with pytest.raises(ValueError, match=r"Dirichlet needs the value of at least one field"):
        kp.Dirichlet(on=on)
    with pytest.raises(TypeError, match="`on`"):
        kp.Dirichlet(u=0.0, on="walls")
    with pytest.raises(ValueError, match="`weight`"):
        kp.Dirichlet(u=0.0, on=on, weight=-1.0)
    with pytest.raises(ValueError, match=r"`u`.*finite"):
        kp.Dirichlet(u=np.nan, on=on)
    with pytest.raises(TypeError, match="`u`"):
        kp.Dirichlet(u="zero", on=on)
    with pytest.raises(ValueError, match=r"'w', which is not a field.*u"):
        kp.Problem(LINE, "u", {"ends": kp.Dirichlet(w=0.0, on=on)})
    with pytest.raises(ValueError, match=r"only the coordinates x.*names y"):
        kp.Problem(LINE, "u", {"ends": kp.Dirichlet(u=lambda y: y, on=on)})
    with pytest.raises(ValueError, match="coordinates of the domain"):
        kp.Problem(LINE * TIME, "u", {"ends": kp.Dirichlet(u=0.0, on=on)})


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (lambda x: np.ones((len(x), 1)), r"shape \(6, 1\)"),
        (lambda x: np.where(x > 0, np.nan, 0.0), r"`ends\.u` must be finite.*index \(\d,?\)"),
        (np.zeros(5), "5 values for 6 points"),
    ],
    ids=["column", "nan", "length"],
)
def test_given_values_that_do_not_fit_the_points(given, problem):
    declared = kp.Problem(LINE, "u", {"ends": kp.Dirichlet(u=given, on=LINE.boundary())})
    with pytest.raises(ValueError, match=problem):
        declared.points(ends=6)
