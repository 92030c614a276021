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


def scaled_data(n=24, grid=(8, 8)):
    """Two inputs of other magnitudes; the output is a shift of the second, about 1000."""
    x = np.random.default_rng(0).normal(size=(n, *grid, 2)) * [1.0, 50.0] + [0.0, 7.0]
    return x, 1000 + x[..., 1:]


def unet(**kwargs):
    return kp.networks.UNet(**{"depth": 1, "base_channels": 2, "seed": 0, **kwargs})


class TestUnits:
    """Physical units outside, standardised values inside."""

    def test_the_untrained_model_has_the_scale_of_the_data(self):
        x, y = scaled_data()
        found = kp.models.SurrogateModel(unet())
        found.adapt(x, y)
        outputs = found.standardized(x.astype("float32"))
        np.testing.assert_allclose(found.predict(x), y.mean() + y.std() * outputs, rtol=1e-5)

    @pytest.mark.parametrize(
        ("loss", "physical"), [("mae", False), (kp.losses.RelativeL2(), True)], ids=["mae", "l2"]
    )
    def test_losses_and_metrics(self, loss, physical):
        x, y = scaled_data()
        found = kp.models.SurrogateModel(unet(), dtype="float64")
        found.adapt(kp.datasets.Samples(x, y))
        found.compile(keras.optimizers.SGD(0.0), loss=loss, metrics=["mae"])
        logs = found.evaluate(x, y, batch_size=7, verbose=0, return_dict=True)
        error = found.predict(x) - y
        expected = np.mean(np.abs(error)) / y.std()
        if physical:
            norms = [np.linalg.norm(a.reshape(len(y), -1), axis=1) for a in (error, y)]
            expected = np.mean(norms[0] / norms[1])
        np.testing.assert_allclose(logs["loss"], expected, rtol=1e-10)
        np.testing.assert_allclose(logs["mae"], np.mean(np.abs(error)), rtol=1e-6)
        fitted = found.fit(x, y, batch_size=24, verbose=0).history
        np.testing.assert_allclose(fitted["loss"][0], expected, rtol=1e-10)
        np.testing.assert_allclose(fitted["mae"][0], logs["mae"], rtol=1e-6)

    def test_a_dataset_gives_the_same_scale(self):
        x, y = scaled_data()
        models = [kp.models.SurrogateModel(unet()) for _ in range(3)]
        models[0].adapt(x, y)
        models[1].adapt(tf.data.Dataset.from_tensor_slices((x, y)).batch(5))
        models[2].adapt((x, y))
        expected = models[0].predict(x)
        for other in models[1:]:
            np.testing.assert_allclose(other.predict(x), expected, rtol=1e-5)

    def test_inputs_alone(self):
        x, _ = scaled_data()
        found = kp.models.SurrogateModel(unet(outputs=1))
        found.adapt(x)
        np.testing.assert_allclose(found.predict(x), found.standardized(x), rtol=1e-5, atol=1e-6)

    def test_least_squares_see_the_same_loss(self):
        found = model(kp.optimizers.LevenbergMarquardt())
        found.adapt(X, 300 + 1e4 * Y)
        losses = found.fit(X, 300 + 1e4 * Y, steps_per_epoch=30, verbose=0).history["loss"]
        error = np.mean((found.predict(X) - 300 - 1e4 * Y) ** 2)
        assert error < 1e-4 * np.var(1e4 * Y)
        assert losses[0] < 1.0


class TestSteps:
    def test_metrics_take_the_predictions_of_the_step(self):
        calls = []

        class Counted(keras.layers.Layer):
            def call(self, inputs, training=None):
                calls.append(training)
                return inputs

        network = keras.Sequential([keras.Input((1,)), Counted(), keras.layers.Dense(1)])
        found = kp.models.SurrogateModel(network)
        found.compile("sgd", loss="mse", metrics=["mae"], run_eagerly=True)
        found.fit(X, Y, batch_size=40, verbose=0)
        in_steps = [training for training in calls if training is not None]
        assert in_steps == [True]  # one forward pass

    def test_what_does_not_fill_a_batch_is_neither_lost_nor_traced_anew(self):
        traces = []

        def loss(y, prediction):
            traces.append(y.shape)
            return (y - prediction) ** 2

        found = model(keras.optimizers.SGD(0.0), loss=loss, jit_compile=True, steps_per_execution=3)
        history = found.fit(X, Y, batch_size=16, epochs=2, verbose=0).history
        assert traces == [(16, 1)]
        mean = np.mean((found.predict(X) - Y) ** 2)  # of all, though some count twice
        np.testing.assert_allclose(history["loss"], mean, rtol=0.2)
        validated = found.evaluate(X, Y, batch_size=16, verbose=0, return_dict=True)["loss"]
        np.testing.assert_allclose(validated, mean, rtol=1e-12)

    def test_an_epoch_of_some_batches(self):
        found = model(keras.optimizers.SGD(0.0))
        found.fit(X, Y, batch_size=8, steps_per_epoch=13, epochs=2, verbose=0)
        assert int(found.optimizer.iterations) == 26

    def test_batch_normalisation(self):
        x, y = scaled_data()
        found = kp.models.SurrogateModel(unet(norm="batch"))
        found.compile(keras.optimizers.SGD(0.0), loss="mse")
        found.fit(x, y, batch_size=8, verbose=0)
        moving = [v for v in found.network.non_trainable_variables if "mean" in v.path]
        assert moving
        assert all(np.any(np.array(v) != 0) for v in moving)

    def test_a_step_that_is_not_finite_leaves_moving_statistics_alone(self):
        network = keras.Sequential(
            [keras.Input((1,)), keras.layers.BatchNormalization(momentum=0.5),
             keras.layers.Dense(1)]
        )  # fmt: skip
        found = kp.models.SurrogateModel(network)
        found.compile(keras.optimizers.SGD(0.0), loss=lambda y, p: tf.math.log(y) + 0 * p)
        x = np.array([[1.0], [2.0], [np.finfo("float32").max], [1.0]])
        y = np.array([[1.0], [1.0], [-1.0], [-1.0]])
        batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(2)
        with pytest.raises(FloatingPointError, match="condition 'data'"):
            found.fit(batches, verbose=0)
        mean, variance = network.non_trainable_variables
        np.testing.assert_allclose(mean, [0.75])  # of the first batch only
        np.testing.assert_allclose(variance, [0.625])


def test_the_number_of_outputs_comes_from_the_data():
    found = kp.models.SurrogateModel(kp.networks.MLP([4], seed=0))
    found.compile("adam", loss="mse")
    found.fit(X, np.concatenate([Y, Y], axis=1), verbose=0)
    assert found.predict(X).shape == (40, 2)


def test_predictions_do_not_depend_on_the_batches():
    found = model()
    found.build((None, 1))
    expected = found(X).numpy()
    for data in (X, kp.datasets.Samples(X, Y), tf.data.Dataset.from_tensor_slices(X).batch(9)):
        np.testing.assert_allclose(found.predict(data), expected, rtol=1e-14)
    np.testing.assert_allclose(found.predict(X, batch_size=7), expected, rtol=1e-14)


def test_weights_of_a_dataset():
    weights = np.linspace(0, 1, 40)
    found = model(keras.optimizers.SGD(0.0))
    batches = tf.data.Dataset.from_tensor_slices((X, Y, weights)).batch(13)
    logs = found.fit(batches, verbose=0, validation_data=batches).history
    squares = (found.predict(X) - Y)[:, 0] ** 2
    expected = np.sum(weights * squares) / np.sum(weights)
    np.testing.assert_allclose([logs["loss"][0], logs["val_loss"][0]], expected, rtol=1e-12)


class TestBadInput:
    def test_shapes(self):
        x, y = scaled_data()
        found = kp.models.SurrogateModel(unet())
        found.compile("adam", loss="mse")
        found.adapt(x, y)
        one = np.ones
        for changes, match in (
            (dict(x=x[..., :1]), r"`x` must have 2 channels.*\(n, 8, 8, 1\)"),
            (dict(x=x[..., 0]), r"`x` must have 4 axes.*\(n, 8, 8\)"),
            (dict(x=x[:, :4]), r"`y` must have the shape \(n, 4, 8, 1\)"),
            (dict(y=y[..., 0]), r"`y` must have the shape.*nothing is broadcast"),
            (dict(x=[one((8, 8, 2)), one((6, 6, 2))]), "`x` must hold samples of one shape"),
            (dict(x=x[:, :1], y=y[:, :1]), "UNet needs at least 2 points"),
            (dict(validation_data=(x[:, :1], y[:, :1])), "UNet needs at least 2 points"),
            (dict(validation_data=(x, y[..., 0])), "`y` must have the shape"),
            (dict(x={"f": x}), r"`x` must be one array. Received: x=\['f'\]"),
            (dict(batch_size=0), "`batch_size`"),
            (dict(steps_per_epoch=0), "`steps_per_epoch`"),
        ):
            with pytest.raises(ValueError, match=match):
                found.fit(**{"x": x, "y": y, "verbose": 0, **changes})
        assert int(found.optimizer.iterations) == 0
        for bad, match in ((x[..., :1], "2 channels"), ({"f": x}, "one array")):
            with pytest.raises(ValueError, match=match):
                found.predict(bad)
        batches = tf.data.Dataset.from_tensor_slices((x[..., :1], y)).batch(4)
        with pytest.raises(ValueError, match="2 channels"):
            found.fit(batches)

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
        with pytest.raises(ValueError, match="number of its outputs"):
            kp.models.SurrogateModel(kp.networks.MLP([4])).predict(X)
        dense = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        found = kp.models.SurrogateModel(dense, dtype="float64")
        found.compile("adam", loss="mse")
        with pytest.raises(ValueError, match="float32, the model in float64"):
            found.fit(X, Y)
