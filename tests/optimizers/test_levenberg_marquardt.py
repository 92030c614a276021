"""Levenberg-Marquardt against linear algebra and scipy."""

import numpy as np
import pytest
import scipy
import tensorflow as tf

from kerasphys.optimizers import LevenbergMarquardt, cholesky
from tests.optimizers.objectives import (
    MODES,
    FunctionObjective,
    ResidualObjective,
    minimise,
    state,
    variable,
)

SOLVERS = ("normal", "kernel", "cg")


class Blocks(ResidualObjective):
    """The same residuals in blocks of two."""

    @property
    def groups(self):
        return [_Block(self)]


class _Block:
    def __init__(self, whole):
        self.whole, self.rows, self.blocks = whole, 2, whole.rows // 2

    def __call__(self, block):
        residuals, jacobian = self.whole(block)
        return (
            tf.slice(residuals, [2 * block], [2]),
            tf.slice(jacobian, [2 * block, 0], [2, jacobian.shape[1]]),
        )


class Ridge(ResidualObjective):
    """With the remainder 0.3 |x|²."""

    def value(self):
        loss = self.function(self.position()) + 0.3 * tf.reduce_sum(self.position() ** 2)
        return loss, tf.stack([loss, 2 * loss])

    def remainder_gradient(self):
        return 0.6 * self.position()


def valley(x):
    """Rosenbrock's function as two residuals."""
    return tf.stack([10 * (x[1] - x[0] ** 2), 1 - x[0]])


def linear(rng, rows, size):
    matrix, right = rng.normal(size=(rows, size)), rng.normal(size=rows)
    return matrix, right, lambda x: tf.linalg.matvec(tf.constant(matrix, x.dtype), x) - right


@pytest.mark.parametrize("n", [1, 5, 64, 65, 150])
def test_cholesky_solve(n, rng):
    matrix = rng.normal(size=(n, n))
    matrix = matrix @ matrix.T + 0.1 * np.eye(n)
    right = rng.normal(size=n)
    for mode in MODES.values():
        found = mode(cholesky.solve)(tf.constant(matrix), tf.constant(right))
        np.testing.assert_allclose(matrix @ found.numpy(), right, rtol=0, atol=1e-9)
    indefinite = tf.constant(np.diag([*np.ones(n - 1), -1.0]))
    assert np.isnan(cholesky.solve(indefinite, tf.constant(right))).any()


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("kind", [ResidualObjective, Blocks])
def test_a_linear_problem_takes_one_step(solver, kind, rng):
    matrix, right, residuals = linear(rng, 8, 5)
    x = variable(np.zeros(5))
    optimizer = LevenbergMarquardt(damping=1e-10, solver=solver)
    minimise(optimizer, kind(residuals, [x], 8), 1)
    expected = np.linalg.lstsq(matrix, right)[0]
    # J Jᵀ has rank 5 of 8 here: the kernel form is not meant for it
    np.testing.assert_allclose(x.numpy(), expected, rtol=1e-4 if solver == "kernel" else 1e-6)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("rows", [4, 12])
def test_a_damped_step_is_that_of_the_formula(solver, rows, rng):
    matrix, right, residuals = linear(rng, rows, 6)
    start = rng.normal(size=6)
    x = variable(start)
    minimise(LevenbergMarquardt(damping=0.1, solver=solver), Blocks(residuals, [x], rows), 1)
    normal = matrix.T @ matrix
    shift = 0.1 * np.trace(normal) / 6
    gradient = matrix.T @ (matrix @ start - right)
    expected = start - np.linalg.solve(normal + shift * np.eye(6), gradient)
    np.testing.assert_allclose(x.numpy(), expected, rtol=1e-8)


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_remainder_counts(solver, rng):
    matrix, right, residuals = linear(rng, 4, 6)
    x = variable(np.zeros(6))
    optimizer = LevenbergMarquardt(damping=1e-2, solver=solver)
    losses = minimise(optimizer, Ridge(residuals, [x], 4), 400)
    expected = np.linalg.solve(matrix.T @ matrix + 0.3 * np.eye(6), matrix.T @ right)
    np.testing.assert_allclose(x.numpy(), expected, rtol=0, atol=1e-3)
    assert np.all(np.diff(losses) <= 0)


@pytest.mark.parametrize("solver", SOLVERS)
def test_rosenbrock(solver):
    x = variable([-1.2, 1.0])
    losses = minimise(LevenbergMarquardt(solver=solver), ResidualObjective(valley, [x], 2), 60)
    assert np.all(np.diff(losses) <= 0)
    np.testing.assert_allclose(x.numpy(), [1.0, 1.0], atol=1e-8)


def test_an_exponential_fit_is_that_of_scipy(rng):
    t = np.linspace(0, 3, 25)
    data = 2 * np.exp(-1.3 * t) + 0.5 + 0.01 * rng.normal(size=25)

    def residuals(p, exp):
        return p[0] * exp(p[1] * t) + p[2] - data

    x = variable([1.0, -0.5, 0.0])
    objective = ResidualObjective(lambda p: residuals(p, tf.exp), [x], 25)
    minimise(LevenbergMarquardt(), objective, 40)
    expected = scipy.optimize.least_squares(
        lambda p: residuals(p, np.exp), [1.0, -0.5, 0.0], xtol=1e-14, ftol=1e-14, gtol=1e-14
    )
    np.testing.assert_allclose(x.numpy(), expected.x, rtol=1e-6)


def test_a_singular_jacobian():
    """Powell's singular function: at its minimum the Jacobian has rank two."""

    def powell(x):
        return tf.stack(
            [
                x[0] + 10 * x[1],
                np.sqrt(5) * (x[2] - x[3]),
                (x[1] - 2 * x[2]) ** 2,
                np.sqrt(10) * (x[0] - x[3]) ** 2,
            ]
        )

    x = variable([3.0, -1.0, 0.0, 1.0])
    assert minimise(LevenbergMarquardt(), ResidualObjective(powell, [x], 4), 60)[-1] < 1e-14


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_eager_graph_and_xla_agree(dtype):
    def after_five_steps(mode):
        x = variable([-1.2, 1.0], dtype)
        optimizer, objective = LevenbergMarquardt(), ResidualObjective(valley, [x], 2)
        optimizer.build([x])
        step = mode(lambda: optimizer.step(objective, [x]))
        for _ in range(5):
            step()
        return x.numpy()

    found = {name: after_five_steps(mode) for name, mode in MODES.items()}
    tolerance = 1e-4 if dtype == "float32" else 1e-11
    np.testing.assert_allclose(found["graph"], found["eager"], rtol=tolerance)
    np.testing.assert_allclose(found["xla"], found["eager"], rtol=tolerance)


def test_saved_and_continued():
    def fresh():
        x = variable([-1.2, 1.0])
        optimizer = LevenbergMarquardt()
        optimizer.build([x])
        return x, optimizer, ResidualObjective(valley, [x], 2)

    x, optimizer, objective = fresh()
    minimise(optimizer, objective, 4)
    y, other, its_objective = fresh()
    store = {}
    optimizer.save_own_variables(store)
    other.load_own_variables(store)
    y.assign(x.value)
    assert minimise(optimizer, objective, 3) == minimise(other, its_objective, 3)
    assert len(state(optimizer)) == len(state(other))


def test_a_trial_that_is_not_finite_is_rejected():
    def residuals(x):
        return tf.stack([tf.math.log(x[0]), x[1] - 2.0])

    x = variable([5.0, 0.0])  # the undamped step leads to a negative argument
    optimizer = LevenbergMarquardt(damping=1e-12)
    losses = minimise(optimizer, ResidualObjective(residuals, [x], 2), 30)
    assert int(optimizer.rejected.numpy()) > 0
    assert losses[-1] < 1e-12


def test_at_a_minimum_it_says_that_it_stalls():
    x = variable([1.0, 1.0])
    optimizer = LevenbergMarquardt()
    assert minimise(optimizer, ResidualObjective(valley, [x], 2), 3) == [0.0, 0.0, 0.0]
    assert int(optimizer.stalled.numpy()) == 3
    np.testing.assert_array_equal(x.numpy(), [1.0, 1.0])


def test_a_start_that_is_not_finite_moves_nothing():
    x = variable([-1.0])
    optimizer = LevenbergMarquardt()
    losses = minimise(optimizer, ResidualObjective(lambda x: tf.math.log(x), [x], 1), 1)
    assert np.isnan(losses[0])
    assert x.numpy() == [-1.0]


class TestBadInput:
    @pytest.mark.parametrize(
        "argument", [{"damping": -1.0}, {"max_trials": 0}, {"solver": "qr"}, {"cg_iterations": 0}]
    )
    def test_arguments(self, argument):
        with pytest.raises(ValueError, match=f"`{next(iter(argument))}` must be"):
            LevenbergMarquardt(**argument)

    def test_an_objective_without_residuals(self):
        x = variable([1.0])
        with pytest.raises(TypeError, match=r"sums of squares.*SSBroyden"):
            minimise(LevenbergMarquardt(), FunctionObjective(lambda x: tf.reduce_sum(x**2), [x]), 1)

    def test_too_many_parameters_for_the_normal_equations(self):
        with pytest.raises(ValueError, match=r"0\.6 GB.*solver='cg'"):
            LevenbergMarquardt(solver="normal").build([variable(np.zeros(9000))])
        LevenbergMarquardt().build([variable(np.zeros(9000))])
