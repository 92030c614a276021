import dataclasses
import datetime
import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasphys._files import manifest
from kerasphys.artifacts import load_surrogate, read_card, write_artifact

TENSORFLOW_ALONE = """
import sys
sys.modules["kerasphys"] = None  # an import of it now fails
import numpy as np, tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
points = np.load(sys.argv[2])
assert sorted(model.signatures) == ["derivatives", "serve", "serving_default"]
values = {}
for name, function in model.signatures.items():
    for key, value in function(points=tf.constant(points)).items():
        values[name + "." + key] = value.numpy()
np.savez(sys.argv[3], **values)
"""


def test_tensorflow_alone_loads_it_and_gives_the_same_numbers(tmp_path, written, cubic, points):
    np.save(tmp_path / "points.npy", points)
    arguments = [written, tmp_path / "points.npy", tmp_path / "values.npz"]
    done = subprocess.run(
        [sys.executable, "-c", TENSORFLOW_ALONE, *map(str, arguments)],
        cwd=tmp_path,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    values = np.load(tmp_path / "values.npz")
    x, t = points.T
    expected = x / 3 + 2 / 7 * x**3 * np.exp(-t)
    np.testing.assert_allclose(values["serve.u"], expected, rtol=0, atol=1e-15)
    np.testing.assert_array_equal(values["serving_default.u"], values["serve.u"])
    slope = 1 / 3 + 6 / 7 * x**2 * np.exp(-t)
    np.testing.assert_allclose(values["derivatives.u_x"], slope, rtol=1e-15)
    assert values["derivatives.grad_u"].shape == (50, 2)


def test_the_card_describes_what_was_written(written):
    card = read_card(written)
    points = {"points": {"shape": [None, 2], "dtype": "float64"}}
    assert card.signatures == {
        "serve": {
            "inputs": points,
            "outputs": {key: {"shape": [None], "dtype": "float64"} for key in ("u", "U")},
        },
        "derivatives": {
            "inputs": points,
            "outputs": {
                "u_x": {"shape": [None], "dtype": "float64"},
                "grad_u": {"shape": [None, 2], "dtype": "float64"},
            },
        },
    }
    assert set(card.versions) == {"kerasphys", "tensorflow", "keras", "numpy", "python"}
    assert card.versions["tensorflow"] == tf.__version__
    age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(card.created)
    assert datetime.timedelta(0) <= age + datetime.timedelta(seconds=1) < datetime.timedelta(1)


def test_the_manifest_lists_every_other_file(written):
    listed = json.loads((written / "manifest.json").read_text())["sha256"]
    found = manifest(written)
    del found["manifest.json"]
    assert listed == found
    assert {"card.json", "saved_model.pb", "variables/variables.index"} <= set(listed)


def test_a_given_time_is_kept(tmp_path, cubic, card):
    card = dataclasses.replace(card, created="2026-01-31T12:00:00+00:00")
    write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights])
    assert read_card(tmp_path / "a").created == "2026-01-31T12:00:00+00:00"


def test_a_new_export_replaces_the_old_one(tmp_path, cubic, card):
    path = tmp_path / "a"
    for name in ("first", "second"):
        card = dataclasses.replace(card, name=name)
        assert write_artifact(path, cubic.signatures, card, [cubic.weights]) == path
    assert load_surrogate(path).card.name == "second"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("failing", ["write_json", "write_manifest", "_save"])
def test_a_failed_export_leaves_the_old_one_whole(
    tmp_path, cubic, card, points, monkeypatch, failing
):
    path = write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights])
    before = manifest(path)

    def fail(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"kerasphys.artifacts.writer.{failing}", fail)
    with pytest.raises(KeyboardInterrupt):
        write_artifact(path, cubic.signatures, card, [cubic.weights])
    assert manifest(path) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]
    load_surrogate(path).predict(points)


def test_modules_may_be_resources(tmp_path, card):
    class Scale(tf.Module):
        def __init__(self):
            super().__init__()
            self.factor = tf.Variable(0.1, dtype="float64")

    scale = Scale()

    @tf.function(input_signature=[tf.TensorSpec((None, 2), tf.float64, name="points")])
    def serve(points):
        return {"u": scale.factor * points[:, 0], "U": points[:, 1]}

    path = write_artifact(tmp_path / "a", {"serve": serve}, card, [scale])
    assert load_surrogate(path).predict([[1.0, 0.0]])["u"] == [0.1]


def test_several_inputs(tmp_path, card):
    """An operator network: branch inputs by name, and points."""

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, 3), tf.float32, name="source"),
            tf.TensorSpec((None, 2), tf.float32, name="points"),
        ]
    )
    def serve(a, b):
        values = tf.linalg.matmul(a[:, :2], b, transpose_b=True)
        return {"u": values, "U": values}

    surrogate = load_surrogate(write_artifact(tmp_path / "a", {"serve": serve}, card))
    inputs = surrogate.card.signatures["serve"]["inputs"]
    assert set(inputs) == {"source", "points"}
    result = surrogate.signatures["serve"](source=tf.ones((4, 3)), points=tf.ones((5, 2)))
    assert result["u"].shape == (4, 5)
    with pytest.raises(ValueError, match=r"a mapping with the keys \['points', 'source'\]"):
        surrogate.predict(np.zeros((5, 2)))


def test_writing_says_nothing(tmp_path, cubic, card, capfd):
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("INFO")  # as TensorFlow does in a notebook
    try:
        write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights])
        assert logger.getEffectiveLevel() == 20
    finally:
        logger.setLevel(level)
    assert capfd.readouterr() == ("", "")


def function_of(shape=(None, 2), name="points", result=None):
    @tf.function(input_signature=[tf.TensorSpec(shape, tf.float64, name=name)])
    def serve(points):
        return {"u": points[:, 0], "U": points[:, 1]} if result is None else result(points)

    return serve


@pytest.mark.parametrize(
    ("argument", "signatures"),
    [
        ("serve", dict),
        ("serve", lambda: {"derivatives": function_of()}),
        ("serving_default", lambda: {"serve": function_of(), "serving_default": function_of()}),
        ("ASCII", lambda: {"serve": function_of(), "θ": function_of()}),
        ("ASCII", lambda: {"serve": function_of(name="bad-name")}),
        ("tf.function", lambda: {"serve": lambda points: {"u": points}}),
        ("input_signature", lambda: {"serve": tf.function(lambda points: {"u": points})}),
        ("free", lambda: {"serve": function_of((7, 2))}),
        ("free", lambda: {"serve": function_of(None)}),
        ("dict", lambda: {"serve": function_of(result=lambda points: points[:, 0])}),
        (r"points.*\('x', 't'\)", lambda: {"serve": function_of((None, 3))}),
        (r"fields.*\('u', 'U'\)", lambda: {"serve": function_of(result=lambda p: {"u": p[:, 0]})}),
    ],
)
def test_bad_signatures_are_refused(tmp_path, card, argument, signatures):
    with pytest.raises((TypeError, ValueError), match=argument):
        write_artifact(tmp_path / "a", signatures(), card)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("argument", ["path", "signatures", "card", "resources"])
def test_every_argument_is_checked(tmp_path, cubic, card, argument):
    arguments = {
        "path": tmp_path / "a",
        "signatures": cubic.signatures,
        "card": card,
        "resources": [cubic.weights],
    }
    with pytest.raises((TypeError, ValueError), match=argument):
        write_artifact(**{**arguments, argument: object()})


def test_a_variable_outside_the_resources_is_refused(tmp_path, cubic, card):
    with pytest.raises(ValueError, match="resources"):
        write_artifact(tmp_path / "a", cubic.signatures, card)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_stored_is_refused(tmp_path, cubic, card):
    with pytest.raises(TypeError, match="resources"):
        write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights, np.ones(3)])


def test_the_variable_of_keras_may_be_a_resource(tmp_path, card):
    variable = keras.Variable(0.1, dtype="float64")

    @tf.function(input_signature=[tf.TensorSpec((None, 2), tf.float64, name="points")])
    def serve(points):
        return {"u": variable.value * points[:, 0], "U": points[:, 1]}

    path = write_artifact(tmp_path / "a", {"serve": serve}, card, [variable.value])
    assert load_surrogate(path).predict([[1.0, 0.0]])["u"] == [0.1]


def test_fields_may_have_greek_names(tmp_path, card):
    card = dataclasses.replace(card, fields=["θ"])
    serve = function_of(result=lambda points: {"θ": points[:, 1]})
    surrogate = load_surrogate(write_artifact(tmp_path / "a", {"serve": serve}, card))
    assert surrogate.predict([[0.0, 0.5]])["θ"] == [0.5]
