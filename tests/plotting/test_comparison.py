import numpy as np
import pytest

from kerasphys.plotting import comparison

X = np.linspace(0.0, 1.0, 11)


def test_every_method_has_a_line_of_its_own():
    curves = {"closed form": X**2, "central": X**3, "Chebyshev": ([0.0, 0.5], [1.0, 2.0])}
    figure = comparison(X, curves, xlabel="x / l", ylabel="u(x)", title="three methods")
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(curves)
    assert len({line.get_linestyle() for line in axes.lines}) == 3
    assert len({line.get_color() for line in axes.lines}) == 3
    np.testing.assert_array_equal(axes.lines[1].get_xydata(), np.stack([X, X**3], axis=1))
    np.testing.assert_array_equal(axes.lines[2].get_xydata(), [[0.0, 1.0], [0.5, 2.0]])
    assert [line.get_marker() for line in axes.lines] == ["None", "None", "o"]
    labels = (axes.get_xlabel(), axes.get_ylabel(), axes.get_title())
    assert labels == ("x / l", "u(x)", "three methods")
    figure.canvas.draw()


def test_line_styles_can_be_chosen():
    axes = comparison(X, {"a": X, "b": X}, linestyles={"b": ":"}).axes[0]
    assert [line.get_linestyle() for line in axes.lines] == ["-", ":"]


def test_logarithmic_scales():
    curves = {"errors": (X[1:], X[1:] ** 2)}
    axes = comparison(X[1:], curves, xscale="log", yscale="log").axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    axes = comparison(X, {"errors": X}).axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "linear")


def test_marks_without_a_line():
    line = comparison(X, {"measured": X}, linestyles={"measured": "o"}).axes[0].lines[0]
    assert (line.get_linestyle(), line.get_marker()) == ("None", "o")


def test_a_pair_of_numbers_is_a_curve_on_the_common_points():
    axes = comparison([0.0, 1.0], {"a": (3.0, 4.0)}).axes[0]
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), [3.0, 4.0])


def test_more_methods_than_colours():
    axes = comparison(X, {f"method {n}": n * X for n in range(20)}).axes[0]
    looks = [(line.get_color(), line.get_linestyle()) for line in axes.lines]
    assert len(set(looks)) == 20


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"x": object()}, TypeError, "x"),
        ({"x": [[0.0]]}, ValueError, "x"),
        ({"curves": object()}, TypeError, "curves"),
        ({"curves": {}}, ValueError, "curves"),
        ({"curves": {1: X}}, TypeError, "curves"),
        ({"curves": {"a": X[:-1]}}, ValueError, r"curves\['a'\].*\(x, values\)"),
        ({"curves": {"a": X[:, None]}}, ValueError, r"curves\['a'\]"),
        ({"curves": {"a": (X, X[:-1])}}, ValueError, r"curves\['a'\]"),
        ({"linestyles": object()}, TypeError, "linestyles"),
        ({"linestyles": {"b": "-"}}, ValueError, "linestyles.*b.*methods are a"),
        ({"linestyles": {"a": "wavy"}}, ValueError, r"linestyles\['a'\]"),
        ({"xlabel": object()}, TypeError, "xlabel"),
        ({"ylabel": object()}, TypeError, "ylabel"),
        ({"title": object()}, TypeError, "title"),
        ({"xscale": "cubic"}, ValueError, "xscale"),
        ({"yscale": None}, TypeError, "yscale"),
    ],
)
def test_bad_arguments(changes, error, match):
    with pytest.raises(error, match=match):
        comparison(**{"x": X, "curves": {"a": X}, **changes})
