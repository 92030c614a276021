import io

import keras
import matplotlib.image
import matplotlib.pyplot as plt
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import kerasphys as kp
from kerasphys.callbacks import FieldImages
from kerasphys.callbacks import field_images as module
from tests.callbacks.conftest import exact, make_model, make_problem, train


def read(log_dir):
    """For each tag the steps of its images and their shapes."""
    events = EventAccumulator(str(log_dir), size_guidance={"tensors": 0}).Reload()
    found = {}
    for tag in events.Tags()["tensors"]:
        for event in events.Tensors(tag):
            width, height, png = tf.make_ndarray(event.tensor_proto)[:3]
            picture = matplotlib.image.imread(io.BytesIO(png))
            assert picture.shape == (int(height), int(width), 3)
            assert picture.std() > 0.01  # not blank
            found.setdefault(tag, []).append((event.step, picture.shape))
    return found


def steps(log_dir):
    return {tag: [step for step, _ in images] for tag, images in read(log_dir).items()}


@pytest.fixture
def drawn(monkeypatch):
    """What is drawn: coordinates, values, reference, name, title."""
    calls = []
    original = module.draw_field

    def spy(*arguments):
        calls.append(arguments)
        return original(*arguments)

    monkeypatch.setattr(module, "draw_field", spy)
    return calls


def test_first_every_second_and_last_epoch(model, tmp_path):
    train(model, [FieldImages(tmp_path, resolution=11, every=2)], epochs=6)
    assert steps(tmp_path) == {"u": [0, 2, 4, 5]}


def test_a_reference_widens_the_picture(problem, tmp_path):
    for name, reference in (("without", None), ("with", exact)):
        images = FieldImages(tmp_path / name, resolution=11, reference=reference)
        train(make_model(problem), [images], epochs=1)
    ((_, narrow),) = read(tmp_path / "without")["u"]
    ((_, wide),) = read(tmp_path / "with")["u"]
    assert wide == (narrow[0], 3 * narrow[1], 3)


def test_values_are_those_of_the_model_on_the_grid(model, tmp_path, drawn):
    train(model, [FieldImages(tmp_path, resolution=7, reference=exact)], epochs=1)
    ((axes, values, expected, name, title),) = drawn
    assert (list(axes), name, title) == (["x", "t"], "u", "epoch 0")
    x, t = np.meshgrid(*axes.values(), indexing="ij")
    predicted = model.predict(np.stack([x.ravel(), t.ravel()], axis=1))[:, 0].reshape(7, 7)
    np.testing.assert_allclose(values, predicted, rtol=1e-13)
    np.testing.assert_array_equal(expected, exact(x, t))


def test_a_slice_is_a_curve(model, tmp_path, drawn):
    images = FieldImages(tmp_path, resolution=9, fixed={"t": 0.5}, reference=exact)
    train(model, [images], epochs=1)
    ((axes, values, expected, _, title),) = drawn
    assert (list(axes), values.shape, title) == (["x"], (9,), "epoch 0, t = 0.5")
    np.testing.assert_array_equal(expected, exact(axes["x"], 0.5))
    points = np.stack([axes["x"], np.full(9, 0.5)], axis=1)
    np.testing.assert_allclose(values, model.predict(points)[:, 0], rtol=1e-13)


def test_three_coordinates_and_a_round_domain(tmp_path, drawn):
    domain = kp.geometry.Disk((0, 0), 1) * kp.geometry.Interval(0, 1, "t")
    problem = kp.Problem(
        domain, fields="u", conditions={"equation": kp.Residual(kp.equations.heat, diffusivity=1)}
    )
    table = kp.Table(axes={"x": [-1.0, 1.0]}, values=[-2.0, 2.0])
    images = FieldImages(tmp_path, resolution=11, fixed={"t": 1.0}, reference=table)
    train(make_model(problem), [images], epochs=1)
    ((axes, values, expected, _, _),) = drawn
    x, y = np.meshgrid(*axes.values(), indexing="ij")
    inside = x**2 + y**2 <= 1 + 1e-12
    np.testing.assert_array_equal(np.isfinite(values), inside)
    np.testing.assert_allclose(expected[inside], 2 * x[inside], atol=1e-14)
    assert steps(tmp_path) == {"u": [0]}


@pytest.mark.parametrize(("field", "tags"), [(None, ["u", "v"]), ("v", ["v"])])
def test_several_fields(tmp_path, field, tags):
    images = FieldImages(tmp_path, resolution=5, field=field)
    train(make_model(make_problem("uv")), [images], epochs=1)
    assert sorted(read(tmp_path)) == tags


def test_beside_keras_own_tensorboard(model, tmp_path):
    board = keras.callbacks.TensorBoard(tmp_path, update_freq=1000, write_graph=False)
    train(model, [board, FieldImages(tmp_path, resolution=5, every=1)], epochs=3)
    assert steps(tmp_path)["u"] == [0, 1, 2]


def test_early_stopping_draws_the_last_epoch(model, tmp_path):
    stop = keras.callbacks.EarlyStopping("loss", mode="min", min_delta=1e9, patience=2)
    train(model, [stop, FieldImages(tmp_path, resolution=5)], epochs=9)
    assert steps(tmp_path) == {"u": [0, 2]}


def test_writers_are_closed_and_pyplot_is_left_alone(model, tmp_path, monkeypatch):
    closed = []
    original = tf.summary.create_file_writer

    def create(path):
        writer = original(path)
        close = writer.close
        monkeypatch.setattr(writer, "close", lambda: (closed.append(path), close()))
        return writer

    monkeypatch.setattr(tf.summary, "create_file_writer", create)
    images = FieldImages(tmp_path, resolution=5)
    train(model, [images], epochs=1)
    train(model, [images], epochs=1)
    assert closed == [str(tmp_path)] * 2
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"log_dir": object()}, TypeError, "log_dir"),
        ({"resolution": object()}, TypeError, "resolution"),
        ({"resolution": 1}, ValueError, "resolution"),
        ({"fixed": object()}, TypeError, "fixed"),
        ({"fixed": {"t": np.nan}}, ValueError, r"fixed\['t'\]"),
        ({"reference": object()}, TypeError, "reference"),
        ({"field": object()}, TypeError, "field"),
        ({"every": object()}, TypeError, "every"),
        ({"every": 0}, ValueError, "every"),
    ],
)
def test_bad_arguments(changes, error, match):
    with pytest.raises(error, match=match):
        FieldImages(**{"log_dir": "logs", **changes})


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"fixed": {"y": 0.0}}, "fixed.*x, t.*'y'"),
        ({"fixed": {"x": 0.0, "t": 0.0}}, "fixed.*one or two"),
        ({"fixed": {"t": 7.0}}, "fixed.*inside the domain"),
        ({"field": "w"}, "field.*u, v.*'w'"),
        ({"reference": exact}, "field.*`reference` is for"),
        ({"reference": lambda x, z: x + z, "field": "u"}, "reference.*names z"),
    ],
)
def test_what_does_not_fit_the_problem(tmp_path, changes, match):
    with pytest.raises(ValueError, match=match):
        train(make_model(make_problem("uv")), [FieldImages(tmp_path, **changes)])
    assert not list(tmp_path.iterdir())


def test_refuses_other_models(tmp_path):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", loss="mse")
    with pytest.raises(TypeError, match=r"draws a kp\.models\.PINNModel"):
        model.fit(np.ones((2, 1)), np.ones((2, 1)), callbacks=[FieldImages(tmp_path)], verbose=0)
