"""The bound below the error of every model that is linear in a few basis functions."""

import keras
import numpy as np
import pytest

import kerasphys as kp


def fields(rng, n=12, points=20, channels=2):
    decay = 0.6 ** np.arange(points)
    shapes = np.linalg.qr(rng.normal(size=(points, points)))[0]
    values = (rng.normal(size=(n, channels, points)) * decay) @ shapes
    return 1 + np.moveaxis(values, 1, -1)


def pod(rows, p, constant):
    """The best fields of `p` functions, and a constant where it is given, by least squares."""
    mean = np.full((1, rows.shape[1]), 1 / np.sqrt(rows.shape[1]))
    rest = rows - (rows @ mean.T) @ mean if constant else rows
    modes = np.linalg.svd(rest)[2][:p]
    basis = np.concatenate([modes, mean]) if constant else modes
    return rows @ basis.T @ basis


@pytest.mark.parametrize("relative", [True, False])
def test_pod_modes_attain_it(rng, relative):
    u = fields(rng)
    rows = np.moveaxis(u, -1, 1).reshape(24, 20)
    bound = kp.analysis.pod_tail(u, relative=relative)
    assert bound.shape == (21,)
    for p in range(21):
        best = pod(rows, p, constant=False)
        error = np.linalg.norm(best - rows) / np.linalg.norm(rows)
        expected = error if relative else np.mean((best - rows) ** 2)
        np.testing.assert_allclose(bound[p], expected, rtol=1e-10, atol=1e-12)


def test_with_a_constant_it_is_one_function_more(rng):
    u = fields(rng)
    rows = np.moveaxis(u, -1, 1).reshape(24, 20)
    bound = kp.analysis.pod_tail(u, constant=True)
    np.testing.assert_array_equal(bound, kp.analysis.pod_tail(u)[1:])
    for p in range(19):
        best = pod(rows, p, constant=True)
        assert np.linalg.norm(best - rows) / np.linalg.norm(rows) >= bound[p] - 1e-12


def test_weights_are_those_of_the_norm(rng):
    u, weights = fields(rng, channels=1), rng.uniform(0.5, 2, size=20)
    bound = kp.analysis.pod_tail(u, weights=weights)
    root = np.sqrt(weights)[:, None]
    np.testing.assert_allclose(bound, kp.analysis.pod_tail(root * u), rtol=1e-10, atol=1e-14)
    squares = kp.analysis.pod_tail(u, weights=weights, relative=False)
    expected = np.average(np.mean(u[..., 0] ** 2, axis=0), weights=weights)
    np.testing.assert_allclose(squares[0], expected)


def test_no_deeponet_is_below_it(rng):
    x = np.linspace(0, 1, 30)
    a = rng.normal(size=(40, 6)) * 0.7 ** np.arange(6)
    u = np.sin(np.outer(a[:, 0], 4 * x) + a[:, 1:2]) + a[:, 2:] @ np.cos(np.outer(np.arange(4), x))
    samples = kp.datasets.Samples({"a": a}, u[..., None], points=x[:, None])
    for p in (1, 3):
        branch, trunk = (kp.networks.MLP([16], seed=seed) for seed in (0, 1))
        network = kp.networks.DeepONet(branch, trunk, basis=p)
        model = kp.models.SurrogateModel(network, dtype="float64")
        model.adapt(samples)
        model.compile(keras.optimizers.Adam(0.02), loss="mse")
        model.fit(samples, epochs=40, batch_size=40, verbose=0)
        error = kp.solvers.relative_l2(model.predict(samples.x), samples.outputs)
        bound = kp.analysis.pod_tail(samples.outputs, constant=True)[p]
        assert bound <= error < 1


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"outputs": np.ones((3, 4))}, ValueError, "outputs"),
        ({"outputs": np.zeros((3, 4, 1))}, ValueError, "different from zero"),
        ({"outputs": np.full((3, 4, 1), np.nan)}, ValueError, "finite"),
        ({"outputs": "u"}, TypeError, "outputs"),
        ({"weights": np.ones(3)}, ValueError, "weights"),
        ({"weights": -np.ones(4)}, ValueError, "positive"),
        ({"constant": 1}, TypeError, "constant"),
        ({"relative": None}, TypeError, "relative"),
    ],
    ids=["rank", "zero", "nan", "text", "length", "sign", "constant", "relative"],
)
def test_bad_arguments(changes, error, match):
    with pytest.raises(error, match=match):
        kp.analysis.pod_tail(**{"outputs": np.ones((3, 4, 1)), **changes})
