"""Models of operators: functions at common points, at points of each, and aligned pairs."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.datasets import Samples
from kerasphys.models import array_data, sample_layout

DATA = kp.datasets.antiderivative(40, sensors=8, validation=6, test=6, points=5, seed=0)
COMMON = DATA.train


def per_sample(common=COMMON):
    n, p, _ = common.outputs.shape
    return Samples(common.inputs, common.outputs, np.broadcast_to(common.points, (n, p, 1)))


def aligned(common=COMMON):
    n, p, _ = common.outputs.shape
    inputs = {"u": np.repeat(common.inputs["u"], p, axis=0)}
    return Samples(inputs, common.outputs.reshape(n * p, 1), np.tile(common.points, (n, 1)))


LAYOUTS = {"common": COMMON, "per_sample": per_sample(), "aligned": aligned()}


def network():
    return kp.networks.DeepONet(kp.networks.MLP([6], seed=0), kp.networks.MLP([6], seed=1), 4)


def model(optimizer="adam", dtype="float64", **kwargs):
    found = kp.models.SurrogateModel(network(), dtype=dtype)
    found.adapt(COMMON)
    found.compile(optimizer, loss="mse", metrics=[kp.metrics.RelativeL2(dtype=dtype)], **kwargs)
    return found


@pytest.mark.parametrize("optimizer", ["Adam", "LevenbergMarquardt"])
def test_the_layouts_are_one_loss(optimizer):
    """The same pairs in another layout: the same steps."""
    losses = []
    for data in LAYOUTS.values():
        rule = getattr(kp.optimizers, optimizer, keras.optimizers.Adam)()
        found = model(rule)
        before = found.evaluate(data, verbose=0, return_dict=True)["loss"]
        after = found.fit(data, batch_size=len(data), epochs=3, verbose=0).history["loss"]
        losses.append([before, *after])
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-9)
    np.testing.assert_allclose(losses[2], losses[0], rtol=1e-9)
    assert losses[0][-1] < losses[0][0]


def test_metrics_and_predictions_are_in_physical_units():
    found = model()
    prediction = found.predict(DATA.test)
    gap = np.linalg.norm(prediction - DATA.test.outputs)
    expected = gap / np.linalg.norm(DATA.test.outputs)
    for size in (6, 4):
        got = found.evaluate(DATA.test, batch_size=size, verbose=0, return_dict=True)
        assert got["relative_l2"] == pytest.approx(expected, rel=1e-12)


def test_points_see_a_box_and_functions_their_deviation():
    found = kp.models.SurrogateModel(network(), dtype="float64")
    found.adapt(COMMON)
    scaled = found.input_scaling({"u": COMMON.inputs["u"], "points": COMMON.points})
    np.testing.assert_allclose(scaled["points"][:, 0], np.linspace(-1, 1, 5), atol=1e-14)
    np.testing.assert_allclose(np.std(scaled["u"], axis=0), 1)
    found.adapt(COMMON, bounds=([-1.0], [3.0]))
    np.testing.assert_allclose(found.input_scaling.box, [[-1], [3]])
    for bounds, reason in (
        (([0.0], [0.0]), "each lower end below"),
        (([0.0, 0.0], [1.0, 1.0]), "shape"),
        (3, "box of the points"),
    ):
        with pytest.raises((TypeError, ValueError), match=reason):
            found.adapt(COMMON, bounds=bounds)
    plain = kp.models.SurrogateModel(kp.networks.MLP([3]))
    with pytest.raises(ValueError, match="no points"):
        plain.adapt(np.ones((3, 1)), np.ones((3, 1)), bounds=([0.0], [1.0]))


@pytest.mark.parametrize("layout", ["common", "per_sample"])
def test_batches_of_functions_and_points_are_fair(layout):
    """Every function and every point comes as often as the others, in all pairs alike."""
    n, p = COMMON.outputs.shape[:2]
    number = np.arange(n * p, dtype=float).reshape(n, p, 1)
    data = Samples({"u": number[:, 0]}, number, LAYOUTS[layout].points)
    arrays = array_data.to_tensors("x", data.x, "float64"), tf.constant(number)
    seen = np.zeros((n, p))
    steps = 700  # a multiple of the batches of functions and of points
    for x, y in array_data.training_batches(arrays, 4, 0, steps, points=2):
        assert (y.shape, x["points"].shape[-2:]) == ((4, 2, 1), (2, 1))
        rows, columns = np.divmod(y[..., 0].numpy().astype(int), p)
        np.testing.assert_array_equal(x["u"][:, 0] // p, rows[:, 0])
        known = data.points if layout == "common" else data.points[0]
        points = x["points"] if layout == "common" else x["points"][0]
        np.testing.assert_array_equal(points, known[columns[0]])
        np.add.at(seen, (rows, columns), 1)
    np.testing.assert_array_equal(seen.sum(0), seen.sum(0)[0])
    np.testing.assert_array_equal(seen.sum(1), seen.sum(1)[0])
    expected = steps * 8 / (n * p)
    assert np.max(np.abs(seen - expected)) < 4.5 * np.sqrt(expected)


def test_some_samples_at_some_points():
    rows, columns = [3, 1], [4, 0]
    for name in ("common", "per_sample"):
        data = LAYOUTS[name]
        arrays = array_data.to_tensors("x", data.x, "float64"), tf.constant(data.outputs)
        x, y = sample_layout.take(arrays, rows, columns)
        np.testing.assert_array_equal(x["u"], data.inputs["u"][rows])
        np.testing.assert_array_equal(y, data.outputs[rows][:, columns])
        np.testing.assert_array_equal(x["points"][..., 0] + np.zeros((2, 1)), [[1.0, 0.0]] * 2)
        whole, _ = sample_layout.take(arrays, columns=columns)
        np.testing.assert_array_equal(whole["u"], data.inputs["u"])
    (plain,) = sample_layout.take((tf.range(5),), rows)
    np.testing.assert_array_equal(plain, rows)


def test_points_per_batch_in_fit():
    found = model()
    found.fit(COMMON, batch_size=4, points_per_batch=2, epochs=2, verbose=0)
    again = model()
    again.fit(COMMON, batch_size=4, points_per_batch=2, epochs=2, verbose=0)
    np.testing.assert_array_equal(again.predict(DATA.test), found.predict(DATA.test))
    found.fit(COMMON, points_per_batch=5, verbose=0)  # all of them
    with pytest.raises(ValueError, match="at most 5, the points"):
        found.fit(COMMON, points_per_batch=6)
    dataset = tf.data.Dataset.from_tensors((COMMON.x, COMMON.outputs))
    with pytest.raises(ValueError, match="have their points already"):
        found.fit(dataset, points_per_batch=2)


def test_batches_of_the_users_own():
    found = model()
    expected = found.evaluate(COMMON, batch_size=28, verbose=0)
    data = tf.data.Dataset.from_tensors((COMMON.x, COMMON.outputs))
    np.testing.assert_allclose(found.evaluate(data, verbose=0), expected, rtol=1e-12)
    found.fit(data, validation_data=DATA.validation, epochs=2, verbose=0)
    np.testing.assert_allclose(
        found.predict(tf.data.Dataset.from_tensors((COMMON.x,))), found.predict(COMMON.x)
    )


def test_many_points_are_predicted_in_blocks(monkeypatch):
    found = model()
    x = {"u": DATA.test.inputs["u"], "points": np.linspace(0, 1, 11)[:, None]}
    expected = found.predict(x)
    monkeypatch.setattr("kerasphys.models.supervised_model.POINTS_AT_ONCE", 4)
    np.testing.assert_allclose(found.predict(x, batch_size=4), expected, rtol=1e-13)
    inputs = array_data.to_tensors("x", x, "float64")
    blocks = list(sample_layout.blocks_of_points(inputs, 4))
    assert [(len(block["points"]), new) for block, new in blocks] == [(4, 4), (4, 4), (4, 3)]


def test_compiled_steps_are_eager_steps():
    x = tf.nest.map_structure(lambda array: tf.constant(array, "float32"), DATA.test.x)
    found = model(dtype="float32")
    for jit_compile in (False, True):
        compiled = tf.function(found, jit_compile=jit_compile)(x)
        np.testing.assert_allclose(compiled, found(x), atol=1e-6)


@pytest.mark.parametrize("kind", ["deeponet", "pod", "mionet"])
def test_files_and_artefacts_compute_the_same(tmp_path, kind, rng):
    fields = ["s", "v"]
    outputs = np.concatenate([COMMON.outputs, 3 - COMMON.outputs**2], axis=-1)
    inputs = {**COMMON.inputs, "g": rng.normal(size=(28, 3))} if kind == "mionet" else COMMON.inputs
    data = Samples(inputs, outputs, COMMON.points)
    parts = {
        "deeponet": network,
        "pod": lambda: kp.networks.PODDeepONet(kp.networks.MLP([6], seed=0), energy=0.99),
        "mionet": lambda: kp.networks.MIONet(
            {"u": kp.networks.MLP([6], seed=0), "g": kp.networks.MLP([6], seed=1)},
            kp.networks.MLP([6], seed=2),
            basis=4,
        ),
    }
    found = kp.models.SurrogateModel(parts[kind](), dtype="float64")
    found.adapt(data)
    found.compile("adam", loss=kp.losses.RelativeL2(), jit_compile=True)
    found.fit(data, verbose=0)
    expected = found.predict(data)
    found.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(kp.load_model(tmp_path / "model.keras").predict(data), expected)

    found.export(tmp_path / "a", coordinates=DATA.coordinates, fields=fields)
    surrogate = kp.load_surrogate(tmp_path / "a")
    assert surrogate.fields == ("s", "v")
    served = surrogate.predict(data.x, batch_size=10)
    for channel, field in enumerate(fields):
        np.testing.assert_allclose(served[field], expected[..., channel], atol=1e-13)
    with pytest.warns(UserWarning, match="x = 2.0"):
        surrogate.predict({**data.inputs, "points": {"x": [0.5, 2.0]}})
    with pytest.raises(ValueError, match="`points` must be a mapping with the keys"):
        surrogate.predict(COMMON.points)
    with pytest.raises(ValueError, match=r"`u` must be an array of real numbers of shape \(n, 8\)"):
        surrogate.predict({**data.x, "u": np.ones((2, 7))})


def test_served_in_blocks_of_points(tmp_path, monkeypatch):
    found = model(dtype="float32")
    surrogate = kp.load_surrogate(found.export(tmp_path / "a", fields="s"))
    assert surrogate.card.coordinates == ({"name": "x", "lower": 0.0, "upper": 1.0},)
    expected = surrogate.predict(DATA.test.x)["s"]
    monkeypatch.setattr("kerasphys.artifacts.operator_arrays.POINTS_AT_ONCE", 2)
    np.testing.assert_allclose(surrogate.predict(DATA.test.x)["s"], expected, atol=1e-6)
    time = {"name": "t", "lower": 0.0, "upper": 1.0}
    with pytest.raises(ValueError, match="1, one for each column of the points"):
        found.export(tmp_path / "b", coordinates=[*DATA.coordinates, time])


def test_modes_need_common_points():
    found = kp.models.SurrogateModel(kp.networks.PODDeepONet(kp.networks.MLP([4]), modes=2))
    for data in (per_sample(), COMMON.x):
        with pytest.raises(ValueError, match="common to all samples"):
            found.adapt(data)


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        ({"u": np.ones((2, 8)), "points": np.ones((5, 1))}, np.ones((2, 4, 1)), "a point for each"),
        ({"u": np.ones((2, 7)), "points": np.ones((5, 1))}, np.ones((2, 5, 1)), "must have 8"),
        ({"u": np.ones((2, 8)), "points": np.ones((5, 2))}, np.ones((2, 5, 1)), "must have 1"),
        ({"v": np.ones((2, 8)), "points": np.ones((5, 1))}, np.ones((2, 5, 1)), "a dict of arrays"),
        ({"u": np.ones((2, 8)), "points": np.ones((5, 1))}, np.ones((3, 5, 1)), "as many samples"),
        ({"u": np.ones((2, 8)), "points": [[np.nan]]}, np.ones((2, 1, 1)), "must be finite"),
        (np.ones((2, 8)), np.ones((2, 5, 1)), "a dict of arrays"),
    ],
    ids=["points", "sensors", "coordinates", "names", "samples", "nan", "array"],
)
def test_data_that_do_not_fit(x, y, reason):
    with pytest.raises(ValueError, match=reason):
        model().fit(x, y)
