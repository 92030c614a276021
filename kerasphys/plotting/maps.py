"""Several fields on one grid, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import message
from kerasphys.plotting._style import (
    ERROR_MAP,
    FIELD_MAP,
    check_axes,
    check_text,
    check_values,
    draw_map,
    new_figure,
    value_limits,
)


def maps(
    axes: Mapping[str, ArrayLike], fields: Mapping[str, ArrayLike], title: str | None = None
) -> Any:
    """Draws several fields over two coordinates side by side, each with colours of its own.

    A field of both signs has a diverging map that is symmetric about zero, such as a derivative
    or an error; one of a single sign has the map of `field`.

    Args:
        axes: For two coordinates the grid values, rising, `{"x": (nx,), "y": (ny,)}`. The first
            runs to the right, the second upwards.
        fields: For each title in the order of drawing a field `(nx, ny)`. Where it is NaN or
            infinite the picture stays blank.
        title: A line above the picture.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If a field is not of the shape of the grid, or there is none.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.linspace(0, 1, 21)
        u = np.sin(np.pi * x)[:, None] * np.sin(np.pi * x)
        u_x = np.pi * np.cos(np.pi * x)[:, None] * np.sin(np.pi * x)
        figure = kp.plotting.maps({"x": x, "y": x}, {"u": u, "u_x": u_x})
        ```
    """
    grid = check_axes(axes)
    if len(grid) != 2:
        raise ValueError(message("axes", "a dict of two coordinates", sorted(grid)))
    expected = "a dict of titles and fields, such as {'u': u}"
    if not isinstance(fields, Mapping) or not all(isinstance(name, str) for name in fields):
        raise TypeError(message("fields", expected, fields))
    if not fields:
        raise ValueError(message("fields", expected, fields))
    shape = tuple(len(points) for points in grid.values())
    cure = f"One value for each point of the grid of {', '.join(grid)}."
    arrays = {
        name: check_values(f"fields[{name!r}]", values, shape, cure)
        for name, values in fields.items()
    }
    title = check_text("title", title)
    figure, panels = new_figure(len(arrays))
    for panel, (name, values) in zip(panels, arrays.items(), strict=True):
        low, high = value_limits([values])
        colours = FIELD_MAP
        if low < 0 < high:
            high = value_limits([np.abs(values)])[1]
            low, colours = -high, ERROR_MAP
        draw_map(figure, panel, grid, values, name, colours, (low, high))
    if title:
        figure.suptitle(title)
    return figure
