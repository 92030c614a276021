"""Which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import as_real_array, check_positive_int, message


def confusion_matrix(
    labels: ArrayLike, predicted: ArrayLike, classes: int | Sequence[str] | None = None
) -> Any:
    """Counts how often samples of each class are taken for each class.

    Args:
        labels: Integers `(n,)`, the true classes.
        predicted: Integers `(n,)`, as `ClassifierModel.predict_labels` gives them.
        classes: How many classes there are, or a sequence with the name of each; by default as
            many as the largest label asks for.

    Returns:
        A pandas DataFrame of integers with a row for each true class and a column for each
        predicted one. Its diagonal holds the samples that were recognised; its sum is `n`.

    Raises:
        TypeError: If the labels are not integers.
        ValueError: If there are not as many of both, none at all, or one is out of range.

    Example:
        ```python
        import kerasphys as kp

        table = kp.analysis.confusion_matrix([0, 0, 1], [0, 1, 1], ["ellipse", "rectangle"])
        assert table.loc["ellipse", "rectangle"] == 1
        ```
    """
    import pandas as pd

    arrays = [_check_labels("labels", labels), _check_labels("predicted", predicted)]
    if len(arrays[0]) != len(arrays[1]):
        raise ValueError(
            "Arguments `labels` and `predicted` must have as many samples. Received: "
            f"{len(arrays[0])} and {len(arrays[1])}."
        )
    names = _names(classes, 1 + int(max(array.max() for array in arrays)))
    for argument, array in zip(("labels", "predicted"), arrays, strict=True):
        if array.min() < 0 or array.max() >= len(names):
            wrong = array[(array < 0) | (array >= len(names))][0]
            expected = f"labels from 0 to {len(names) - 1}, one for each class"
            raise ValueError(message(argument, expected, int(wrong)))
    counts = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(counts, tuple(arrays), 1)
    return pd.DataFrame(
        counts, index=pd.Index(names, name="true"), columns=pd.Index(names, name="predicted")
    )


def _check_labels(argument: str, value: Any) -> np.ndarray:
    expected = "an array of integer labels of shape (n,)"
    array = as_real_array(argument, value, expected, kinds="iu")
    if array.ndim != 1 or not len(array):
        raise ValueError(message(argument, f"{expected}, at least one", value))
    return array


def _names(classes: Any, least: int) -> list[str]:
    expected = "a number of classes, or a sequence of their names"
    if classes is None:
        return [str(index) for index in range(least)]
    if isinstance(classes, str) or not isinstance(classes, Sequence):
        try:
            return [str(index) for index in range(check_positive_int("classes", classes))]
        except TypeError as error:
            raise TypeError(message("classes", expected, classes)) from error
    names = list(classes)
    if not all(isinstance(name, str) for name in names):
        raise TypeError(message("classes", expected, classes))
    if not names or len(set(names)) < len(names):
        raise ValueError(message("classes", "different names, at least one", classes))
    return names
