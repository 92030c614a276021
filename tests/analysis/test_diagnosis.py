"""What a `Diagnosis` shows."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import kerasphys as kp
from tests.analysis.conftest import SMALL, SPACE_TIME
from tests.formula import formula_model


@pytest.fixture(scope="module")
def diagnosis():
    conditions = {
        "equation": kp.Residual(lambda u_t, u_x: u_t + u_x),
        "walls": kp.Dirichlet(u=0.0, on=SPACE_TIME.boundary("x"), weight=2.0),
    }
    problem = kp.Problem(SPACE_TIME, "u", conditions)
    model = kp.models.PINNModel(kp.networks.MLP([5], seed=1), problem)
    return kp.diagnose(
        model, reference=lambda x, t: x - t, points=problem.points(equation=300, walls=20), **SMALL
    )


def test_the_table(diagnosis):
    table = diagnosis.table
    assert list(table.index) == ["equation", "walls"]
    state = diagnosis.conditions["walls"]
    row = table.loc["walls"]
    assert (row["points"], row["weight"]) == (20, 2.0)
    assert row["loss"] == pytest.approx(2.0 * row["mean_square"])
    assert row["weighted_gradient"] == pytest.approx(2.0 * row["gradient"])
    assert row["opposed_by"] == "equation"
    assert row["cosine"] == state.cosines["equation"]
    assert row["at"] == f"x = {state.where[0]:.3g}, t = {state.where[1]:.3g}"
    assert np.isnan(row["concentration"])


def test_the_cosines(diagnosis):
    cosines = diagnosis.cosines
    np.testing.assert_array_equal(np.diag(cosines), 1.0)
    np.testing.assert_allclose(cosines, cosines.T, rtol=1e-12)


def test_the_layers(diagnosis):
    table = diagnosis.layer_table
    assert [*zip(table["field"], table["along"], strict=True)] == [("u", "x"), ("u", "t")]
    assert list(table["points"]) == [layer.points for layer in diagnosis.layers]


def test_in_words(diagnosis):
    text = str(diagnosis)
    lines = text.splitlines()
    assert lines[-1] == diagnosis.advice
    assert "relative_l2_u = " in text
    assert f"{diagnosis.conditions['walls'].mean_square:.3g}" in text
    assert "nan" not in text
    assert max(map(len, lines[:-1])) <= 100
    assert repr(diagnosis).startswith(f"Diagnosis(advice={diagnosis.advice!r}, findings=")
    assert len(repr(diagnosis)) < 1000


def test_it_cannot_be_changed(diagnosis):
    with pytest.raises(AttributeError):
        diagnosis.advice = "all is well"


def test_the_picture(diagnosis, tmp_path):
    figure = diagnosis.picture()
    assert isinstance(figure, Figure)
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert titles == [
        "|residual| of equation",
        "u",
        "error of u",
        "mean square residual",
        "gradient norm × loss weight",
    ]
    assert figure.get_suptitle().replace("\n", " ") == diagnosis.advice
    dots = figure.axes[0].lines[0]
    np.testing.assert_array_equal(dots.get_xydata(), diagnosis.points)
    path = diagnosis.save(tmp_path / "pictures" / "diagnosis.png")
    assert path.stat().st_size > 10_000
    with pytest.raises(ValueError, match="`path`"):
        diagnosis.save("diagnosis.docx")


def test_a_picture_of_a_slice_says_where():
    cube = kp.geometry.Box((0.0, 0.0, 0.0), (1.0, 2.0, 3.0))
    problem = kp.Problem(cube, "u", {"zero": kp.Residual(lambda u: u)})
    figure = kp.diagnose(formula_model(problem, lambda x, y, z: x + y), **SMALL).picture()
    assert figure.get_suptitle().endswith("(z = 1.5)")
    assert not figure.axes[0].lines  # points elsewhere are not in the slice


def test_thin_layers_are_marked():
    import tensorflow as tf

    problem = kp.Problem(SPACE_TIME, "u", {"zero": kp.Residual(lambda u: 0 * u)})
    model = formula_model(problem, lambda x, t: tf.tanh((x - 0.25) / 0.01) + t)
    found = kp.diagnose(model, **SMALL)
    (mark,) = found.picture().axes[1].lines
    np.testing.assert_array_equal(mark.get_xydata()[0], found.layers[0].where)
    assert mark.get_xdata()[0] == pytest.approx(0.25, abs=1e-3)
