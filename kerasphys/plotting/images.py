"""Many small pictures side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_positive_int, message
from kerasphys.plotting._style import check_text, check_values, new_figure, value_limits

INCHES = 1.1  # each side of a picture
CAPTION = 0.25  # the line above it
WIDTH = 2.4  # the least of the whole, for the title


def images(
    pictures: ArrayLike,
    captions: Sequence[str] | None = None,
    columns: int = 8,
    title: str | None = None,
) -> Any:
    """Draws a gallery of pictures, such as those that a classifier got wrong.

    The first axis of a picture runs downwards, as in files of pictures. All share one scale, black
    to white; pictures of three channels are colours, between 0 and 1.

    Args:
        pictures: `(n, rows, columns)`, or `(n, rows, columns, channels)` with one channel or
            three.
        captions: A line above each picture.
        columns: Positive integer, how many stand side by side.
        title: A line above them all.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If there are no pictures, or not as many captions.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        waves = np.sin(np.arange(1, 7)[:, None, None] * np.linspace(0, 6, 16)[:, None])
        figure = kp.plotting.images(waves * np.ones(16), [f"k = {k}" for k in range(1, 7)])
        kp.plotting.save(figure, "waves.png")
        ```
    """
    shown = _check_pictures(pictures)
    texts = _check_captions(captions, len(shown))
    across = min(check_positive_int("columns", columns), len(shown))
    title = check_text("title", title)
    down = math.ceil(len(shown) / across)
    height = INCHES + (CAPTION if captions is not None else 0.1)
    width = max(INCHES, WIDTH / across)
    figure, axes = new_figure(across, width, height, rows=down)
    low, high = (0.0, 1.0) if shown.ndim == 4 else value_limits([shown])
    for panel in axes:
        panel.set_axis_off()
    for panel, picture, text in zip(axes, shown, texts, strict=False):
        if shown.ndim == 4:
            picture = np.clip(picture, low, high)
        panel.imshow(picture, cmap="gray", vmin=low, vmax=high)
        panel.set_title(text, fontsize=8, pad=3)
    if title:
        figure.suptitle(title, fontsize=10)
    return figure


def _check_pictures(pictures: Any) -> np.ndarray:
    """Grey pictures `(n, rows, columns)`, or colours with three channels behind."""
    rank = getattr(pictures, "ndim", 3)
    array = check_values("pictures", pictures, (None,) * (4 if rank == 4 else 3))
    if array.ndim == 4 and array.shape[-1] == 1:
        array = array[..., 0]
    if not array.size or (array.ndim == 4 and array.shape[-1] != 3):
        raise ValueError(
            message("pictures", "at least one picture, of one channel or three", array.shape)
        )
    return array


def _check_captions(captions: Any, count: int) -> list[str]:
    if captions is None:
        return [""] * count
    expected = f"a sequence of {count} texts, one for each picture"
    if isinstance(captions, str) or not isinstance(captions, Sequence):
        raise TypeError(message("captions", expected, captions))
    if not all(isinstance(text, str) for text in captions):
        raise TypeError(message("captions", expected, captions))
    if len(captions) != count:
        raise ValueError(message("captions", expected, captions))
    return list(captions)
