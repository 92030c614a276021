"""A field, its reference, and what lies between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_name
from kerasphys.plotting._style import (
    COLOURS,
    ERROR_MAP,
    FIELD_MAP,
    check_axes,
    check_text,
    check_values,
    draw_map,
    new_figure,
    tidy,
    value_limits,
)


def field(
    axes: Mapping[str, ArrayLike],
    values: ArrayLike,
    reference: ArrayLike | None = None,
    name: str = "u",
    title: str | None = None,
) -> Any:
    """Draws a field on a grid: curves over one coordinate, colour maps over two.

    With a reference, the field, the reference and their difference stand side by side: the first
    two share their colours, the difference has a diverging map that is symmetric about zero.

    Args:
        axes: For one or two coordinates its grid values, rising, `{"x": (nx,), "t": (nt,)}`. The
            first runs to the right, the second upwards.
        values: The field, `(nx,)` or `(nx, nt)`. Where it is NaN or infinite (outside a domain
            that does not fill the grid) the picture stays blank.
        reference: What the field should be, of the same shape, or `None`.
        name: The name of the field.
        title: A line above the picture.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If the shapes do not match, or there are more than two coordinates.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x, t = np.linspace(0, 1, 21), np.linspace(0, 2, 11)
        u = np.sin(np.pi * x)[:, None] * np.exp(-t)[None, :]
        figure = kp.plotting.field({"x": x, "t": t}, 1.01 * u, reference=u, title="decay")
        kp.plotting.save(figure, "decay.png")
        ```
    """
    grid = check_axes(axes)
    shape = tuple(len(points) for points in grid.values())
    cure = f"One value for each point of the grid of {', '.join(grid)}."
    values = check_values("values", values, shape, cure)
    if reference is not None:
        reference = check_values("reference", reference, shape, cure)
    name = check_name("name", name)
    title = check_text("title", title)
    draw = _curves if len(grid) == 1 else _maps
    figure = draw(grid, values, reference, name)
    if title:
        figure.suptitle(title)
    return figure


def _curves(
    grid: dict[str, np.ndarray], values: np.ndarray, reference: np.ndarray | None, name: str
) -> Any:
    ((coordinate, x),) = grid.items()
    figure, panels = new_figure(1 if reference is None else 2)
    panels[0].set_ylabel(name)
    if reference is not None:
        panels[0].plot(x, reference, color="black", linewidth=1.2, label="reference")
        panels[1].axhline(0.0, color="black", linewidth=0.8)
        panels[1].plot(x, values - reference, color=COLOURS[1], linewidth=1.4)
        panels[1].set_ylabel(f"error of {name}")
    style = "-" if reference is None else "--"
    panels[0].plot(x, values, style, color=COLOURS[0], linewidth=1.8, label=name)
    if reference is not None:
        panels[0].legend(frameon=False)
    for panel in panels:
        panel.set_xlabel(coordinate)
        panel.margins(x=0.01)
        tidy(panel)
    return figure


def _maps(
    grid: dict[str, np.ndarray], values: np.ndarray, reference: np.ndarray | None, name: str
) -> Any:
    shown = [values] if reference is None else [values, reference]
    limits = value_limits(shown)
    pictures: list[tuple[str, np.ndarray, str, tuple[float, float]]] = [
        (title, array, FIELD_MAP, limits)
        for title, array in zip((name, f"{name}, reference"), shown, strict=False)
    ]
    if reference is not None:
        error = values - reference
        largest = value_limits([np.abs(error)])[1]
        pictures.append((f"{name}, error", error, ERROR_MAP, (-largest, largest)))
    figure, panels = new_figure(len(pictures))
    for panel, (title, array, colours, limits) in zip(panels, pictures, strict=True):
        draw_map(figure, panel, grid, array, title, colours, limits)
    return figure
