"""How training went."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from kerasphys._validation import check_names, message
from kerasphys.plotting._style import COLOURS, check_text, check_values, new_figure, tidy


def history(
    history: keras.callbacks.History | Mapping[str, Sequence[float]],
    names: str | Sequence[str] | None = None,
    title: str | None = None,
) -> Any:
    """Draws the logs of a training over its epochs, on a logarithmic scale.

    A curve and its validation have one colour; the validation is dashed. Values that a
    logarithmic scale cannot show (zero, negative, NaN) are left out.

    Args:
        history: What `fit` returns, or its `history`: for each name the values of the epochs. A
            shorter list (`validation_freq`) is taken to be measured at equal intervals.
        names: Which logs to draw; by default all but the learning rate.
        title: A line above the picture.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If there is nothing to draw, or a name is not in the history.

    Example:
        ```python
        import kerasphys as kp

        logs = {"loss": [1.0, 0.3, 0.1], "val_loss": [1.1, 0.5, 0.3]}
        figure = kp.plotting.history(logs, title="training")
        ```
    """
    logs = _check_logs(history)
    title = check_text("title", title)
    if names is None:
        names = tuple(name for name in logs if name != "learning_rate")
    for name in check_names("names", names):
        if name not in logs:
            cure = f"The history has {', '.join(logs)}."
            raise ValueError(message("names", "names in the history", name, cure))
    wanted = check_names("names", names)
    length = max(len(logs[name]) for name in wanted)
    epochs = np.arange(1, length + 1)
    if isinstance(history, keras.callbacks.History) and len(history.epoch) == length:
        epochs = np.asarray(history.epoch) + 1

    figure, (panel,) = new_figure(1, width=6.0, height=3.8)
    families = dict.fromkeys(name.removeprefix("val_") for name in wanted)
    colours = dict(zip(families, itertools.cycle(COLOURS), strict=False))
    for name in wanted:
        values = logs[name]
        every = length // max(len(values), 1)
        where = epochs[every - 1 :: every][: len(values)]
        panel.plot(
            where,
            np.where(values > 0, values, np.nan),
            "--" if name.startswith("val_") else "-",
            color=colours[name.removeprefix("val_")],
            linewidth=2.0 if name in ("loss", "val_loss") else 1.2,
            marker="o" if len(values) == 1 else None,
            label=name,
        )
    if any(np.any(logs[name] > 0) for name in wanted):
        panel.set_yscale("log")
    panel.set(xlabel="epoch", title=title or "")
    tidy(panel)
    panel.legend(frameon=False, fontsize="small", ncols=1 + (len(wanted) > 6))
    return figure


def _check_logs(history: Any) -> dict[str, np.ndarray]:
    expected = "what fit returns, or a dict with a list of numbers for each name"
    logs = history.history if isinstance(history, keras.callbacks.History) else history
    if not isinstance(logs, Mapping):
        raise TypeError(message("history", expected, history))
    if not logs or not all(np.size(values) for values in logs.values()):
        raise ValueError(message("history", expected, logs, "Has an epoch been trained?"))
    return {
        name: check_values(f"history[{name!r}]", values, (None,)) for name, values in logs.items()
    }
