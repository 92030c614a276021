"""The example on Burgers' equation: what it knows of the exact solution."""

import numpy as np

import kerasphys as kp
from examples import burgers


def test_the_steepest_slope_is_that_of_the_closed_form():
    t = np.full(2, burgers.STEEPEST_TIME)
    step = 1e-5
    left, right = kp.solvers.burgers_cole_hopf([-step, step], t, burgers.VISCOSITY)
    assert abs((right - left) / (2 * step) / burgers.STEEPEST_SLOPE - 1) < 1e-5
