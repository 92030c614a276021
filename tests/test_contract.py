"""The contract that every public component passes: config, save, load, export, one result."""

from __future__ import annotations

import functools
import json
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from tests import components
from tests.optimizers.objectives import MODES, ResidualObjective, variable

PRECISION = {"float32": 1e-6, "float64": 1e-14}
INPUTS = np.random.default_rng(0).uniform(size=(7, 2))


def inputs_of(cls: type, dtype: str = "float32") -> Any:
    """What a layer or network is called with: seven points, unless it takes something else."""
    shapes = components.INPUT_SHAPES.get(cls, INPUTS.shape)
    rng = np.random.default_rng(0)
    if isinstance(shapes, tuple):
        return tf.constant(rng.uniform(size=shapes), dtype)
    if isinstance(shapes, dict):
        return {name: tf.constant(rng.uniform(size=s), dtype) for name, s in shapes.items()}
    return [tf.constant(rng.uniform(size=shape), dtype) for shape in shapes]


def ids(value: object) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


def test_every_public_class_is_tested() -> None:
    expected = set(components.public_classes()) - components.NOT_BUILT_BY_USERS
    missing = {c.__name__ for c in expected if not issubclass(c, BaseException)} - {
        c.__name__ for c in components.recipes()
    }
    # what is loaded from files has no constructor of its own to offer
    assert missing <= {"Surrogate"}


def test_no_recipe_is_left_over() -> None:
    assert set(components.recipes()) <= set(components.public_classes())


@pytest.mark.parametrize(
    ("cls", "argument"),
    [(cls, name) for cls in components.recipes() for name in components.parameters(cls)],
    ids=ids,
)
def test_bad_argument(cls: type, argument: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        components.built(cls, **{argument: object()})
    assert argument in str(caught.value)


CONFIGURABLE = [
    cls
    for cls in components.recipes()
    if hasattr(cls, "from_config") and not issubclass(cls, keras.metrics.Metric)
]


@pytest.mark.parametrize("cls", CONFIGURABLE, ids=ids)
def test_config_round_trip(cls: type) -> None:
    first = components.built(cls)
    config = keras.saving.serialize_keras_object(first)
    name = cls.__name__
    if issubclass(cls, keras.losses.Loss) and hasattr(kp.metrics, name):
        name += "Loss"  # the metric has the other name
    assert config["registered_name"] == f"kerasphys>{name}"
    text = json.dumps(config, allow_nan=False, sort_keys=True)
    second = keras.saving.deserialize_keras_object(json.loads(text))
    again = keras.saving.serialize_keras_object(second)
    assert json.dumps(again, allow_nan=False, sort_keys=True) == text


NETWORKS = components.of_kind(kp.networks.Network)
LAYERS = [cls for cls in components.of_kind(keras.layers.Layer) if not issubclass(cls, keras.Model)]


@pytest.mark.parametrize("dtype", PRECISION)
@pytest.mark.parametrize("cls", LAYERS + NETWORKS, ids=ids)
def test_eager_graph_and_xla_agree(cls: type, dtype: str) -> None:
    component = components.built(cls, dtype=dtype)
    inputs = inputs_of(cls, dtype)
    eager = component(inputs)
    assert eager.dtype == dtype
    shapes = keras.tree.map_structure(lambda tensor: tuple(tensor.shape), inputs)
    assert tuple(eager.shape) == tuple(component.compute_output_shape(shapes))
    for jit_compile in (False, True):
        compiled = tf.function(component, jit_compile=jit_compile)(inputs)
        np.testing.assert_allclose(compiled, eager, rtol=0, atol=PRECISION[dtype])


@pytest.mark.parametrize("dtype", PRECISION)
@pytest.mark.parametrize("cls", LAYERS + NETWORKS, ids=ids)
def test_save_and_load(cls: type, dtype: str, tmp_path) -> None:
    component = components.built(cls, dtype=dtype)
    inputs = inputs_of(cls, dtype)
    model = component
    if not isinstance(component, keras.Model):
        symbols = keras.tree.map_structure(lambda t: keras.Input(t.shape[1:], dtype=dtype), inputs)
        model = keras.Model(symbols, component(symbols))
    before = model(inputs)
    model.save(tmp_path / "model.keras")
    after = keras.saving.load_model(tmp_path / "model.keras")(inputs)
    assert after.dtype == dtype
    np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize("cls", NETWORKS, ids=ids)
def test_network_trains_as_a_plain_keras_model(cls: type, tmp_path) -> None:
    network, inputs = components.built(cls), inputs_of(cls)
    network.compile("adam", loss="mse")
    targets = np.full_like(network(inputs), 0.5)
    history = network.fit(inputs, targets, epochs=3, verbose=0)
    assert np.all(np.isfinite(history.history["loss"]))
    network.export(tmp_path / "saved", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "saved")
    served = loaded.serve(inputs)
    np.testing.assert_allclose(served, network.predict(inputs, verbose=0), atol=1e-6)


@pytest.mark.parametrize("dtype", PRECISION)
def test_pinn_model_agrees_with_itself(dtype: str, tmp_path) -> None:
    weights = {}
    for mode in ("eager", "graph", "xla"):
        model = kp.models.PINNModel(components.network(), components.problem(), dtype=dtype)
        model.compile(
            keras.optimizers.SGD(0.01), run_eagerly=mode == "eager", jit_compile=mode == "xla"
        )
        model.fit(components.points(), epochs=2, verbose=0)
        weights[mode] = np.concatenate([np.ravel(w) for w in model.get_weights()])
        assert weights[mode].dtype == dtype
    tolerance = 10 * PRECISION[dtype]
    np.testing.assert_allclose(weights["graph"], weights["eager"], rtol=0, atol=tolerance)
    np.testing.assert_allclose(weights["xla"], weights["eager"], rtol=0, atol=tolerance)

    model.save(tmp_path / "model.keras")
    loaded = kp.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(INPUTS), model.predict(INPUTS))
    surrogate = kp.load_surrogate(model.export(tmp_path / "saved", derivatives=["u_x", "u_xx"]))
    served = {**surrogate.predict(INPUTS), **surrogate.derivatives(INPUTS)}
    for name, values in model.derivatives(INPUTS, list(served)).items():
        assert served[name].dtype == dtype
        np.testing.assert_allclose(served[name], values, rtol=0, atol=100 * PRECISION[dtype])


@pytest.mark.parametrize("dtype", PRECISION)
@pytest.mark.parametrize("cls", components.of_kind(keras.metrics.Metric), ids=ids)
def test_metric(cls: type, dtype: str) -> None:
    results = []
    for wrap in (lambda f: f, tf.function, lambda f: tf.function(f, jit_compile=True)):
        metric = components.built(cls, dtype=dtype)
        metric = cls.from_config(metric.get_config())

        def update(y, prediction, metric=metric):
            metric.update_state(y, prediction)
            return metric.result()

        update = wrap(update)
        y = inputs_of(cls, dtype)
        for _ in range(2):
            result = update(y, y**2)
        assert result.dtype == dtype
        results.append(float(result))
        metric.reset_state()
        assert float(metric.result()) == 0.0
    np.testing.assert_allclose(results, results[0], rtol=PRECISION[dtype] * 10)


@pytest.mark.parametrize("cls", components.of_kind(kp.optimizers.SecondOrder), ids=ids)
def test_optimizer(cls: type) -> None:
    states = {}
    for mode, wrap in MODES.items():
        optimizer, weights = components.built(cls), variable([[1.0, -0.5, 0.3]])
        objective = ResidualObjective(lambda x: tf.concat([x + x**3, x[:2]], 0), [weights], 5)
        optimizer.build([weights])
        step = wrap(functools.partial(optimizer.step, objective, [weights]))
        losses = [float(step()[0]) for _ in range(5)]
        assert losses[-1] < losses[0]
        if mode == "eager":
            saved, kept = optimizer_state(optimizer), weights.numpy()
            later = [float(step()[0]) for _ in range(3)]
            assign(optimizer, saved)
            weights.assign(kept)
            assert [float(step()[0]) for _ in range(3)] == later  # nothing is held elsewhere
            assign(optimizer, saved)
            weights.assign(kept)
        states[mode] = [weights.numpy(), losses, *optimizer_state(optimizer)]
    for mode in ("graph", "xla"):
        for value, expected in zip(states[mode], states["eager"], strict=True):
            np.testing.assert_allclose(value, expected, rtol=1e-9, atol=1e-12)


def optimizer_state(optimizer: keras.optimizers.Optimizer) -> list[np.ndarray]:
    return [np.array(v) for v in optimizer.variables]


def assign(optimizer: keras.optimizers.Optimizer, values: list[np.ndarray]) -> None:
    for v, value in zip(optimizer.variables, values, strict=True):
        v.assign(value)


@pytest.mark.parametrize("cls", components.of_kind(keras.callbacks.Callback), ids=ids)
def test_callback(cls: type, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    callback = components.built(cls)
    for name in components.parameters(cls):
        assert hasattr(callback, name)  # constructor argument = attribute
    model = kp.models.PINNModel(components.network(), components.problem())
    model.compile("adam", jit_compile=True)
    history = model.fit(components.points(), epochs=2, verbose=0, callbacks=[callback])
    assert len(history.history["loss"]) == 2
