import numpy as np
import pytest

from kerasphys.plotting import field

X = np.linspace(0.0, 1.0, 5)
T = np.linspace(0.0, 2.0, 4)
U = X[:, None] * np.exp(-T)[None, :]


def test_one_coordinate_gives_a_curve():
    figure = field({"x": X}, X**2, name="v", title="a title")
    (axes,) = figure.axes
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), np.stack([X, X**2], axis=1))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "v")
    assert figure.get_suptitle() == "a title"
    assert figure.dpi == 150


def test_a_reference_adds_the_error_curve():
    left, right = field({"x": X}, X**2, reference=X).axes
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["reference", "u"]
    np.testing.assert_allclose(right.lines[-1].get_ydata(), X**2 - X)


def test_maps_have_the_first_coordinate_across_and_the_second_up():
    figure = field({"x": X, "t": T}, U)
    axes, bar = figure.axes
    mesh = axes.collections[0]
    np.testing.assert_array_equal(mesh.get_array(), U.T)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "t")
    assert bar.get_label() == "<colorbar>"
    figure.canvas.draw()
    assert axes.get_xlim()[1] < axes.get_ylim()[1]


def test_field_and_reference_share_colours_and_the_error_is_symmetric():
    figure = field({"x": X, "t": T}, U + 0.25, reference=U)
    meshes = [axes.collections[0] for axes in figure.axes[:3]]
    assert meshes[0].get_clim() == meshes[1].get_clim() == (U.min(), (U + 0.25).max())
    low, high = meshes[2].get_clim()
    assert low == -high
    assert high >= 0.25
    np.testing.assert_allclose(meshes[2].get_array(), 0.25)
    assert len(figure.axes) == 6  # three with a colour bar each


def test_space_keeps_its_proportions():
    assert field({"x": X, "y": T}, U).axes[0].get_aspect() == 1.0
    assert field({"x": X, "t": T}, U).axes[0].get_aspect() == "auto"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_stays_blank(value):
    values = U.copy()
    values[0, 0] = value
    figure = field({"x": X, "t": T}, values, reference=values)
    mesh = figure.axes[0].collections[0]
    assert np.ma.getmaskarray(mesh.get_array())[0, 0]
    assert np.all(np.isfinite(mesh.get_clim()))
    figure.canvas.draw()


@pytest.mark.parametrize("constant", [0.0, -3.0, 1e9, np.nan])
def test_a_constant_field_can_be_drawn(constant):
    values = np.full(U.shape, constant)
    field({"x": X, "t": T}, values, reference=values).canvas.draw()


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"axes": object()}, TypeError, "axes"),
        ({"axes": {}}, ValueError, "axes"),
        ({"axes": {"x": X, "y": X, "z": X}}, ValueError, "axes"),
        ({"axes": {"x": X[::-1], "t": T}}, ValueError, r"axes\['x'\].*rising"),
        ({"axes": {"x": [0.0, np.nan], "t": T}}, ValueError, r"axes\['x'\].*finite"),
        ({"axes": {1: X, "t": T}}, TypeError, "axes"),
        ({"values": object()}, TypeError, "values"),
        ({"values": U.T}, ValueError, r"values.*\(5, 4\).*\(4, 5\)"),
        ({"values": [[1.0], [1.0, 2.0]]}, ValueError, "values"),
        ({"reference": object()}, TypeError, "reference"),
        ({"reference": U[:, 0]}, ValueError, "reference"),
        ({"name": object()}, TypeError, "name"),
        ({"title": object()}, TypeError, "title"),
    ],
)
def test_bad_arguments(changes, error, match):
    with pytest.raises(error, match=match):
        field(**{"axes": {"x": X, "t": T}, "values": U, **changes})
