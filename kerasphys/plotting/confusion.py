"""A confusion matrix as a picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasphys._validation import message
from kerasphys.plotting._style import check_text, new_figure

INCHES = 0.45  # for each class


def confusion(table: Any, title: str | None = None) -> Any:
    """Draws a confusion matrix: true classes downwards, predicted ones to the right.

    The colour is the share of the true class, so that a rare class is judged like a frequent one;
    the number is the count. The samples that were recognised lie on the diagonal.

    Args:
        table: A square data frame of counts, as `kp.analysis.confusion_matrix` gives it.
        title: A line above the picture.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If the table is not square, or an entry is no count.

    Example:
        ```python
        import kerasphys as kp

        table = kp.analysis.confusion_matrix([0, 0, 1, 1], [0, 1, 1, 1], ["disk", "square"])
        kp.plotting.save(kp.plotting.confusion(table, title="shapes"), "confusion.png")
        ```
    """
    names, counts = _check_table(table)
    title = check_text("title", title)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = max(3.2, INCHES * len(names) + 1.0)
    figure, (panel,) = new_figure(1, width=side + 0.6, height=side)
    picture = panel.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            colour = "white" if shares[row, column] > 0.5 else "black"
            panel.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=8)
    ticks = range(len(names))
    long = max(map(len, names)) > 3
    panel.set_xticks(ticks, names, rotation=45 if long else 0, ha="right" if long else "center")
    panel.set_yticks(ticks, names)
    panel.set(xlabel="predicted", ylabel="true", title=title or "")
    figure.colorbar(picture, ax=panel, shrink=0.8, label="share of the true class")
    return figure


def _check_table(table: Any) -> tuple[list[str], np.ndarray]:
    expected = "a square data frame of counts, such as kp.analysis.confusion_matrix gives"
    if not hasattr(table, "columns") or not hasattr(table, "index"):
        raise TypeError(message("table", expected, table))
    counts = np.asarray(table)
    if counts.dtype.kind not in "iu":
        raise TypeError(message("table", expected, table))
    if not counts.size or list(table.columns) != list(table.index) or counts.min() < 0:
        raise ValueError(message("table", expected, table))
    return [str(name) for name in table.columns], counts
