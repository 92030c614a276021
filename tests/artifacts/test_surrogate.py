import dataclasses
import json
import shutil
import warnings

import numpy as np
import pandas
import pytest

from kerasphys.artifacts import Surrogate, load_surrogate, write_artifact
from kerasphys.artifacts.layout import write_manifest
from tests.artifacts.conftest import Cubic


@pytest.fixture(scope="module")
def surrogate(written):
    return load_surrogate(written)


@pytest.fixture
def copy(tmp_path, written):
    return shutil.copytree(written, tmp_path / "copy")


def exact(points):
    x, t = points.T
    return x / 3 + 2 / 7 * x**3 * np.exp(-t)


def test_it_says_what_it_is(surrogate, written):
    assert isinstance(surrogate, Surrogate)
    assert surrogate.coordinates == ("x", "t")
    assert surrogate.fields == ("u", "U")
    assert set(surrogate.signatures) == {"serve", "derivatives"}
    assert surrogate.path == written
    assert "A cubic" in repr(surrogate)
    assert str(written) in repr(surrogate)


def test_predict_keeps_every_digit(surrogate, points):
    result = surrogate.predict(points)
    assert set(result) == {"u", "U"}
    assert result["u"].dtype == np.float64
    np.testing.assert_allclose(result["u"], exact(points), rtol=0, atol=1e-15)
    np.testing.assert_array_equal(surrogate.predict([[1 / 3, 0.0]])["U"], [1 / 3])


def test_a_float32_model_answers_in_float32(tmp_path, card, points):
    cubic = Cubic("float32")
    path = write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights])
    result = load_surrogate(path).predict(points)["u"]
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, exact(points), atol=1e-6)


def test_points_by_name_in_any_order(surrogate, points):
    expected = surrogate.predict(points)["u"]
    columns = {"t": points[:, 1], "x": points[:, 0]}
    np.testing.assert_array_equal(surrogate.predict(columns)["u"], expected)
    np.testing.assert_array_equal(surrogate.predict(pandas.DataFrame(columns))["u"], expected)


def test_a_data_frame_gives_a_data_frame(surrogate, points):
    frame = pandas.DataFrame(points, columns=["x", "t"], index=np.arange(50) * 3)
    found = surrogate.predict(frame[["t", "x"]])
    assert isinstance(found, pandas.DataFrame)
    pandas.testing.assert_index_equal(found.index, frame.index)
    assert list(frame.join(found).columns) == ["x", "t", "u", "U"]
    np.testing.assert_array_equal(found["u"], surrogate.predict(points)["u"])
    found, values = surrogate.derivatives(frame), surrogate.derivatives(points)
    assert set(found.columns) == {"grad_u_1", "grad_u_2", "u_x"}
    np.testing.assert_array_equal(found[["grad_u_1", "grad_u_2"]], values["grad_u"])
    assert surrogate.derivatives(frame.iloc[:0], "u_x").shape == (0, 1)


def test_the_size_of_a_batch_changes_rounding_only(surrogate, points):
    whole = surrogate.derivatives(points)
    for batch_size in (1, 7, 50):
        parts = surrogate.derivatives(points, batch_size=batch_size)
        for name, value in whole.items():
            np.testing.assert_allclose(parts[name], value, rtol=0, atol=1e-15)


def test_no_points_give_empty_arrays(surrogate):
    assert surrogate.predict(np.zeros((0, 2)))["u"].shape == (0,)
    assert surrogate.predict({"x": [], "t": []})["u"].shape == (0,)
    assert surrogate.derivatives(np.zeros((0, 2)))["grad_u"].shape == (0, 2)


def test_derivatives(surrogate, points):
    x, t = points.T
    result = surrogate.derivatives(points)
    assert set(result) == {"u_x", "grad_u"}
    u_x = 1 / 3 + 6 / 7 * x**2 * np.exp(-t)
    np.testing.assert_allclose(result["u_x"], u_x, rtol=1e-15)
    np.testing.assert_array_equal(result["grad_u"][:, 0], result["u_x"])
    assert set(surrogate.derivatives(points, "u_x")) == {"u_x"}
    assert list(surrogate.derivatives(points, ["u_x", "grad_u"])) == ["u_x", "grad_u"]
    with pytest.raises(ValueError, match=r"names.*u_x.*u_xx"):
        surrogate.derivatives(points, ["u_xx"])
    with pytest.raises(TypeError, match="names"):
        surrogate.derivatives(points, 3)


def test_a_model_without_derivatives_says_so(tmp_path, cubic, card, points):
    signatures = {"serve": cubic.signatures["serve"]}
    path = write_artifact(tmp_path / "a", signatures, card, [cubic.weights])
    with pytest.raises(ValueError, match="without derivatives"):
        load_surrogate(path).derivatives(points)


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (np.zeros(2), "points.*columns are x, t"),
        (np.zeros((5, 3)), "points"),
        (np.zeros((5, 1)), "points"),
        ([[0.0, np.nan]], r"points.*index \(0, 1\)"),
        ([[0.0, np.inf]], "points"),
        ([["a", "b"]], "points"),
        (object(), "points"),
        ({"x": [0.0]}, "points.*exactly the columns x, t"),
        ({"x": [0.0], "t": [0.0], "viscosity": [0.1]}, "points.*viscosity"),
        ({"x": [0.0, 1.0], "t": [0.0]}, "points.*one length"),
        ({"x": [[0.0]], "t": [[0.0]]}, r"points\['x'\]"),
        ({"x": 0.0, "t": [0.0]}, r"points\['x'\]"),
        ({"x": [0.0], "t": [np.nan]}, r"points\['t'\]"),
        (pandas.DataFrame({"x": [0.0], "t": ["a"]}), r"points\['t'\]"),
    ],
)
def test_bad_points_are_refused(surrogate, points, text):
    with pytest.raises((TypeError, ValueError), match=text):
        surrogate.predict(points)


@pytest.mark.parametrize(
    ("argument", "value"),
    [("batch_size", 0), ("batch_size", object()), ("verbose", 2), ("verbose", object())],
)
def test_bad_options_are_refused(surrogate, points, argument, value):
    with pytest.raises((TypeError, ValueError), match=argument):
        surrogate.predict(points, **{argument: value})


def test_points_outside_the_range_are_told(surrogate):
    with pytest.warns(UserWarning, match=r"1 of 2 points.*x in \[-1.0, 1.0\].*x = 1.5") as caught:
        surrogate.predict([[0.0, 0.0], [1.5, 0.0]])
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="t = -0.1"):
        surrogate.derivatives([[0.0, -0.1]])


def test_rounding_is_not_outside(tmp_path, cubic, card):
    coordinates = [
        {"name": "x", "lower": 0.1, "upper": 0.7},
        {"name": "t", "lower": None, "upper": 0.3},
    ]
    card = dataclasses.replace(card, coordinates=coordinates)
    path = write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights])
    surrogate = load_surrogate(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        surrogate.predict([[0.1, -1e9], [0.7, 0.1 + 0.2]])
        surrogate.predict(np.array([[0.1, 0.3], [0.7, 0.3]], "float32"))
        surrogate.predict({"x": np.array([0.1, 0.7], "float32"), "t": [0, 0]})
    with pytest.warns(UserWarning, match="outside"):
        surrogate.predict([[0.7 + 1e-9, 0.0]])


def test_a_bar_for_many_batches_only(surrogate, points, capsys):
    surrogate.predict(points, batch_size=3)
    surrogate.predict(points, batch_size=1, verbose=0)
    assert capsys.readouterr().out == ""
    surrogate.predict(points, batch_size=1)
    assert "50/50" in capsys.readouterr().out
    surrogate.predict(points, verbose=1)
    assert "1/1" in capsys.readouterr().out


def flip(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    "name", ["saved_model.pb", "card.json", "variables/variables.data-00000-of-00001"]
)
def test_damage_is_found(copy, name):
    flip(copy / name)
    with pytest.raises(ValueError, match=f"{copy}.*'{name}' was altered"):
        load_surrogate(copy)
    (copy / name).unlink()
    with pytest.raises(ValueError, match=f"{copy}.*'{name}'.*is missing"):
        load_surrogate(copy)


def test_a_foreign_file_is_found(copy):
    (copy / "variables" / "extra").touch()
    with pytest.raises(ValueError, match=f"{copy}.*'variables/extra' is not listed"):
        load_surrogate(copy)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("{", "not valid JSON"), ("[]", "sha256"), ('{"sha256": 3}', "sha256"), ("{}", "sha256")],
)
def test_a_bad_manifest_is_refused(copy, text, reason):
    (copy / "manifest.json").write_text(text)
    with pytest.raises(ValueError, match=reason) as caught:
        load_surrogate(copy)
    assert str(copy / "manifest.json") in str(caught.value)


def alter_card(directory, **changes):
    """A card that was written wrongly: the manifest agrees with it."""
    file = directory / "card.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))
    (directory / "manifest.json").unlink()
    write_manifest(directory)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format_version": 99}, "format_version is 99"),
        ({"errors": {"u_relative_l2": float("nan")}}, "NaN"),
        ({"signatures": {}}, "signatures"),
    ],
)
def test_a_wrong_card_is_refused(copy, changes, reason):
    alter_card(copy, **changes)
    with pytest.raises(ValueError, match=reason) as caught:
        load_surrogate(copy)
    assert str(copy) in str(caught.value)


def test_what_is_no_artefact_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load_surrogate(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"no manifest\.json"):
        load_surrogate(tmp_path)
    (tmp_path / "model.keras").touch()
    with pytest.raises(ValueError, match="it is a file"):
        load_surrogate(tmp_path / "model.keras")
    with pytest.raises(TypeError, match="path"):
        load_surrogate(object())
