"""How all pictures look, and what they check alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kerasphys._validation import check_array, check_name, message

DPI = 150
FIELD_MAP = "viridis"
ERROR_MAP = "RdBu_r"

# Okabe and Ito's colours, which colour-blind readers tell apart; the pale yellow is left out.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


def new_figure(
    columns: int, width: float = 4.2, height: float = 3.4, rows: int = 1
) -> tuple[Any, list[Any]]:
    """A figure of axes side by side and in rows, `width` times `height` inches each."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width * columns, height * rows), dpi=DPI, layout="constrained")
    return figure, list(figure.subplots(rows, columns, squeeze=False).ravel())


def tidy(axes: Any, grid: bool = True) -> None:
    """Takes away the lines that carry nothing, and adds faint ones that help reading."""
    axes.spines[["top", "right"]].set_visible(False)
    if grid:
        axes.grid(visible=True, alpha=0.3, linewidth=0.6)


def check_text(argument: str, value: Any) -> str | None:
    """A string, or `None`."""
    if value is not None and not isinstance(value, str):
        raise TypeError(message(argument, "a string or None", value))
    return value


def check_values(
    argument: str, value: Any, shape: tuple[int | None, ...], cure: str = ""
) -> np.ndarray:
    """A float64 array of a shape, in which NaN and infinity become NaN, which is left blank."""
    array = check_array(argument, value, shape, cure, finite=False)
    return np.where(np.isfinite(array), array, np.nan)


def check_axes(axes: Any) -> dict[str, np.ndarray]:
    """The rising grid values of one or two coordinates."""
    expected = "a dict of one or two coordinates and their grid values"
    if not isinstance(axes, Mapping):
        raise TypeError(message("axes", expected, axes))
    if len(axes) not in (1, 2):
        raise ValueError(message("axes", expected, sorted(map(str, axes))))
    grid = {}
    for given, points in axes.items():
        name = check_name("axes", given)
        grid[name] = check_array(f"axes[{name!r}]", points, (None,))
        if len(grid[name]) < 2 or np.any(np.diff(grid[name]) <= 0):
            raise ValueError(message(f"axes[{name!r}]", "at least two rising numbers", points))
    return grid


def value_limits(arrays: list[np.ndarray]) -> tuple[float, float]:
    """The range of all finite values; never empty."""
    finite = np.concatenate([array[np.isfinite(array)] for array in arrays])
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    return (low, high) if high > low else (low, low + max(abs(low), 1.0) * 1e-12)


def draw_map(
    figure: Any,
    panel: Any,
    grid: Mapping[str, np.ndarray],
    values: np.ndarray,
    title: str,
    colours: str,
    limits: tuple[float, float],
) -> None:
    """One field over two coordinates, with its colour bar."""
    (across, x), (up, y) = grid.items()
    low, high = limits
    mesh = panel.pcolormesh(
        x, y, values.T, cmap=colours, vmin=low, vmax=high, shading="nearest", rasterized=True
    )
    # space keeps its proportions: a disk is round; time has none with space
    panel.set_aspect("auto" if "t" in grid else "equal")
    panel.set(title=title, xlabel=across, ylabel=up)
    figure.colorbar(mesh, ax=panel, shrink=0.9)
