"""The line search: the conditions that it promises, and what it does where they cannot hold."""

import numpy as np
import pytest
import tensorflow as tf

from kerasphys.optimizers import Evaluation
from kerasphys.optimizers.line_search import CURVATURE, DECREASE, TRIALS, wolfe_search


class Line:
    """A function of one number, with a record of where it was evaluated."""

    def __init__(self, function, derivative):
        self.function, self.derivative = function, derivative
        self.trials = []

    def __call__(self, step):
        step = float(step)
        self.trials.append(step)
        values = self.function(step), [self.derivative(step)], [len(self.trials)]
        return Evaluation(*(tf.constant(value, "float64") for value in values))

    def search(self, first=1.0):
        start = self(0.0)
        self.trials.clear()
        step, end = wolfe_search(
            self, start, tf.ones((1,), "float64"), tf.constant(first, "float64")
        )
        assert float(step) == self.trials[-1]  # it stands where it evaluated last
        assert float(end.loss) == pytest.approx(self.function(float(step)), nan_ok=True)
        return float(step)


FUNCTIONS = {
    "parabola": (lambda a: (a - 1) ** 2, lambda a: 2 * (a - 1)),
    "narrow": (lambda a: (a - 1e-4) ** 2, lambda a: 2 * (a - 1e-4)),
    "wide": (lambda a: (a - 1e4) ** 2, lambda a: 2 * (a - 1e4)),
    "wavy": (lambda a: np.cos(3 * a) - a, lambda a: -3 * np.sin(3 * a) - 1),
    "kink": (lambda a: abs(a - 0.3), lambda a: np.sign(a - 0.3)),
    "quartic": (lambda a: a**4 - a, lambda a: 4 * a**3 - 1),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("first", [1e-3, 1.0, 50.0])
def test_weak_wolfe_conditions_hold(name, first):
    function, derivative = FUNCTIONS[name]
    line = Line(function, derivative)
    step = line.search(first)
    assert step > 0
    assert len(line.trials) <= TRIALS
    assert function(step) <= function(0) + DECREASE * step * derivative(0)
    assert derivative(step) >= CURVATURE * derivative(0)


def test_a_good_first_trial_costs_one_evaluation():
    line = Line(*FUNCTIONS["parabola"])
    assert line.search(0.7) == 0.7
    assert line.trials == [0.7]


def test_what_is_not_finite_counts_as_too_long():
    def function(a):
        return -np.log(1 - 8 * a) - 9 * a if a < 1 / 8 else np.nan

    line = Line(function, lambda a: 8 / (1 - 8 * a) - 9 if a < 1 / 8 else np.nan)
    step = line.search()
    assert line.trials[:3] == [1.0, 0.5, 0.25]
    assert 0 < step < 1 / 8
    assert function(step) < function(0)


def test_a_gradient_that_is_not_finite_counts_as_too_long():
    line = Line(lambda a: (a - 1) ** 2, lambda a: 2 * (a - 1) if a < 0.6 else np.inf)
    assert line.search() == 0.5


def test_returns_to_the_start_where_nothing_decreases():
    line = Line(lambda a: a, lambda a: -1.0)  # the derivative lies
    assert line.search() == 0.0
    assert len(line.trials) == TRIALS + 1


def test_keeps_the_longest_decrease_where_the_slope_never_flattens():
    line = Line(lambda a: -a, lambda a: -1.0)
    assert line.search() == 2.0 ** (TRIALS - 1)
    assert len(line.trials) == TRIALS


def test_returns_to_the_best_where_the_trials_end_elsewhere():
    wall = 1e-2
    line = Line(lambda a: -a if a <= wall else np.nan, lambda a: -1.0)
    step = line.search()
    assert 0.99 * wall < step <= wall
    assert len(line.trials) == TRIALS + 1


def test_rounding_of_the_loss_is_forgiven():
    def function(a):  # the decrease drowns in a jump of two units in the last place
        return 1.0 + (4e-16 if a > 0 else 0.0)

    line = Line(function, lambda a: 1e-12 * (a - 0.9))
    assert line.search() == 1.0
    assert len(line.trials) == 1


def test_more_than_rounding_is_not_forgiven():
    line = Line(lambda a: 1.0 + (1e-3 if a > 0 else 0.0), lambda a: 1e-12 * (a - 0.9))
    assert line.search() == 0.0


@pytest.mark.parametrize("start", [np.nan, np.inf])
def test_a_start_that_is_not_finite_is_left_alone(start):
    evaluated = []
    start = Evaluation(tf.constant(start, "float64"), tf.zeros((1,), "float64"), tf.zeros((0,)))
    step, end = wolfe_search(
        evaluated.append, start, tf.ones((1,), "float64"), tf.ones((), "float64")
    )
    assert float(step) == 0
    assert not np.isfinite(float(end.loss))
    assert not evaluated
