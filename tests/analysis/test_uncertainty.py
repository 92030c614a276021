"""`uncertainty`: least squares whose deviations are known in closed form, and repeated noise."""

import keras
import numpy as np
import pytest
import scipy
import tensorflow as tf

import kerasphys as kp
from tests import components
from tests.analysis.conftest import LINE, Sum, sum_model

X = np.linspace(0.05, 0.95, 13)
SPREAD = 0.01 * (1 + X)


def one(x):
    return tf.ones_like(x)


def line(x):
    return x


def square(x):
    return x**2


def growth(u_x, u, rate):
    return u_x - rate * u


def readings(u, std=SPREAD, **kwargs):
    return kp.Data(at=X[:, None], u=u, std=std, **kwargs)


def growing(u=X, **unknown):
    """u = a + b x + c x², with u' = k u and u(0) = 1, and its points."""
    conditions = {
        "equation": kp.Residual(growth, weight=3.0),
        "start": kp.Dirichlet(u=1.0, on=LINE.start("x"), weight=7.0),
        "readings": readings(u, weight=0.5),
    }
    model = sum_model(
        LINE,
        conditions,
        [one, line, square],
        [0.9, 0.4, 0.3],
        parameters={"rate": kp.Unknown(0.7, **unknown)},
    )
    return model, model.problem.points(equation=700, start=1, weights={"equation": square}, seed=3)


def by_hand(model, points, weights, rate):
    """The scaled residuals of `growing` without readings, and their Jacobian by (a, b, c, k)."""
    (x,) = points.sets["equation"].points.T
    values = np.stack([np.ones_like(x), x, x**2], axis=1)
    slopes = np.stack([np.zeros_like(x), np.ones_like(x), 2 * x], axis=1)
    scale = np.sqrt(3.0 * x**2 / len(x))
    residuals = scale * ((slopes - rate * values) @ weights)
    jacobian = scale[:, None] * np.column_stack([slopes - rate * values, -values @ weights])
    start = np.sqrt(7.0)
    return (
        np.append(residuals, start * (weights[0] - 1.0)),
        np.vstack([jacobian, [start, 0.0, 0.0, 0.0]]),
    )


def stacked(model, points, u, weights, rate):
    """With readings below: residuals, Jacobian, and the change by a deviation of each reading."""
    residuals, jacobian = by_hand(model, points, weights, rate)
    values = np.stack([np.ones_like(X), X, X**2], axis=1)
    scale = np.sqrt(0.5 / len(X))
    below = np.column_stack([values / SPREAD[:, None], np.zeros_like(X)]) * scale
    errors = np.vstack([np.zeros((len(residuals), len(X))), scale * np.eye(len(X))])
    misfits = (values @ weights - u) / SPREAD
    return np.append(residuals, scale * misfits), np.vstack([jacobian, below]), errors


def test_ordinary_least_squares():
    """A line through readings alone has the covariance σ² (XᵀX)⁻¹, at any weights."""
    model = sum_model(LINE, {"readings": readings(np.sin(X), 0.02)}, [one, line], [0.3, 0.8])
    found = kp.analysis.uncertainty(model, model.problem.points())
    design = np.stack([np.ones_like(X), X], axis=1)
    covariance = 0.02**2 * np.linalg.inv(design.T @ design)
    at = np.array([[0.0], [0.4], [1.0]])
    there = np.hstack([np.ones_like(at), at])
    expected = np.sqrt(np.sum(there @ covariance * there, axis=1))
    np.testing.assert_allclose(found.fields(at)["u"], expected, rtol=1e-10)
    misfits = (0.3 + 0.8 * X - np.sin(X)) / 0.02
    assert found.misfit == pytest.approx(np.sqrt(np.mean(misfits**2)), rel=1e-12)
    assert (found.readings, found.rank, found.values) == (13, 0, {})
    assert found.fields(np.zeros((0, 1)))["u"].shape == (0,)


def test_an_unknown_field_has_error_bars():
    """It equals a line through the readings, so that its deviations do too."""
    conditions = {
        "readings": readings(1 + X, 0.02),
        "same": kp.Residual(lambda u, k: u - k, weight=10.0),
    }
    straight = kp.UnknownField(network=keras.layers.Dense(1, dtype="float64"))
    model = sum_model(LINE, conditions, [one, line], [1.0, 1.0], parameters={"k": straight})
    found = kp.analysis.uncertainty(model, model.problem.points(same=6)).fields([[0.1], [0.8]])
    design = np.stack([np.ones_like(X), X], axis=1)
    there = np.array([[1.0, 0.1], [1.0, 0.8]])
    expected = 0.02 * np.linalg.norm(there @ np.linalg.pinv(design), axis=1)
    np.testing.assert_allclose(found["u"], expected, rtol=1e-9)
    np.testing.assert_allclose(found["k"], expected, rtol=1e-9)


def test_noise_passes_through_every_condition_of_the_loss():
    """Weights of conditions and points, deviations that differ, blocks of points that overlap."""
    model, points = growing(lower=0.2)
    model.unknowns["rate"].assign(0.35)
    rate = 0.2 + 0.5 * np.log1p(np.exp(0.35)) / np.log(2)
    _, jacobian, errors = stacked(model, points, X, np.array([0.9, 0.4, 0.3]), rate)
    changes = np.linalg.lstsq(jacobian, errors, rcond=None)[0]
    found = kp.analysis.uncertainty(model, points)
    assert found.values == pytest.approx({"rate": rate})
    assert found.std["rate"] == pytest.approx(np.linalg.norm(changes[3]), rel=1e-9)
    assert found.covariance == pytest.approx(np.sum(changes[3:] ** 2, keepdims=True))
    assert found.correlation == pytest.approx(np.ones((1, 1)))
    assert (found.determined, found.rank) == ({"rate": True}, 1)
    field = np.linalg.norm(np.array([1.0, 0.5, 0.25, 0.0]) @ changes)
    assert found.fields([[0.5]])["u"] == pytest.approx([field], rel=1e-9)
    assert found.table().loc["rate", "relative"] == pytest.approx(found.std["rate"] / rate)
    assert repr(found).startswith(f"Estimates(rate = {rate:.6g} ± ")


def test_repeated_noise():
    """Readings drawn four hundred times, the loss minimised by scipy: it scatters as foretold."""
    true = np.exp(0.7 * X)
    model, points = growing(true)

    def minimum(u):
        def residuals(v):
            return stacked(model, points, u, v[:3], v[3])[0]

        def jacobian(v):
            return stacked(model, points, u, v[:3], v[3])[1]

        return scipy.optimize.least_squares(residuals, best, jacobian, xtol=1e-12).x

    best = np.array([0.9, 0.4, 0.3, 0.7])
    best = minimum(true)
    model.network.factors.assign(best[:3])
    model.unknowns["rate"].assign(best[3] / 0.7 - 1)
    found = kp.analysis.uncertainty(model, points)
    draws = np.random.default_rng(0).standard_normal((400, len(X)))
    rates = [minimum(true + SPREAD * draw)[3] for draw in draws]
    assert np.std(rates) == pytest.approx(found.std["rate"], rel=0.1)  # three of its deviations


def test_an_unknown_that_is_left_open_warns_with_the_rank():
    """Only the product of two of the three unknowns is seen."""
    conditions = {
        "product": kp.Residual(lambda u, a, b: u - a * b),
        "other": kp.Residual(lambda u, c: u - c),
        "readings": readings(X),
    }
    unknowns = {"a": kp.Unknown(2.0), "b": kp.Unknown(0.3), "c": kp.Unknown(1.0)}
    model = sum_model(LINE, conditions, [one], [0.6], parameters=unknowns)
    points = model.problem.points(product=5, other=5)
    with pytest.warns(UserWarning, match=r"2 of the 3 unknowns \(rank 2\): a, b could"):
        found = kp.analysis.uncertainty(model, points)
    assert found.determined == {"a": False, "b": False, "c": True}
    assert (found.rank, found.std["a"], found.std["b"]) == (2, np.inf, np.inf)
    assert found.std["c"] == pytest.approx(1 / np.sqrt(np.sum(SPREAD**-2)), rel=0.5)


class Two(Sum):
    """Two fields: the sum, and a constant of its own."""

    def build(self, input_shape):
        self.level = self.add_weight(shape=(), initializer="zeros")

    def call(self, scaled):
        first = super().call(scaled)
        return keras.ops.concatenate([first, 0 * first + self.level.value], axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 2)


@pytest.mark.parametrize("kind", ["u", "both"])
def test_a_field_that_nothing_fixes_is_infinitely_uncertain(kind):
    """A pressure of which the derivative alone is known, and one that is read."""
    at = X[:, None]
    given = {"u": X} if kind == "u" else {"u": X, "p": X}
    conditions = {
        "equation": kp.Residual(lambda p_x: p_x),
        "readings": kp.Data(at=at, std=dict.fromkeys(given, 0.1), **given),
    }
    problem = kp.Problem(LINE, ("u", "p"), conditions)
    network = Two(LINE, [one, line], np.array([0.0, 1.0]))
    model = kp.models.PINNModel(network, problem)
    found = kp.analysis.uncertainty(model, problem.points(equation=4)).fields([[0.3]])
    assert np.isfinite(found["u"][0])
    expected = np.inf if kind == "u" else 0.1 / np.sqrt(13)
    assert found["p"][0] == pytest.approx(expected)


def test_bad_input():
    model, points = growing()
    found = kp.analysis.uncertainty(model, points)
    with pytest.raises(ValueError, match=r"`points`.*\(n, 1\).*One column for each of x"):
        found.fields([[0.1, 0.2]])
    model.unknowns["rate"].assign(0.1)
    with pytest.raises(ValueError, match="changed since"):
        found.fields([[0.1]])
    ensemble = kp.models.EnsembleModel(kp.networks.MLP([2]), model.problem, members=2)
    for other in (components.built(kp.models.SurrogateModel), ensemble):
        with pytest.raises(TypeError, match=r"kp\.models\.PINNModel of a single network"):
            kp.analysis.uncertainty(other)
    with pytest.raises(ValueError, match=r"`points`.*where fit had none"):
        kp.analysis.uncertainty(model)
    with pytest.raises(TypeError, match="`points`"):
        kp.analysis.uncertainty(model, 100)
    with pytest.raises(ValueError, match=r"`rcond` must be between 0 and 1.*rcond=1\.0"):
        kp.analysis.uncertainty(model, points, rcond=1.0)
    with pytest.raises(ValueError, match="`rcond` must be a positive number"):
        kp.analysis.uncertainty(model, points, rcond=0.0)


@pytest.mark.parametrize(
    ("problem", "why"),
    [
        (dict(std=None), "no readings of the problem have a standard deviation"),
        (dict(weight=0.0), "no weight in the loss"),
    ],
)
def test_readings_that_say_nothing_of_noise(problem, why):
    model = sum_model(LINE, {"readings": readings(X, **problem)}, [one], [1.0])
    with pytest.raises(ValueError, match=f"(?i){why}"):
        kp.analysis.uncertainty(model, model.problem.points())


@pytest.mark.parametrize(
    ("network", "why"),
    [
        (dict(units=[4], kernel_regularizer="l2"), "regularisers"),
        (dict(units=[90, 90]), r"8,461 x 8,461.*stop at 8,000"),
    ],
)
def test_networks_that_are_refused(network, why):
    problem = kp.Problem(LINE, "u", {"readings": readings(X)})
    model = kp.models.PINNModel(kp.networks.MLP(**network), problem)
    with pytest.raises(ValueError, match=why):
        kp.analysis.uncertainty(model, problem.points())
