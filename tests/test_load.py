"""Saving and loading of models."""

import zipfile

import keras
import numpy as np
import pytest

import kerasphys as kp
from tests.models.conftest import (
    LINE,
    hill,
    line_model,
    line_points,
    line_problem,
    slope,
    weights_of,
)

X = np.linspace(0.0, 2.0, 9)[:, None]


@pytest.fixture
def model():
    return line_model(compiled=False)


def unregistered_problem(**changes):
    """Two functions that a file can only name."""
    return line_problem(source=lambda x: hill(x), left=lambda x: 1.0 + slope(x), **changes)


def test_training_goes_on_as_if_nothing_had_happened(tmp_path):
    problem, points = line_problem(), line_points()
    straight, stopped = line_model(problem, hard=True), line_model(problem, hard=True)
    straight.fit(points, epochs=6, verbose=0)
    stopped.fit(points, epochs=3, verbose=0)
    stopped.save(tmp_path / "model.keras")
    loaded = kp.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(X), stopped.predict(X))
    history = loaded.fit(epochs=3, verbose=0).history
    np.testing.assert_allclose(weights_of(loaded), weights_of(straight), rtol=1e-14, atol=1e-16)
    assert history["loss"] == pytest.approx(straight.history.history["loss"][3:], rel=1e-13)
    assert loaded.problem.describe() == problem.describe()


def test_a_keras_user_needs_no_loader_of_ours(tmp_path, model):
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def test_without_its_functions_a_model_predicts_and_exports(tmp_path):
    problem = unregistered_problem()
    model = line_model(problem)
    points = line_points(problem)
    model.fit(points, verbose=0)
    model.save(tmp_path / "model.keras")

    bare = kp.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(bare.predict(X), model.predict(X))
    bare.export(tmp_path / "artefact", derivatives="u_x")
    found = kp.load_surrogate(tmp_path / "artefact").derivatives(X)["u_x"]
    np.testing.assert_allclose(found, model.derivatives(X, "u_x")["u_x"], rtol=1e-12)
    for use in (bare.fit, lambda: bare.evaluate(points)):
        with pytest.raises(ValueError, match=r"<lambda>.*kp\.load_model\(path, problem=\.\.\.\)"):
            use()
    with pytest.raises(ValueError, match=r"kp\.load_model\(path, problem=\.\.\.\)"):
        bare.derivatives(X, "equation")

    whole = kp.load_model(tmp_path / "model.keras", problem=problem)
    whole.fit(verbose=0)
    model.fit(verbose=0)
    np.testing.assert_allclose(weights_of(whole), weights_of(model), rtol=1e-14, atol=1e-16)


def test_a_hard_condition_needs_its_function_to_load(tmp_path):
    problem = unregistered_problem()
    model = line_model(problem, hard=True, compiled=False)
    model.save(tmp_path / "model.keras")
    for load in (kp.load_model, keras.saving.load_model):
        with pytest.raises(ValueError, match=r"<lambda>.*kp\.load_model\(path, problem=\.\.\.\)"):
            load(tmp_path / "model.keras")
    loaded = kp.load_model(tmp_path / "model.keras", problem=problem)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert loaded.predict([[0.0]])[0, 0] == 1.0


def test_a_hard_condition_with_registered_values_loads_without_the_others(tmp_path):
    problem = line_problem(source=lambda x: hill(x), left=2.0)
    model = line_model(problem, hard=True, compiled=False)
    model.save(tmp_path / "model.keras")
    loaded = kp.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert loaded.predict([[0.0]])[0, 0] == 2.0


OTHER_LINE = kp.geometry.Interval(0.0, 3.0, "x")


def other(domain=LINE, fields="u", condition="equation", residual=lambda u: u, **kwargs):
    conditions = {
        condition: kp.Residual(residual),
        "left": kp.Dirichlet(u=0.0, on=domain.boundary()),
        "right": kp.Dirichlet(u=0.0, on=domain.boundary()),
    }
    return kp.Problem(domain, fields, conditions, **kwargs)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (other(fields=("u", "v")), r"the fields \('u',\).*\('u', 'v'\)"),
        (other(kp.geometry.Interval(0.0, 2.0, "y")), r"the coordinates \('x',\).*\('y',\)"),
        (other(OTHER_LINE), r"the domain Interval\(0\.0, 2\.0.*Interval\(0\.0, 3\.0"),
        (other(condition="balance"), r"the conditions \('equation', 'left', 'right'\).*'balance'"),
        (
            other(residual=lambda u, k: u - k, parameters={"k": kp.Unknown(1.0)}),
            "the unknown parameters {}.*'k'",
        ),
        (
            other(residual=lambda u, k: u - k, parameters={"k": kp.UnknownField()}),
            r"the fields \('u',\).*\('u', 'k'\)",
        ),
    ],
    ids=["fields", "coordinates", "domain", "conditions", "unknowns", "unknown_fields"],
)
def test_another_problem_is_refused(problem, text, tmp_path, model):
    model.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=f"model.keras: Argument `problem` must be.*{text}"):
        kp.load_model(tmp_path / "model.keras", problem=problem)


def damaged(path, kind):
    content = path.read_bytes()
    if kind == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif kind == "text":
        path.write_text("not a model")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "foreign zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("readme.txt", "hello")
    else:
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w") as archive:
            for name, part in parts.items():
                spoiled = part[:-400] if name.endswith(".h5") else part
                archive.writestr(name, spoiled)


@pytest.mark.parametrize("kind", ["cut", "text", "empty", "foreign zip", "weights cut"])
def test_damaged_files_are_refused_with_their_path(kind, tmp_path, model):
    path = tmp_path / "model.keras"
    model.save(path)
    damaged(path, kind)
    with pytest.raises(ValueError, match=f"Cannot load {path}"):
        kp.load_model(path)


def test_other_models_take_no_problem(tmp_path):
    network = kp.networks.MLP([4], outputs=1)
    network.build((None, 1))
    network.save(tmp_path / "network.keras")
    with pytest.raises(ValueError, match=r"holds a MLP, not a kp\.models\.PINNModel"):
        kp.load_model(tmp_path / "network.keras", problem=line_problem())


def test_bad_arguments(tmp_path, model):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.keras"):
        kp.load_model(tmp_path / "nowhere.keras")
    with pytest.raises(TypeError, match="`path`"):
        kp.load_model(3)
    model.save(tmp_path / "model.keras")
    with pytest.raises(TypeError, match="`problem`"):
        kp.load_model(tmp_path / "model.keras", problem="heat")
