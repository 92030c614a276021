import numpy as np
import pytest

from kerasphys.analysis import confusion_matrix


def test_rows_are_true_and_columns_predicted(rng):
    labels, predicted = rng.integers(0, 4, size=(2, 300))
    table = confusion_matrix(labels, predicted, ["a", "b", "c", "d"])
    for i, true in enumerate(table.index):
        for j, found in enumerate(table.columns):
            assert table.loc[true, found] == np.sum((labels == i) & (predicted == j))
    assert (table.index.name, table.columns.name) == ("true", "predicted")
    assert np.trace(table.to_numpy()) == np.sum(labels == predicted)
    np.testing.assert_array_equal(table.sum(axis=1), np.bincount(labels, minlength=4))


def test_classes_that_nobody_saw():
    assert confusion_matrix([0, 1], [0, 2]).shape == (3, 3)
    table = confusion_matrix([0, 1], [0, 1], 4)
    assert list(table.columns) == ["0", "1", "2", "3"]
    assert table.to_numpy().sum() == 2


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"labels": object()}, TypeError, "labels"),
        ({"labels": [0.0, 1.0]}, TypeError, "labels"),
        ({"labels": [[0, 1]]}, ValueError, "labels"),
        ({"labels": [[0], [0, 1]]}, ValueError, "labels"),
        ({"labels": np.zeros(0, int), "predicted": np.zeros(0, int)}, ValueError, "at least one"),
        ({"predicted": [0]}, ValueError, r"as many samples\. Received: 2 and 1"),
        ({"predicted": [0, 2]}, ValueError, "`predicted` must be labels from 0 to 1"),
        ({"labels": [-1, 0]}, ValueError, "`labels` must be labels from 0 to 1"),
        ({"classes": object()}, TypeError, "classes"),
        ({"classes": "ab"}, TypeError, "classes"),
        ({"classes": [0, 1]}, TypeError, "classes"),
        ({"classes": ["a", "a"]}, ValueError, "classes"),
        ({"classes": 0}, ValueError, "classes"),
    ],
)
def test_bad_arguments(changes, error, match):
    with pytest.raises(error, match=match):
        confusion_matrix(**{"labels": [0, 1], "predicted": [1, 1], "classes": 2, **changes})
