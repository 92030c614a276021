import keras
import numpy as np
import pytest

import kerasphys as kp
from kerasphys.metrics import RelativeL2


@pytest.mark.parametrize(("dtype", "rtol"), [("float32", 1e-6), ("float64", 1e-15)])
def test_batches_of_any_size_give_the_error_of_the_whole(rng, dtype, rtol):
    y, prediction = rng.normal(size=(2, 30, 4, 2))
    expected = kp.solvers.relative_l2(prediction, y)
    for cuts in ([], [1], [7, 8, 22]):
        metric = RelativeL2(dtype=dtype)
        for a, b in zip(np.split(y, cuts), np.split(prediction, cuts), strict=True):
            metric.update_state(a, b)
        assert metric.result().dtype == dtype
        np.testing.assert_allclose(metric.result(), expected, rtol=rtol)


def test_keeps_float64():
    metric = RelativeL2(dtype="float64")
    metric.update_state(np.array([1.0]), np.array([1.0 + 1e-12]))
    np.testing.assert_allclose(metric.result(), 1e-12, rtol=1e-3)


def test_weights_multiply_squares(rng):
    y, prediction = rng.normal(size=(2, 6, 3))
    weights = rng.uniform(size=6)
    metric = RelativeL2(dtype="float64")
    metric.update_state(y, prediction, sample_weight=weights)
    root = np.sqrt(weights)[:, None]
    np.testing.assert_allclose(metric.result(), kp.solvers.relative_l2(root * prediction, root * y))
    each = RelativeL2(dtype="float64")
    each.update_state(y, prediction, sample_weight=np.tile(weights[:, None], 3))
    np.testing.assert_allclose(each.result(), metric.result())


def test_zero_before_the_first_batch_and_infinite_without_a_reference():
    metric = RelativeL2()
    assert metric.result() == 0.0
    metric.update_state([0.0], [0.0])
    assert metric.result() == 0.0
    metric.update_state([0.0], [1.0])
    assert metric.result() == np.inf
    metric.reset_state()
    assert metric.result() == 0.0


def test_config_round_trip():
    config = keras.saving.serialize_keras_object(RelativeL2(name="error", dtype="float64"))
    assert config["registered_name"] == "kerasphys>RelativeL2"
    again = keras.saving.deserialize_keras_object(config)
    assert (again.name, again.dtype) == ("error", "float64")
    assert RelativeL2().name == "relative_l2"


def test_in_compile_and_monitored_without_a_mode(rng):
    x = rng.normal(size=(20, 2))
    y = x[:, :1] + 1
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", loss="mse", metrics=[RelativeL2()])
    stop = keras.callbacks.EarlyStopping(monitor="val_relative_l2", patience=5)
    logs = model.fit(
        x, y, epochs=3, batch_size=7, validation_data=(x, y), callbacks=[stop], verbose=0
    ).history
    expected = kp.solvers.relative_l2(model.predict(x, verbose=0), y)
    np.testing.assert_allclose(logs["val_relative_l2"][-1], expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (([1.0], [[1.0]]), "y_pred"),
        (([[1.0]], [1.0]), "y_pred"),
        (([1.0, 2.0], [1.0]), "y_pred"),
        (([1.0, 2.0], [1.0, 2.0], [1.0]), "sample_weight"),
        (([1.0, 2.0], [1.0, 2.0], [[1.0, 2.0]]), "sample_weight"),
    ],
)
def test_nothing_is_broadcast(arguments, match):
    with pytest.raises(ValueError, match=match):
        RelativeL2().update_state(*arguments)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"name": object()}, TypeError),
        ({"name": ""}, ValueError),
        ({"dtype": object()}, ValueError),
        ({"dtype": "int32"}, ValueError),
    ],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error, match=next(iter(arguments))):
        RelativeL2(**arguments)
