"""What is exported equals the model."""

import numpy as np
import pytest

import kerasphys as kp
from tests.models.conftest import LINE, line_model

ROD = LINE * kp.geometry.Interval(0.0, 1.0, "t")


def rod_model(**kwargs):
    problem = kp.Problem(
        ROD,
        ("u", "v"),
        {
            "heat": kp.Residual(kp.equations.heat),
            "start": kp.Dirichlet(u=lambda x: np.sin(x), v=0.0, on=ROD.start("t")),
        },
        parameters={"diffusivity": 0.5},
    )
    return kp.models.PINNModel(kp.networks.MLP([8, 8], seed=0), problem, **kwargs)


@pytest.mark.parametrize("hard", [False, True], ids=["soft", "hard"])
def test_fields_and_derivatives_equal_the_models(hard, tmp_path):
    model = rod_model(hard=hard)  # neither compiled nor fitted
    names = ["u_x", "v_t", "u_xx", "laplacian_v", "grad_u"]
    path = model.export(tmp_path / "rod", derivatives=names)
    surrogate = kp.load_surrogate(path)
    points = ROD.sample(50)
    values = surrogate.predict(points)
    expected = model.predict(points)
    for index, field in enumerate(("u", "v")):
        assert values[field].dtype == np.float64
        np.testing.assert_allclose(values[field], expected[:, index], rtol=1e-12, atol=1e-14)
    found, expected = surrogate.derivatives(points), model.derivatives(points, names)
    assert set(found) == set(names)
    for name in names:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-12, atol=1e-13)


def test_the_card(tmp_path):
    model = rod_model()
    path = model.export(
        tmp_path / "rod",
        name="A rod",
        description="It cools.",
        errors={"relative_l2": 1e-3},
        seed=7,
        command="make demo",
    )
    card = kp.load_surrogate(path).card
    assert (card.kind, card.name, card.description) == ("pinn", "A rod", "It cools.")
    assert card.coordinates == (
        {"name": "x", "lower": 0.0, "upper": 2.0},
        {"name": "t", "lower": 0.0, "upper": 1.0},
    )
    assert card.fields == ("u", "v")
    assert card.parameters == {"diffusivity": 0.5}
    assert card.problem == model.problem.describe()
    assert card.errors == {"relative_l2": 1e-3}
    assert (card.seed, card.command) == (7, "make demo")
    assert set(card.signatures) == {"serve"}


def test_in_single_precision(tmp_path):
    model = rod_model(dtype="float32", hard=True)
    surrogate = kp.load_surrogate(model.export(tmp_path / "rod", derivatives=["u_x"]))
    points = ROD.sample(10).astype("float32")
    assert surrogate.predict(points)["u"].dtype == np.float32
    np.testing.assert_allclose(
        surrogate.derivatives(points)["u_x"], model.derivatives(points, "u_x")["u_x"], rtol=1e-5
    )


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["u_y"], r"'u_y' is unknown.*Did you mean"),
        (["diffusivity"], "'diffusivity' is a parameter"),
        (["heat"], "'heat' is unknown"),
        ([3], "`derivatives`"),
    ],
)
def test_names_of_derivatives_are_checked_before_anything_is_written(names, text, tmp_path):
    with pytest.raises((TypeError, ValueError), match=text):
        rod_model().export(tmp_path / "rod", derivatives=names)
    assert not list(tmp_path.iterdir())


def test_an_older_artefact_is_replaced(tmp_path, problem):
    path = tmp_path / "line"
    for bias in (0.0, 1.0):
        model = line_model(problem, compiled=False)
        model.network.dense[-1].bias.assign([bias])
        model.export(path)
    found = kp.load_surrogate(path).predict([[0.5]])["u"]
    np.testing.assert_allclose(found, model.predict([[0.5]])[:, 0], rtol=1e-12)
