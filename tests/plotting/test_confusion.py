import numpy as np
import pandas
import pytest

from kerasphys.analysis import confusion_matrix
from kerasphys.plotting import confusion

TABLE = confusion_matrix([0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1], ["disk", "box", "none"])


def test_colours_are_shares_and_texts_are_counts():
    figure = confusion(TABLE, title="shapes")
    axes, bar = figure.axes
    (picture,) = axes.images
    np.testing.assert_allclose(picture.get_array(), [[0.75, 0.25, 0], [0, 1, 0], [0, 0, 0]])
    assert picture.get_clim() == (0.0, 1.0)
    found = {tuple(map(int, text.get_position())): text.get_text() for text in axes.texts}
    assert found == {(0, 0): "3", (1, 0): "1", (1, 1): "2"}  # (predicted, true); zeros are left out
    colours = [text.get_color() for text in axes.texts]
    assert colours == ["white", "black", "white"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["disk", "box", "none"]
    labels = (axes.get_xlabel(), axes.get_ylabel(), axes.get_title(), bar.get_ylabel())
    assert labels == ("predicted", "true", "shapes", "share of the true class")
    figure.canvas.draw()


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"table": TABLE.to_numpy()}, TypeError, "table"),
        ({"table": TABLE / 2}, TypeError, "table"),
        ({"table": TABLE.iloc[:2]}, ValueError, "square"),
        ({"table": TABLE - 1}, ValueError, "counts"),
        ({"table": pandas.DataFrame()}, TypeError, "table"),
        ({"title": object()}, TypeError, "title"),
    ],
)
def test_bad_arguments(changes, error, match):
    with pytest.raises(error, match=match):
        confusion(**{"table": TABLE, **changes})
