"""Gradient descent, momentum and Adam on quadratics, where every number is known."""

import itertools

import keras
import numpy as np
import pytest

import kerasphys as kp
from kerasphys.analysis import adam, gradient_descent, momentum

STIFF = np.array([1.0, 100.0])


def stiff(theta):
    """The gradient of a quadratic with curvatures 1 and 100."""
    return STIFF * theta


def two_wells(theta):
    """The gradient of min(25 (t + 1)², (t - 1)²): curvatures 50 and 2."""
    sharp = 25 * (theta + 1) ** 2 < (theta - 1) ** 2
    return np.where(sharp, 50 * (theta + 1), 2 * (theta - 1))


def steps_to(path, size):
    return int(np.argmax(np.linalg.norm(path, axis=1) <= size * np.linalg.norm(path[0])))


@pytest.mark.parametrize(("rate", "factor"), [(0.19, -0.9), (0.2, -1.0), (0.21, -1.1)])
def test_the_error_is_multiplied_by_one_minus_rate_times_curvature(rate, factor):
    path = gradient_descent(lambda t: 10 * t, [1.0], rate, 50)[:, 0]
    np.testing.assert_allclose(path, factor ** np.arange(51), rtol=1e-10)
    known = {0.19: "0.00515", 0.2: "1", 0.21: "117.4"}[rate]
    assert f"{abs(path[-1]):.{3 if rate < 0.2 else 4}g}" == known


def test_a_large_rate_leaves_the_sharp_well():
    path = gradient_descent(two_wells, [-1.01], 0.05, 200)[:, 0]
    np.testing.assert_allclose(path[1:4] + 1, -0.01 * (-1.5) ** np.arange(1, 4), rtol=1e-9)
    np.testing.assert_allclose(path[-1], 1.0, atol=1e-8)
    factors = (path[-20:] - 1) / (path[-21:-1] - 1)
    np.testing.assert_allclose(factors, 0.9, rtol=1e-6)
    assert gradient_descent(two_wells, [-1.01], 0.03, 200)[-1, 0] == pytest.approx(-1, abs=1e-12)


def test_momentum_needs_a_tenth_of_the_steps():
    plain = gradient_descent(stiff, [1.0, 1.0], 2 / 101, 800)
    assert steps_to(plain, 1e-6) == 691
    heavy = momentum(stiff, [1.0, 1.0], 0.1, 800, beta=(9 / 11) ** 2)
    assert np.log(1e-6) / np.log(9 / 11) == pytest.approx(69, abs=0.2)
    assert 69 <= steps_to(heavy, 1e-6) <= 691 / 5
    late = np.linalg.norm(heavy[[150, 151]], axis=1)
    assert late[1] / late[0] == pytest.approx(9 / 11 * 152 / 151, rel=2e-3)  # a double root


@pytest.mark.parametrize("beta", [0.5, 0.9])
def test_momentum_is_stable_up_to_its_limit(beta):
    limit = 2 * (1 + beta) / (1 - beta)  # of curvature times rate
    for share, shrinks in ((0.99, True), (1.01, False)):
        path = momentum(lambda t, h=share * limit: h * t, [1.0], 1.0, 2000, beta)
        assert (abs(path[-1, 0]) < 1e-3) == shrinks
        assert (abs(path[-1, 0]) > 1e3) != shrinks


def test_momentum_turns_where_descent_zigzags():
    def turns(path):
        return int(np.sum(np.diff(np.sign(path[:21, 1])) != 0))

    plain = gradient_descent(stiff, [1.0, 1.0], 2 / 101, 20)
    assert turns(plain) == 20
    np.testing.assert_allclose(plain[1:, 1] / plain[:-1, 1], -99 / 101)
    averaged = momentum(stiff, [1.0, 1.0], 2 / 101, 20)
    assert turns(averaged) in (2, 3)
    angle = np.degrees(np.arccos((1.9 - 0.1 * 200 / 101) / (2 * np.sqrt(0.9))))
    assert round(angle) == 26


@pytest.mark.parametrize("scale", [1e-2, 1.0, 1e6])
def test_the_first_step_of_adam_has_one_size(scale):
    start = np.array([1.0, -2.0])
    first = adam(lambda t: scale * t, start, 0.1, 1, epsilon=0.0)[1] - start
    np.testing.assert_allclose(np.abs(first), 0.1, rtol=1e-12)
    first = adam(lambda t: scale * t, start, 0.1, 1, epsilon=0.0, bias_correction=False)[1] - start
    np.testing.assert_allclose(np.abs(first), 0.31623, rtol=1e-5)


# Stochastic gradients: f_i = (θ - a_i)² / 2, drawn with replacement, 2,000 replicas side by side


def noisy(rng, batch, sigma=2.0):
    return lambda theta: theta - sigma * rng.standard_normal((batch, 2000)).mean(axis=0)


@pytest.mark.parametrize(("rate", "batch"), [(0.5, 1), (0.1, 1), (0.5, 8)])
def test_a_constant_rate_keeps_overshooting(rng, rate, batch):
    path = gradient_descent(noisy(rng, batch), np.zeros(2000), rate, 200)
    known = rate * 4.0 / ((2 - rate) * batch)
    assert np.mean(path[100:] ** 2) == pytest.approx(known, rel=0.1)


def test_a_decaying_rate_converges(rng):
    path = gradient_descent(noisy(rng, 4), np.zeros(2000), lambda k: 1 / (k + 1), 256)
    steps = 2 ** np.arange(9)
    errors = np.mean(path[steps] ** 2, axis=1)
    np.testing.assert_allclose(errors, 4.0 / (4 * steps), rtol=0.1)
    assert np.polyfit(np.log(steps), np.log(errors), 1)[0] == pytest.approx(-1, abs=0.03)


def test_stochastic_descent_leaves_minima_that_are_not_uniform():
    curvatures, rate, batch = np.array([0.2, 1.0, 1.5, 3.3]), 0.7, 2
    a, s = curvatures.mean(), curvatures.std()
    groups = list(itertools.combinations(curvatures, batch))
    after = [gradient_descent(lambda t, c=c: np.mean(c) * t, [1.0], rate, 1)[1, 0] for c in groups]
    known = (1 - rate * a) ** 2 + rate**2 * s**2 * (4 - batch) / (batch * 3)
    assert np.mean(np.square(after)) == pytest.approx(known, rel=1e-12)


# Beside Keras


def keras_path(optimizer, start, steps, curvatures=STIFF):
    """A non-linear gradient, so that an error in one step shows in the next."""
    variable = keras.Variable(start, dtype="float64")
    path = [variable.numpy()]
    for _ in range(steps):
        optimizer.apply([np.sin(curvatures * variable.numpy())], [variable])
        path.append(variable.numpy())
    return np.stack(path)


# Keras holds the learning rate, and uses the betas, in float32: these are exact there.
RATE, BETA, BETA_2 = 2**-5, 1 - 2**-3, 1 - 2**-7
CASES = {
    "descent": (keras.optimizers.SGD(RATE), gradient_descent, {}),
    "momentum": (kp.optimizers.averaged_momentum(RATE, BETA), momentum, {"beta": BETA}),
    "Adam": (
        keras.optimizers.Adam(RATE, BETA, BETA_2, 1e-8),
        adam,
        {"beta_1": BETA, "beta_2": BETA_2},
    ),
    "basic Adam": (
        kp.optimizers.basic_adam(RATE, BETA, BETA_2),
        adam,
        {"beta_1": BETA, "beta_2": BETA_2, "bias_correction": False},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_keras_takes_the_same_steps(name):
    optimizer, rule, options = CASES[name]
    start = np.array([1.0, -0.3])
    expected = rule(lambda t: np.sin(STIFF * t), start, RATE, 20, **options)
    np.testing.assert_allclose(keras_path(optimizer, start, 20), expected, rtol=0, atol=1e-12)


def test_basic_adam_keeps_its_first_step_with_the_usual_betas():
    path = keras_path(kp.optimizers.basic_adam(RATE), np.array([1.0, -0.3]), 3)
    expected = adam(lambda t: np.sin(STIFF * t), path[0], RATE, 3, bias_correction=False)
    np.testing.assert_allclose(path, expected, rtol=0, atol=1e-9)
    np.testing.assert_allclose(np.abs(path[1] - path[0]), 3.1623 * RATE, rtol=1e-5)


def test_momentum_is_keras_with_a_smaller_rate():
    start = np.array([1.0, -0.3])
    once = keras_path(kp.optimizers.averaged_momentum(0.03, 0.8), start, 10)
    same = keras_path(keras.optimizers.SGD(0.03 * (1 - 0.8), momentum=0.8), start, 10)
    np.testing.assert_array_equal(once, same)


def test_a_decaying_rate_of_keras_gives_the_running_mean(rng):
    rate = keras.optimizers.schedules.InverseTimeDecay(1.0, decay_steps=1, decay_rate=1.0)
    optimizer, variable = keras.optimizers.SGD(rate), keras.Variable([7.0], dtype="float64")
    data = rng.standard_normal(20)
    for datum in data:
        optimizer.apply([variable.numpy() - datum], [variable])
    assert variable.numpy()[0] == pytest.approx(data.mean(), abs=1e-7)  # rates are float32


@pytest.mark.parametrize(
    ("rule", "changes", "error", "match"),
    [
        (gradient_descent, {"gradient": 1.0}, TypeError, "gradient"),
        (gradient_descent, {"gradient": lambda t: 1.0}, ValueError, "the shape of `start`"),
        (gradient_descent, {"start": [np.nan]}, ValueError, "start"),
        (gradient_descent, {"learning_rate": 0}, ValueError, "learning_rate"),
        (gradient_descent, {"learning_rate": lambda k: -1.0}, ValueError, "learning_rate"),
        (gradient_descent, {"steps": 0}, ValueError, "steps"),
        (momentum, {"beta": 1.0}, ValueError, "beta"),
        (adam, {"beta_1": -0.1}, ValueError, "beta_1"),
        (adam, {"beta_2": 1}, ValueError, "beta_2"),
        (adam, {"epsilon": -1}, ValueError, "epsilon"),
        (adam, {"bias_correction": 1}, TypeError, "bias_correction"),
    ],
)
def test_bad_arguments(rule, changes, error, match):
    good = {"gradient": lambda t: t, "start": [1.0], "learning_rate": 0.1, "steps": 2}
    with pytest.raises(error, match=match):
        rule(**{**good, **changes})
