import numpy as np
import pytest
from matplotlib.colors import LogNorm

from kerasphys.plotting import diagnosis

X = np.linspace(0.0, 1.0, 5)
T = np.linspace(0.0, 2.0, 4)
R = 10.0 ** (-4 * X[:, None] - T[None, :])
BARS = {"mean square": {"walls": {"old": 1e-3, "new": 1e-5}, "equation": {"old": 0.2}}}


def test_maps_of_two_coordinates():
    points = np.array([[0.1, 0.2], [0.3, 1.9]])
    figure = diagnosis(
        {"x": X, "t": T},
        {"equation": -R},
        {"u": R},
        {"u": R - 0.5},
        points=points,
        places={"u": [0.5, 1.0]},
        title="advice",
    )
    panels = [axes for axes in figure.axes if axes.get_title()]
    assert [axes.get_title() for axes in panels] == ["|residual| of equation", "u", "error of u"]
    residual, field, error = (axes.collections[0] for axes in panels)
    assert isinstance(residual.norm, LogNorm)
    assert residual.norm.vmax == R.max()
    low = np.percentile(R, 2)
    np.testing.assert_array_equal(residual.get_array(), np.maximum(R, low).T)
    assert (field.norm.vmin, field.norm.vmax) == (R.min(), R.max())
    assert (error.norm.vmin, error.norm.vmax) == (-0.5, 0.5)
    np.testing.assert_array_equal(panels[0].lines[0].get_xydata(), points)
    np.testing.assert_array_equal(panels[1].lines[0].get_xydata(), [[0.5, 1.0]])
    assert not panels[2].lines
    assert figure.get_suptitle() == "advice"
    figure.canvas.draw()


def test_curves_of_one_coordinate():
    figure = diagnosis(
        {"x": X},
        {"equation": X - 0.5},
        {"u": X},
        {"u": X - 0.2},
        points=[[0.1], [0.9]],
        places={"u": [0.4]},
    )
    residual, field, error = figure.axes
    np.testing.assert_array_equal(residual.lines[0].get_ydata(), [0.5, 0.25, np.nan, 0.25, 0.5])
    assert residual.get_yscale() == "log"
    np.testing.assert_array_equal(residual.lines[1].get_xdata(), [0.1, 0.9])
    np.testing.assert_array_equal(field.lines[0].get_ydata(), X)
    np.testing.assert_array_equal(field.lines[1].get_xdata(), [0.4, 0.4])
    np.testing.assert_array_equal(error.lines[-1].get_ydata(), X - 0.2)
    figure.canvas.draw()


def test_bars():
    figure = diagnosis({"x": X}, {}, bars=BARS)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["walls", "equation"]
    assert [bar.get_width() for bar in axes.patches] == [1e-3, 0.2, 1e-5]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["old", "new"]
    assert axes.get_xscale() == "log"
    assert axes.get_xlim() == pytest.approx((1e-6, 1.0))
    assert axes.yaxis_inverted()
    figure.canvas.draw()


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_bars_without_length(value):
    figure = diagnosis({"x": X}, {}, bars={"gradient": {"walls": {"": value}}})
    assert not figure.axes[0].patches
    assert figure.axes[0].get_legend() is None
    figure.canvas.draw()


@pytest.mark.parametrize("axes", [{"x": X}, {"x": X, "t": T}])
@pytest.mark.parametrize("value", [0.0, np.nan, 1e-300])
def test_residuals_without_a_scale(axes, value):
    shape = tuple(len(points) for points in axes.values())
    same = np.full(shape, value)
    diagnosis(axes, {"equation": same}, {"u": same}, {"u": same}).canvas.draw()


@pytest.mark.parametrize(
    ("residuals", "fields", "rows"),
    [
        (1, 0, [1, 1]),
        (1, 2, [3, 1]),
        (2, 2, [2, 2, 1]),
        (4, 0, [2, 2, 1]),
        (0, 5, [3, 2, 1]),
        (7, 1, [3, 2, 2, 1, 1]),
    ],
)
def test_panels_come_in_rows(residuals, fields, rows):
    maps = [{f"name_{n}": X for n in range(count)} for count in (residuals, fields)]
    figure = diagnosis({"x": X}, *maps, bars=BARS)
    assert [len(row.axes) for row in figure.subfigs] == rows


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"axes": object()}, TypeError, "axes"),
        ({"axes": {"x": X[::-1]}}, ValueError, r"axes\['x'\]"),
        ({"residuals": object()}, TypeError, "residuals"),
        ({"residuals": {}}, ValueError, "residuals"),
        ({"residuals": {"a": X[:-1]}}, ValueError, r"residuals\['a'\].*the grid of x"),
        ({"fields": {"u": R}}, ValueError, r"fields\['u'\]"),
        ({"errors": 1.0}, TypeError, "errors"),
        ({"points": X}, ValueError, "points"),
        ({"places": X}, TypeError, "places"),
        ({"places": {"u": [0.1, 0.2]}}, ValueError, r"places\['u'\]"),
        ({"bars": 1.0}, TypeError, "bars"),
        ({"bars": {"gradient": {}}}, TypeError, r"bars\['gradient'\]"),
        ({"bars": {"gradient": {"walls": 1.0}}}, TypeError, r"bars\['gradient'\]\['walls'\]"),
        ({"bars": {"gradient": {"walls": {"old": "1"}}}}, TypeError, r"\['walls'\]\['old'\]"),
        ({"title": 1.0}, TypeError, "title"),
    ],
)
def test_bad_arguments(changes, error, match):
    with pytest.raises(error, match=match):
        diagnosis(**{"axes": {"x": X}, "residuals": {"equation": X}, **changes})
