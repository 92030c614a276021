"""The relative error in the Sobolev norm, as a loss and as a metric."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp


def wave(k, points=32):
    return np.sin(2 * np.pi * k * np.arange(points) / points)[None, :, None]


class TestKnownNorms:
    @pytest.mark.parametrize("length", [1.0, 3.0])
    def test_a_ripple_on_a_ring(self, length):
        loss = kp.losses.RelativeH1(periodic=True, lengths=length, dtype="float64")
        slope = kp.losses.RelativeH1(True, length, seminorm=True, dtype="float64")
        y, found = wave(1), wave(1) + 0.01 * wave(7)
        squares = [1 + (2 * np.pi * k / length) ** 2 for k in (1, 7)]
        np.testing.assert_allclose(loss(y, found), 0.01 * np.sqrt(squares[1] / squares[0]))
        np.testing.assert_allclose(slope(y, found), 0.07, rtol=1e-12)

    def test_the_finest_wave_counts(self):
        loss = kp.losses.RelativeH1(periodic=True, seminorm=True, dtype="float64")
        sawtooth = (-1.0) ** np.arange(32)[None, :, None]
        expected = 0.01 * 16 * np.sqrt(2)  # a sine has half the mean square
        np.testing.assert_allclose(loss(wave(1), wave(1) + 0.01 * sawtooth), expected)

    def test_piecewise_linear_fields_between_walls(self):
        x = np.linspace(0, 2, 5)
        loss = kp.losses.RelativeH1(lengths=2.0, dtype="float64")
        y, found = x[None, :, None], 1.5 * x[None, :, None] - 0.5
        # trapezoidal means of (0.5 x - 0.5)² and x², with slopes 0.5 and 1
        values = [np.trapezoid(f**2, x) / 2 for f in (0.5 * x - 0.5, x)]
        expected = np.sqrt((values[0] + 0.25) / (values[1] + 1.0))
        np.testing.assert_allclose(loss(y, found), expected, rtol=1e-14)

    def test_second_order_between_walls(self):
        errors = []
        for points in (33, 65):
            x = np.linspace(0, 1, points)
            metric = kp.metrics.RelativeH1(seminorm=True, dtype="float64")
            y = np.exp(x)[None, :, None]
            metric.update_state(y, y + np.sin(3 * x)[None, :, None])
            exact = np.sqrt((9 * (0.5 + np.sin(6) / 12)) / ((np.e**2 - 1) / 2))
            errors.append(abs(float(metric.result()) - exact))
        assert kp.solvers.observed_order([32, 64], errors)[0] == pytest.approx(2, abs=0.05)

    def test_axes_of_two_kinds(self):
        x, t = np.arange(16) / 16, np.linspace(0, 2, 9)
        y = np.sin(2 * np.pi * x)[:, None] * np.ones_like(t)
        error = np.cos(4 * np.pi * x)[:, None] * (1 + t)
        loss = kp.losses.RelativeH1([True, False], [1.0, 2.0], dtype="float64")
        over_t = np.trapezoid((1 + t) ** 2, t) / 2
        squares = 0.5 * ((1 + (4 * np.pi) ** 2) * over_t + 1.0)
        expected = np.sqrt(squares / (0.5 * (1 + (2 * np.pi) ** 2)))
        both = [a[None, ..., None] for a in (y, y + error)]
        np.testing.assert_allclose(loss(*both), expected, rtol=1e-12)

    def test_steps_before_the_grid_are_summed(self, rng):
        y, found = rng.normal(size=(2, 3, 4, 16, 2))
        whole = kp.losses.RelativeH1(periodic=[True], dtype="float64").call(y, found)
        flat = [np.moveaxis(a, 1, -1).reshape(3, 16, 8) for a in (y, found)]
        expected = kp.losses.RelativeH1(periodic=True, dtype="float64").call(*flat)
        np.testing.assert_allclose(whole, expected, rtol=1e-12)


def test_the_metric_sums_before_it_divides(rng):
    y, found = rng.normal(size=(2, 6, 8, 5, 2))
    weights = rng.uniform(size=6)
    settings = dict(periodic=[False, True], lengths=[1.0, 2.0], dtype="float64")
    loss, metric = kp.losses.RelativeH1(**settings), kp.metrics.RelativeH1(**settings)
    zero = np.zeros_like(y)
    one = kp.losses.RelativeH1(**settings, epsilon=1.0)
    sizes = [np.square(one.call(1e-9 * zero, a)) for a in (found - y, y)]  # the norms themselves
    np.testing.assert_allclose(loss.call(y, found) ** 2, sizes[0] / sizes[1], rtol=1e-12)
    for rows in (slice(0, 4), slice(4, 6)):
        metric.update_state(y[rows], found[rows], sample_weight=weights[rows])
    expected = np.sqrt((weights @ sizes[0]) / (weights @ sizes[1]))
    np.testing.assert_allclose(metric.result(), expected, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_eager_graph_and_xla_with_gradients(rng, dtype):
    y = tf.constant(rng.normal(size=(2, 6, 8, 1)), dtype)
    found = tf.Variable(rng.normal(size=(2, 6, 8, 1)), dtype=dtype)
    found[0].assign(y[0])  # a sample that is met exactly
    loss = kp.losses.RelativeH1([False, True], dtype=dtype)

    def gradient():
        with tf.GradientTape() as tape:
            value = loss(y, found)
        return value, tape.gradient(value, found)

    eager = gradient()
    assert np.all(eager[1][0] == 0)
    assert np.all(np.isfinite(eager[1]))
    if dtype == "float64":
        step = 1e-6 * rng.normal(size=found.shape) * np.array([0, 1])[:, None, None, None]
        ahead, behind = (float(loss(y, found + sign * step)) for sign in (1, -1))
        np.testing.assert_allclose(np.sum(eager[1] * step), (ahead - behind) / 2, rtol=1e-4)
    tolerance = 1e-5 if dtype == "float32" else 1e-12
    for jit_compile in (False, True):
        compiled = tf.function(gradient, jit_compile=jit_compile)()
        for one, other in zip(compiled, eager, strict=True):
            np.testing.assert_allclose(one, other, atol=tolerance)


def test_any_grid_in_one_graph():
    loss = kp.losses.RelativeH1(periodic=True, seminorm=True)
    spec = tf.TensorSpec((None, None, 1))
    compiled = tf.function(loss, input_signature=[spec, spec])
    for points in (16, 24):
        y = tf.constant(wave(1, points), "float32")
        np.testing.assert_allclose(compiled(y, 1.1 * y), 0.1, rtol=1e-4)


def test_a_model_is_trained_with_it_in_physical_units():
    x = np.random.default_rng(0).normal(size=(8, 16, 1))
    y = 100 + 3 * x
    model = kp.models.SurrogateModel(kp.networks.UNet(1, 2, padding="periodic", seed=0))
    model.adapt(x, y)
    model.compile(
        keras.optimizers.SGD(0.0),
        loss=kp.losses.RelativeH1(periodic=True),
        metrics=[kp.metrics.RelativeH1(periodic=True)],
    )
    logs = model.evaluate(x, y, verbose=0, return_dict=True)
    loss = kp.losses.RelativeH1(periodic=True, dtype="float64")
    np.testing.assert_allclose(logs["loss"], loss(y, model.predict(x)), rtol=1e-4)
    assert 0 < logs["relative_h1"] < 1


@pytest.mark.parametrize("part", [kp.losses.RelativeH1, kp.metrics.RelativeH1])
def test_config(part):
    item = part(periodic=(True, False), lengths=(1.0, 2.0), seminorm=True, dtype="float64")
    config = keras.saving.serialize_keras_object(item)
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is part
    assert again.get_config() == item.get_config()
    assert again.lengths == (1.0, 2.0)


@pytest.mark.parametrize("part", [kp.losses.RelativeH1, kp.metrics.RelativeH1])
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"periodic": "yes"}, TypeError),
        ({"periodic": [True] * 4}, ValueError),
        ({"periodic": [True, 1]}, TypeError),
        ({"lengths": 0.0}, ValueError),
        ({"lengths": [1.0, -1.0]}, ValueError),
        ({"lengths": [1.0, 1.0], "periodic": [True]}, ValueError),
        ({"seminorm": 1}, TypeError),
        ({"dtype": "float16"}, ValueError),
        ({"name": 1}, TypeError),
    ],
    ids=str,
)
def test_bad_arguments(part, changes, error):
    with pytest.raises(error, match=next(iter(changes))):
        part(**changes)


def test_bad_fields():
    loss = kp.losses.RelativeH1()
    with pytest.raises(ValueError, match=r"y_pred.*axis by axis"):
        loss(np.ones((2, 8, 1)), np.ones((2, 8)))
    with pytest.raises(ValueError, match=r"\(n, \*grid, channels\)\. Received: \(2, 8\)"):
        loss(np.ones((2, 8)), np.ones((2, 8)))
    with pytest.raises(ValueError, match="2 axes of the grid"):
        kp.losses.RelativeH1(periodic=[True, True])(np.ones((2, 8, 1)), np.ones((2, 8, 1)))
    for wrong in ({"epsilon": -1.0}, {"reduction": "product"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            kp.losses.RelativeH1(**wrong)
