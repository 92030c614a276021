"""Networks trained on data."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp

X = np.linspace(-1, 1, 40)[:, None]
Y = np.sin(3 * X)


def model(optimizer="adam", loss="mse", dtype="float64", **kwargs) -> kp.models.SurrogateModel:
    network = kp.networks.MLP([6, 6], outputs=1, seed=0)
    found = kp.models.SurrogateModel(network, dtype=dtype)
    found.compile(optimizer, loss=loss, **kwargs)
    return found


@pytest.mark.parametrize("name", ["LBFGS", "BFGS", "SSBFGS", "SSBroyden", "LevenbergMarquardt"])
def test_second_order_regression(name):
    found = model(getattr(kp.optimizers, name)(), jit_compile=True, steps_per_execution=20)
    found.fit(X, Y, epochs=4, steps_per_epoch=20, verbose=0)
    assert np.sqrt(np.mean((found.predict(X) - Y) ** 2)) < 2e-2


def test_deeponet_with_two_inputs():
    """Branch and trunk as any Keras model: the antiderivative of `a x + b`."""
    a, b = np.random.default_rng(0).uniform(-1, 1, size=(2, 30, 1))
    sensors = np.linspace(0, 1, 5)
    places = np.random.default_rng(1).uniform(size=(30, 1))
    branch, trunk = keras.Input((5,), name="u"), keras.Input((1,), name="x")

    def dense(units, activation):
        start = keras.initializers.GlorotNormal(units)
        return keras.layers.Dense(units, activation, kernel_initializer=start)

    features = [dense(8, "tanh")(dense(9, "tanh")(inputs)) for inputs in (branch, trunk)]
    network = keras.Model([branch, trunk], keras.layers.Dot(1)(features))
    found = kp.models.SurrogateModel(network, dtype="float32")
    found.compile(kp.optimizers.LBFGS(), loss="mse", jit_compile=True, steps_per_execution=50)
    inputs = {"u": a * sensors + b, "x": places}
    outputs = a * places**2 / 2 + b * places
    losses = found.fit(inputs, outputs, epochs=4, steps_per_epoch=50, verbose=0).history["loss"]
    assert losses[-1] < 1e-3 * np.mean(outputs**2)


def test_precision_is_the_models_own():
    found = model()
    found.fit(X, Y, verbose=0)
    assert found.predict([[1 / 3]]).dtype == "float64"
    np.testing.assert_allclose(
        found.predict([[1 / 3]]), found(tf.constant([[1 / 3]], "float64")), rtol=1e-15
    )
    loss = found.evaluate(X, Y, verbose=0, return_dict=True)["loss"]
    np.testing.assert_allclose(loss, np.mean((found.predict(X) - Y) ** 2), rtol=1e-12)


def test_losses_metrics_and_weights():
    found = model(loss=keras.losses.Huber(), metrics=[kp.metrics.RelativeL2(dtype="float64")])
    history = found.fit(X, Y, epochs=2, validation_data=(X, Y), verbose=0).history
    assert {"loss", "relative_l2", "val_loss", "val_relative_l2"} <= set(history)
    expected = np.linalg.norm(found.predict(X) - Y) / np.linalg.norm(Y)
    np.testing.assert_allclose(history["val_relative_l2"][-1], expected, rtol=1e-9)


def test_mini_batches_for_adam_only():
    assert len(model().fit(X, Y, batch_size=8, epochs=2, verbose=0).history["loss"]) == 2
    with pytest.warns(UserWarning, match="mini-batches"):
        model(kp.optimizers.LBFGS()).fit(X, Y, batch_size=8, verbose=0)


def test_saved_and_continued(tmp_path):
    found = model(kp.optimizers.SSBroyden())
    found.fit(X, Y, epochs=2, steps_per_epoch=5, verbose=0)
    found.save(tmp_path / "model.keras")
    loaded = kp.load_model(tmp_path / "model.keras")
    for one in (found, loaded):
        one.fit(X, Y, steps_per_epoch=5, verbose=0)
    np.testing.assert_array_equal(found.predict(X), loaded.predict(X))


class TestBadInput:
    def test_arrays(self):
        with pytest.raises(ValueError, match="as many samples"):
            model().fit(X, Y[:-1])
        with pytest.raises(ValueError, match=r"`y` must be finite everywhere.*nan at index"):
            model().fit(X, np.where(X > 0.9, np.nan, Y))
        with pytest.raises(ValueError, match="`y` must be"):
            model().fit(X)
        with pytest.raises(TypeError, match="`x` must be"):
            model().fit("x", Y)

    def test_no_loss(self):
        found = kp.models.SurrogateModel(kp.networks.MLP([4], outputs=1))
        found.compile("adam")
        with pytest.raises(ValueError, match="compiled with a loss"):
            found.fit(X, Y)

    def test_least_squares_needs_squares(self):
        with pytest.raises(ValueError, match="loss='mse'"):
            model(kp.optimizers.LevenbergMarquardt(), loss="mae").fit(X, Y, verbose=0)

    def test_networks(self):
        with pytest.raises(ValueError, match="`outputs`"):
            kp.models.SurrogateModel(kp.networks.MLP([4]))
        dense = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        found = kp.models.SurrogateModel(dense, dtype="float64")
        found.compile("adam", loss="mse")
        with pytest.raises(ValueError, match="float32, the model in float64"):
            found.fit(X, Y)
