"""The update of the inverse Hessian, against the formulas as they are printed."""

import numpy as np
import pytest
import tensorflow as tf

from kerasphys.optimizers import BFGS, SSBFGS, SSBroyden
from kerasphys.optimizers import quasi_newton as quasi_newton_module
from kerasphys.optimizers.dense import Curvature
from tests.optimizers.objectives import (
    FunctionObjective,
    counts,
    minimise,
    quartic,
    variable,
)

DENSE = [BFGS, SSBFGS, SSBroyden]
each_class = pytest.mark.parametrize("cls", DENSE)


def printed_scaling(cls, b, h, n):
    """τ and φ as the papers print them."""
    if cls is BFGS:
        return 1.0, 1.0
    if cls is SSBFGS:
        return min(1.0, 1 / b), 1.0
    a = h * b - 1
    c = np.sqrt(a / (a + 1))
    rho_minus = min(1.0, h * (1 - c))
    theta_minus = (rho_minus - 1) / a
    theta_plus = 1 / rho_minus
    theta = max(theta_minus, min(theta_plus, (1 - b) / b))
    sigma = 1 + theta * a
    rho_plus = min(1.0, 1 / b)
    scale = abs(sigma) ** (-1 / (n - 1))
    tau = rho_plus * min(scale, 1 / theta) if theta > 0 else min(rho_plus * scale, sigma)
    return tau, (1 - theta) / (1 + a * theta)


def printed_update(cls, H, s, y, b):
    sy, Hy = s @ y, H @ y
    yHy = y @ Hy
    tau, phi = printed_scaling(cls, b, yHy / sy, len(s))
    v = np.sqrt(yHy) * (s / sy - Hy / yHy)
    return (H - np.outer(Hy, Hy) / yHy + phi * np.outer(v, v)) / tau + np.outer(s, s) / sy


@each_class
def test_update_is_the_printed_one(cls, rng):
    v = [variable(rng.normal(size=4)), variable(rng.normal(size=(2, 2)))]
    objective = FunctionObjective(quartic, v)
    optimizer = cls()
    optimizer.build(v)
    for iteration in range(8):
        x, g = objective.position().numpy(), objective.evaluate().gradient.numpy()
        H = optimizer.inverse_hessian.numpy()
        optimizer.step(objective, v)
        s = objective.position().numpy() - x
        y = optimizer.kept_gradient.numpy() - g
        np.testing.assert_allclose(y, objective.evaluate().gradient.numpy() - g, atol=1e-12)
        if iteration == 0:
            H = H * (s @ y) / (y @ y)
        b = s @ np.linalg.solve(H, s) / (s @ y)
        new = optimizer.inverse_hessian.numpy()
        np.testing.assert_allclose(new, printed_update(cls, H, s, y, b), rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(new @ y, s, rtol=1e-8, atol=1e-10)  # the secant equation
        np.testing.assert_array_equal(new, new.T)
        assert np.linalg.eigvalsh(new).min() > 0
    assert counts(optimizer) == dict(restarts=0, skipped=0, stalled=0)


@each_class
def test_scaling_keeps_the_update_positive(cls, rng):
    b = 10 ** rng.uniform(-8, 8, size=2000)
    h = (1 + np.append(10 ** rng.uniform(-17, 8, size=1990), np.zeros(10))) / b
    for size in (1, 2, 500):
        tau, phi = cls.scaling(Curvature(tf.constant(b), tf.constant(h), size))
        a = np.maximum(h * b - 1, 0)
        assert np.all(np.isfinite(tau))
        assert np.all(np.isfinite(phi))
        assert np.all(tau.numpy() > 0)
        assert np.all(1 + a * phi.numpy() > 0)  # what keeps H positive definite


def test_broyden_scaling_is_the_printed_one(rng):
    b = 10 ** rng.uniform(-3, 3, size=500)
    h = (1 + 10 ** rng.uniform(-3, 3, size=500)) / b
    tau, phi = SSBroyden.scaling(Curvature(tf.constant(b), tf.constant(h), 30))
    printed = np.array([printed_scaling(SSBroyden, *pair, 30) for pair in zip(b, h, strict=True)])
    np.testing.assert_allclose(tau, printed[:, 0], rtol=1e-8)
    np.testing.assert_allclose(phi, printed[:, 1], rtol=1e-8, atol=1e-10)


@each_class
def test_rounding_below_cauchy_and_schwarz_is_harmless(cls):
    for excess in (-1e-15, 0.0, 1e-15):
        for b in (0.5, 1.0, 2.0):
            pair = tf.constant(b, "float64"), tf.constant((1 + excess) / b, "float64")
            tau, phi = cls.scaling(Curvature(*pair, 10))
            assert 0 < float(tau) <= 1
            assert np.isfinite(float(phi))


def exact_search(matrix):
    """A line search to the minimum of a quadratic."""

    def search(evaluate_at, start, direction, first_step):
        curvature = tf.tensordot(direction, tf.linalg.matvec(matrix, direction), 1)
        slope = tf.tensordot(start.gradient, direction, 1)
        step = tf.where(curvature > 0, -slope / curvature, first_step)
        return step, evaluate_at(step)

    return search


@each_class
def test_quadratic_is_solved_in_as_many_steps_as_it_has_unknowns(cls, rng, monkeypatch):
    size = 6
    root = rng.normal(size=(size, size))
    matrix = root @ root.T + np.eye(size)
    solution = rng.normal(size=size)

    def quadratic(x):
        e = x - solution
        return tf.tensordot(e, tf.linalg.matvec(matrix, e), 1) / 2

    monkeypatch.setattr(quasi_newton_module, "wolfe_search", exact_search(matrix))
    v = [variable(np.zeros(size))]
    optimizer = cls()
    losses = minimise(optimizer, FunctionObjective(quadratic, v), size)
    np.testing.assert_allclose(v[0], solution, atol=1e-9)
    assert losses[-2] > 1e-6  # and not before
    if cls is BFGS:  # nothing was rescaled: it knows the whole inverse
        np.testing.assert_allclose(optimizer.inverse_hessian, np.linalg.inv(matrix), atol=1e-8)


def test_self_scaled_broyden_is_ahead_where_the_condition_is_bad():
    weights = np.logspace(-8, 0, 40)
    losses = {}
    for cls in (BFGS, SSBroyden):
        v = [variable(np.ones(40))]
        objective = FunctionObjective(lambda x: tf.reduce_sum(weights * (x**2 + x**4 / 100)), v)
        losses[cls] = minimise(cls(), objective, 200)[-1]
    assert losses[SSBroyden] < 1e-8 * losses[BFGS]


def test_an_inverse_hessian_that_lost_its_sign_is_thrown_away():
    v = [variable([1.0, 2.0, -1.0])]
    objective = FunctionObjective(quartic, v)
    optimizer = SSBroyden()
    minimise(optimizer, objective, 3)
    optimizer.inverse_hessian.assign(-optimizer.inverse_hessian)
    before = float(objective.evaluate().loss)
    loss, _ = optimizer.step(objective, v)
    assert float(loss) < before
    assert np.linalg.eigvalsh(optimizer.inverse_hessian.numpy()).min() > 0
    assert counts(optimizer) == dict(restarts=1, skipped=0, stalled=0)


def test_indefinite_only_for_the_new_pair():
    """The direction descends, but yᵀHy is negative."""
    v = [variable([1.0, 0.5])]
    objective = FunctionObjective(lambda x: x[0] ** 2 + 40 * x[0] * x[1] ** 2 + x[1] ** 4, v)
    optimizer = BFGS()
    optimizer.build(v)
    optimizer.step(objective, v)
    g = optimizer.kept_gradient.numpy()
    g = g / np.linalg.norm(g)
    across = np.array([-g[1], g[0]])
    optimizer.inverse_hessian.assign(1e-3 * np.outer(g, g) - 1e3 * np.outer(across, across))
    optimizer.step(objective, v)
    H = optimizer.inverse_hessian.numpy()
    assert np.linalg.eigvalsh(H).min() > 0
    assert counts(optimizer)["restarts"] == 1


@each_class
def test_too_many_parameters_are_refused_with_the_memory_and_a_cure(cls):
    with pytest.raises(ValueError, match=r"8,001 x 8,001.*0\.5 GB.*LBFGS"):
        cls().build([variable(np.zeros(8001))])


def test_the_matrix_is_read_and_written_in_place():
    """Under XLA nothing of the size of the matrix is made beside it."""
    size = 300
    v = [variable(np.ones(size))]
    objective = FunctionObjective(quartic, v)
    optimizer = SSBroyden()
    optimizer.build(v)
    step = tf.function(lambda: optimizer.step(objective, v), jit_compile=True)
    program = step.experimental_get_compiler_ir()(stage="optimized_hlo")
    entry = program[program.index("ENTRY") :].splitlines()
    large = [line for line in entry if f"= f64[{size},{size}]" in line]
    assert len(large) == 2  # the parameter, and the one pass that updates it
    assert sum("fusion(" in line for line in large) == 1
    assert not any("copy(" in line for line in large)
