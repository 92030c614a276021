"""What all quasi-Newton methods must do: minimise, recover, and tell."""

import functools

import numpy as np
import pytest
import scipy
import tensorflow as tf

from kerasphys.optimizers import BFGS, LBFGS, SSBFGS, SSBroyden
from tests.optimizers.objectives import (
    MODES,
    FunctionObjective,
    ResidualObjective,
    counts,
    minimise,
    quartic,
    rosenbrock,
    state,
    variable,
)

CLASSES = [BFGS, LBFGS, SSBFGS, SSBroyden]


def take_step(optimizer, objective):
    return optimizer.step(objective, objective.variables)


each_class = pytest.mark.parametrize("cls", CLASSES)
FINE = dict(restarts=0, skipped=0, stalled=0)


@each_class
@pytest.mark.parametrize(
    ("start", "steps"), [([-1.2, 1.0], 50), (np.zeros(10), 80)], ids=["2-D", "10-D"]
)
def test_rosenbrock_ends_where_scipy_does(cls, start, steps):
    v = [variable(start)]
    losses = minimise(cls(), FunctionObjective(rosenbrock, v), steps)
    reference = scipy.optimize.minimize(
        scipy.optimize.rosen, start, jac=scipy.optimize.rosen_der, method="BFGS", tol=1e-8
    )
    np.testing.assert_allclose(v[0], reference.x, atol=1e-6)
    assert losses[-1] < 1e-15
    assert np.all(np.diff(losses) <= 1e-6 * np.array(losses[:-1]))


@each_class
def test_nonlinear_least_squares_end_where_scipy_does(cls, rng):
    t = np.linspace(0, 2, 30)
    data = 2.5 * np.exp(-1.3 * t) + 0.5 + 0.05 * rng.normal(size=30)

    def residuals(x):
        return x[0] * tf.exp(-x[1] * t) + x[2] - data

    v = [variable([1.0, 1.0, 0.0])]
    losses = minimise(cls(), ResidualObjective(residuals, v, 30), 40)
    reference = scipy.optimize.least_squares(
        lambda x: x[0] * np.exp(-x[1] * t) + x[2] - data, [1.0, 1.0, 0.0], xtol=1e-15, ftol=1e-15
    )
    np.testing.assert_allclose(v[0], reference.x, rtol=1e-6)
    assert losses[-1] == pytest.approx(2 * reference.cost, rel=1e-12)


@each_class
def test_a_usual_iteration_costs_one_evaluation(cls):
    v = [variable(np.linspace(-1, 2, 12))]
    objective = FunctionObjective(quartic, v)
    optimizer = cls()
    minimise(optimizer, objective, 20)
    assert 21 <= int(optimizer.evaluations.numpy()) <= 26
    assert int(optimizer.iterations.numpy()) == 20
    assert objective.traced == 2  # a start that is not known, and the search


@pytest.mark.parametrize("cls", [LBFGS, SSBroyden])
def test_eager_graph_and_xla_agree_in_single_precision(cls):
    dtype, tolerance = "float32", 1e-4
    states = {}
    for mode, wrap in MODES.items():
        v = [variable([1.0, -0.5, 2.0], dtype), variable([[0.3, 0.1]], dtype)]
        objective = FunctionObjective(quartic, v)
        optimizer = cls(name="same")
        optimizer.build(v)
        step = wrap(functools.partial(take_step, optimizer, objective))
        for _ in range(7):
            loss, terms = step()
        assert loss.dtype == dtype
        np.testing.assert_array_equal(terms, [loss, 2 * loss])
        states[mode] = state(optimizer) | {"x": objective.position().numpy()}
    for mode in ("graph", "xla"):
        for name, value in states["eager"].items():
            if value.dtype.kind != "f":
                np.testing.assert_array_equal(states[mode][name], value, err_msg=name)
            else:
                np.testing.assert_allclose(
                    states[mode][name], value, rtol=tolerance, atol=tolerance, err_msg=name
                )


@each_class
def test_what_it_returns_belongs_to_where_it_stands(cls):
    v = [variable([-1.2, 1.0])]
    objective = FunctionObjective(rosenbrock, v)
    optimizer = cls()
    for _ in range(5):
        loss, terms = optimizer.step(objective, v)
        now = objective.evaluate()
        np.testing.assert_array_equal(loss, now.loss)
        np.testing.assert_array_equal(terms, now.terms)
        np.testing.assert_array_equal(optimizer.kept_gradient, now.gradient)


@each_class
def test_changed_objective_is_evaluated_anew_and_the_curvature_is_kept(cls):
    target = tf.Variable(np.zeros(4))
    v = [variable([1.0, -2.0, 0.5, 3.0])]
    objective = FunctionObjective(lambda x: quartic(x - target), v)
    optimizer = cls()
    optimizer.build(v)
    step = tf.function(lambda: optimizer.step(objective, v))
    for _ in range(25):
        step()
    before = {k: x for k, x in state(optimizer).items() if "kept" not in k}
    target.assign(np.full(4, 0.1))
    optimizer.refresh()
    for key, value in before.items():
        if not key.endswith("stale"):
            np.testing.assert_array_equal(state(optimizer)[key], value)
    start = float(objective.evaluate().loss)
    losses = [float(step()[0]) for _ in range(6)]
    assert losses[0] < 0.1 * start  # the first step already knows the curvature
    np.testing.assert_allclose(v[0], np.full(4, 0.1), atol=1e-4)
    assert counts(optimizer) == FINE


def test_refresh_before_the_first_step_is_harmless():
    SSBroyden().refresh()


@each_class
def test_region_that_is_not_finite_is_avoided(cls):
    def barrier(x):  # the logarithm of a negative number beyond the wall
        return tf.reduce_sum(-tf.math.log(1 - x) - 5 * x)

    v = [variable([-3.0, -20.0])]
    optimizer = cls(learning_rate=1.0)
    losses = minimise(optimizer, FunctionObjective(barrier, v), 40)
    assert np.all(np.isfinite(losses))
    np.testing.assert_allclose(v[0], [0.8, 0.8], atol=1e-6)


@each_class
def test_start_that_is_not_finite_moves_nothing_and_is_returned(cls):
    v = [variable([2.0, 1.0])]
    objective = FunctionObjective(lambda x: tf.reduce_sum(tf.math.log(1 - x) - x), v)
    optimizer = cls()
    for _ in range(2):
        loss, terms = optimizer.step(objective, v)
        assert np.isnan(loss)
        assert np.all(np.isnan(terms))
        np.testing.assert_array_equal(v[0], [2.0, 1.0])
    assert counts(optimizer) == FINE
    v[0].assign([-2.0, -1.0])
    loss, _ = optimizer.step(objective, v)  # it evaluates anew of itself
    assert np.isfinite(loss)
    assert np.all(np.isfinite(np.concatenate([np.ravel(x) for x in state(optimizer).values()])))


class LyingObjective(FunctionObjective):
    """Its gradient points the wrong way while `lies` is true."""

    def __init__(self, function, variables):
        super().__init__(function, variables)
        self.lies = tf.Variable(False)

    def evaluate(self):
        evaluation = super().evaluate()
        sign = tf.where(self.lies, -1.0, 1.0)
        return evaluation._replace(gradient=tf.cast(sign, "float64") * evaluation.gradient)


@each_class
def test_failed_search_keeps_the_weights_restarts_and_is_counted(cls):
    v = [variable([1.0, -0.5, 2.0])]
    objective = LyingObjective(quartic, v)
    optimizer = cls()
    optimizer.build(v)
    step = tf.function(lambda: optimizer.step(objective, v))
    for _ in range(4):
        step()
    assert counts(optimizer) == FINE

    objective.lies.assign(True)
    optimizer.refresh()
    before = v[0].numpy().copy()
    loss, _ = step()
    np.testing.assert_array_equal(v[0], before)
    assert float(loss) == float(objective.evaluate().loss)
    assert counts(optimizer) == dict(restarts=1, skipped=0, stalled=0)
    vector = tf.constant([1.0, 2.0, 3.0], "float64")
    np.testing.assert_array_equal(optimizer._product(vector), vector)  # the identity

    step()
    step()
    np.testing.assert_array_equal(v[0], before)
    assert counts(optimizer) == dict(restarts=1, skipped=0, stalled=2)

    objective.lies.assign(False)
    optimizer.refresh()
    for _ in range(30):
        step()
    np.testing.assert_allclose(v[0], np.zeros(3), atol=1e-6)


@each_class
def test_negative_curvature_is_skipped_and_counted(cls):
    v = [variable([0.5])]
    objective = FunctionObjective(lambda x: -tf.reduce_sum(x**2), v)
    optimizer = cls()
    losses = [float(optimizer.step(objective, v)[0]) for _ in range(3)]
    assert losses[0] < -0.25
    assert np.all(np.diff(losses) < 0)
    assert counts(optimizer) == dict(restarts=0, skipped=3, stalled=0)


@each_class
def test_resting_at_a_minimum_is_stalled_and_keeps_the_memory(cls):
    v = [variable([1.0, 2.0])]
    objective = FunctionObjective(quartic, v)
    optimizer = cls()
    for _ in range(4):
        optimizer.step(objective, v)
    v[0].assign(np.zeros(2))
    optimizer.refresh()
    vector = tf.constant([1.0, 2.0], "float64")
    before = optimizer._product(vector).numpy()
    for _ in range(2):
        loss, _ = optimizer.step(objective, v)
    assert float(loss) == 0
    np.testing.assert_array_equal(v[0], np.zeros(2))
    np.testing.assert_array_equal(optimizer._product(vector), before)
    assert counts(optimizer) == dict(restarts=0, skipped=0, stalled=2)


def test_learning_rate_is_the_first_trial():
    v = [variable([1.0])]
    objective = FunctionObjective(lambda x: tf.reduce_sum(x**2) / 8, v)
    optimizer = SSBroyden(learning_rate=0.5)
    optimizer.step(objective, v)
    np.testing.assert_allclose(v[0], [1 - 0.5 / 4])  # |g| < 1, so it is not shortened

    v = [variable([1000.0])]
    objective = FunctionObjective(lambda x: tf.reduce_sum(x**2) / 8, v)
    optimizer = SSBroyden(learning_rate=0.5)
    optimizer.step(objective, v)
    trial = 0.5 / 250  # shortened to half a unit of length, and doubled until the slope is flatter
    steps = (1000 - v[0].numpy()[0]) / 250 / trial
    assert steps == pytest.approx(2 ** round(np.log2(steps)))
    assert steps > 100


def test_small_losses_are_reached():
    """The search must not fail where differences of the loss are below its rounding."""
    x = np.linspace(-1, 1, 40)[:, None]
    target = np.tanh(x @ [[1.5, -0.7]] + [0.1, 0.4]) @ [1.0, -2.0]

    def residuals(p):
        weights = tf.reshape(p[:2], (1, 2))
        return tf.linalg.matvec(tf.tanh(x @ weights + p[2:4]), p[4:6]) - target

    v = [variable([1.0, -1.0, 0.0, 0.5, 0.8, -1.5])]
    optimizer = SSBroyden()
    losses = minimise(optimizer, ResidualObjective(residuals, v, 40), 120)
    assert losses[-1] < 1e-26
