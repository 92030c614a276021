"""Mixed conditions."""

import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from tests.formula import loss_terms, mean_square

LINE = kp.geometry.Interval(0.0, 2.0, "x")
DISK = kp.geometry.Disk((0.0, 0.0), 2.0)


def test_exact_at_the_end_of_a_line():
    condition = kp.Robin(alpha=3.0, beta=2.0, u=5 * np.exp(2.0), on=LINE.end("x"))
    assert loss_terms(kp.Problem(LINE, "u", {"end": condition}), tf.exp, end=1)["end"] < 1e-27


def test_exact_on_a_circle():
    condition = kp.Robin(alpha=1.0, beta=-0.5, u=2.0, on=DISK.boundary())
    problem = kp.Problem(DISK, "u", {"rim": condition})
    assert loss_terms(problem, lambda x, y: x**2 + y**2, rim=20)["rim"] < 1e-27


def test_the_loss_where_it_does_not_hold():
    condition = kp.Robin(alpha=3.0, beta=2.0, u=1.0, v=0.0, on=LINE.start("x"))
    problem = kp.Problem(LINE, ("u", "v"), {"end": condition})
    found = loss_terms(problem, tf.exp, lambda x: 2 * x + 1, end=1)["end"]
    # the outward normal derivative at the start is minus the derivative
    np.testing.assert_allclose(found, mean_square(3 - 2 - 1, 3 - 4), rtol=1e-14)


def test_what_is_refused():
    with pytest.raises(ValueError, match="`alpha` and `beta`"):
        kp.Robin(alpha=0.0, beta=0.0, u=1.0, on=LINE.end("x"))
    with pytest.raises(TypeError, match="`beta`"):
        kp.Robin(alpha=1.0, beta=None, u=1.0, on=LINE.end("x"))
