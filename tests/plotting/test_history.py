import keras
import numpy as np
import pytest

from kerasphys.plotting import history


def lines(figure):
    return {line.get_label(): line for line in figure.axes[0].lines}


def test_validation_is_dashed_in_the_colour_of_its_curve():
    logs = {"loss": [1.0, 0.1], "val_loss": [2.0, 0.2], "equation_loss": [0.5, 0.05]}
    figure = history({**logs, "learning_rate": [1e-3, 1e-3]}, title="a run")
    drawn = lines(figure)
    assert list(drawn) == list(logs)
    assert drawn["loss"].get_color() == drawn["val_loss"].get_color()
    assert drawn["loss"].get_color() != drawn["equation_loss"].get_color()
    assert drawn["val_loss"].get_linestyle() == "--"
    np.testing.assert_array_equal(drawn["loss"].get_xydata(), [[1, 1.0], [2, 0.1]])
    assert figure.axes[0].get_yscale() == "log"
    assert figure.axes[0].get_title() == "a run"
    figure.canvas.draw()


def test_names_choose():
    logs = {"loss": [1.0], "learning_rate": [0.1]}
    assert list(lines(history(logs, names="learning_rate"))) == ["learning_rate"]


def test_validation_of_every_third_epoch_stands_where_it_was_measured():
    drawn = lines(history({"loss": [1.0] * 7, "val_loss": [2.0, 3.0]}))
    np.testing.assert_array_equal(drawn["val_loss"].get_xdata(), [3, 6])


def test_epochs_of_a_run_that_went_on():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", loss="mse")
    x = np.ones((4, 1))
    run = model.fit(x, x + 1, epochs=7, initial_epoch=5, verbose=0)
    np.testing.assert_array_equal(lines(history(run))["loss"].get_xdata(), [6, 7])


@pytest.mark.parametrize("values", [[1.0, 0.0, -1.0, np.nan, np.inf], [0.0, 0.0], [np.nan]])
def test_what_a_logarithm_cannot_show_is_left_out(values):
    figure = history({"loss": values})
    shown = lines(figure)["loss"].get_ydata()
    assert np.count_nonzero(np.isfinite(shown)) == sum(0 < v < np.inf for v in values)
    figure.canvas.draw()


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"history": object()}, TypeError, "history"),
        ({"history": {}}, ValueError, "history"),
        ({"history": {"loss": []}}, ValueError, "history"),
        ({"history": {"loss": 3.0}}, ValueError, r"history\['loss'\]"),
        ({"history": {"loss": ["a"]}}, TypeError, r"history\['loss'\]"),
        ({"history": {"learning_rate": [0.1]}}, ValueError, "names"),
        ({"names": object()}, TypeError, "names"),
        ({"names": "accuracy"}, ValueError, "names.*accuracy.*has loss"),
        ({"title": object()}, TypeError, "title"),
    ],
)
def test_bad_arguments(changes, error, match):
    with pytest.raises(error, match=match):
        history(**{"history": {"loss": [1.0]}, **changes})
