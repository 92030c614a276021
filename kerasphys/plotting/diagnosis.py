"""What a trained model leaves to be desired, in one picture."""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_number, message
from kerasphys.plotting._style import (
    COLOURS,
    DPI,
    ERROR_MAP,
    FIELD_MAP,
    check_axes,
    check_text,
    check_values,
    tidy,
    value_limits,
)

RESIDUAL_MAP = "magma"
DECADES = 6  # of a logarithmic scale: what is smaller has the colour of the lowest
TINY = 1e-100  # what is smaller counts as zero: matplotlib cannot divide its scale

Arrays = dict[str, np.ndarray]
Bars = dict[str, dict[str, dict[str, float]]]


def diagnosis(
    axes: Mapping[str, ArrayLike],
    residuals: Mapping[str, ArrayLike],
    fields: Mapping[str, ArrayLike] | None = None,
    errors: Mapping[str, ArrayLike] | None = None,
    points: ArrayLike | None = None,
    places: Mapping[str, ArrayLike] | None = None,
    bars: Mapping[str, Mapping[str, Mapping[str, float]]] | None = None,
    title: str | None = None,
) -> Any:
    """Draws residuals, fields and errors over one or two coordinates, and bars beside them.

    The size of a residual is drawn on a logarithmic scale, an error on a linear one that is
    symmetric about zero. What is NaN or infinite stays blank.

    Args:
        axes: For one or two coordinates its grid values, rising, `{"x": (nx,), "t": (nt,)}`.
        residuals: For each condition its residual, `(nx,)` or `(nx, nt)`.
        fields: For each field its values, of the same shape.
        errors: For each field its error, of the same shape.
        points: `(n, 1)` or `(n, 2)`, marked where the residuals are drawn.
        places: For some fields a place `(1,)` or `(2,)`, marked where the field is drawn.
        bars: For each title of a panel, and each bar in it, its lengths by series, such as
            `{"mean square": {"walls": {"training": 1e-3, "fresh": 2e-3}}}`; a logarithmic scale.
        title: Lines above the picture.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If the shapes do not match, or there is nothing to draw.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.linspace(0, 1, 21)
        figure = kp.plotting.diagnosis(
            {"x": x},
            residuals={"equation": 1e-3 * np.sin(9 * x)},
            bars={"gradient": {"equation": {"training": 2.0}, "walls": {"training": 0.01}}},
        )
        ```
    """
    grid = check_axes(axes)
    maps = {
        "residuals": _check_maps("residuals", residuals, grid),
        "fields": _check_maps("fields", fields, grid),
        "errors": _check_maps("errors", errors, grid),
    }
    dots = None if points is None else check_array("points", points, (None, len(grid)))
    crosses = _check_places(places, len(grid))
    panels_of_bars = _check_bars(bars)
    title = check_text("title", title)
    if not any(maps.values()) and not panels_of_bars:
        raise ValueError(
            message("residuals", "at least one where nothing else is drawn", residuals)
        )

    found = [("residuals", name) for name in maps["residuals"]]
    rest = [(kind, name) for kind in ("fields", "errors") for name in maps[kind]]
    rows = [*_rows(found), *_rows(rest)] if len(found + rest) > 3 else [*_rows(found + rest)]
    heights = [3.4] * len(rows)
    if panels_of_bars:
        rows.append([("bars", name) for name in panels_of_bars])
        heights.append(1.2 + 0.5 * max(len(lengths) for lengths in panels_of_bars.values()))
    columns = max(len(row) for row in rows)
    figure, panels = _panels([len(row) for row in rows], heights)
    draw = _curve if len(grid) == 1 else _map
    for panel, (kind, name) in zip(panels, itertools.chain(*rows), strict=True):
        if kind == "bars":
            _bars(panel, name, panels_of_bars[name])
        else:
            marked = {"residuals": dots, "fields": crosses.get(name)}.get(kind)
            draw(figure, panel, grid, kind, name, maps[kind][name], marked)
    if title:
        figure.suptitle(textwrap.fill(title, 44 * columns), fontsize="medium")
    return figure


def _rows(entries: list) -> Iterator[list]:
    """The entries in as few rows of at most three as there can be, of nearly equal length."""
    count = math.ceil(len(entries) / 3)
    for row in range(count):
        length = math.ceil(len(entries) / (count - row))
        yield entries[:length]
        entries = entries[length:]


def _panels(lengths: list[int], heights: list[float]) -> tuple[Any, list[Any]]:
    """A figure of rows with so many panels each, as wide as the longest row needs."""
    from matplotlib.figure import Figure

    size = (4.2 * max(lengths), sum(heights))
    figure = Figure(figsize=size, dpi=DPI, layout="constrained")
    rows = figure.subfigures(len(lengths), 1, squeeze=False, height_ratios=heights)[:, 0]
    return figure, [
        row.add_subplot(1, length, column + 1)
        for row, length in zip(rows, lengths, strict=True)
        for column in range(length)
    ]


def _curve(
    figure: Any,
    panel: Any,
    grid: Arrays,
    kind: str,
    name: str,
    values: np.ndarray,
    marked: np.ndarray | None,
) -> None:
    ((coordinate, x),) = grid.items()
    panel.set(xlabel=coordinate, title=_heading(kind, name))
    panel.margins(x=0.01)
    tidy(panel)
    if kind == "residuals":
        sizes = np.abs(values)
        panel.plot(x, np.where(sizes > 0, sizes, np.nan), color=COLOURS[0], linewidth=1.4)
        low, high = _whole_decades(*_decades(sizes))
        panel.set(yscale="log", ylim=(low, high))
        _quiet(panel.yaxis)
        if marked is not None:
            lowest = np.full(len(marked), low)
            panel.plot(*marked.T, lowest, "|", color="black", markersize=9, alpha=0.6)
        return
    if kind == "errors":
        panel.axhline(0.0, color="black", linewidth=0.8)
    panel.plot(x, values, color=COLOURS[kind == "errors"], linewidth=1.6)
    if marked is not None:
        panel.axvline(marked[0, 0], color="black", linestyle=":", linewidth=1.0)


def _map(
    figure: Any,
    panel: Any,
    grid: Arrays,
    kind: str,
    name: str,
    values: np.ndarray,
    marked: np.ndarray | None,
) -> None:
    from matplotlib.colors import LogNorm, Normalize

    (across, x), (up, y) = grid.items()
    norm: Normalize
    if kind == "residuals":
        values = np.abs(values)
        low, high = _decades(values)
        values, colours, norm = np.maximum(values, low), RESIDUAL_MAP, LogNorm(low, high)
        look = {"marker": ".", "color": COLOURS[5], "markersize": 2.2, "markeredgewidth": 0}
    elif kind == "errors":
        largest = value_limits([np.abs(values)])[1]
        colours, norm = ERROR_MAP, Normalize(-largest, largest)
    else:
        colours, norm = FIELD_MAP, Normalize(*value_limits([values]))
        look = {"marker": "o", "color": COLOURS[1], "markersize": 9, "fillstyle": "none"}
    mesh = panel.pcolormesh(
        x, y, values.T, cmap=colours, norm=norm, shading="nearest", rasterized=True
    )
    if marked is not None:
        panel.plot(*marked.T, linestyle="none", **look)
        panel.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    panel.set_aspect("auto" if "t" in grid else "equal")
    panel.set(title=_heading(kind, name), xlabel=across, ylabel=up)
    figure.colorbar(mesh, ax=panel, shrink=0.9)


def _bars(panel: Any, title: str, lengths: dict[str, dict[str, float]]) -> None:
    series = list(dict.fromkeys(name for bar in lengths.values() for name in bar))
    thickness = 0.8 / max(len(series), 1)
    for number, name in enumerate(series):
        values = np.array([bar.get(name, np.nan) for bar in lengths.values()])
        places = np.arange(len(lengths)) + thickness * (number - (len(series) - 1) / 2)
        shown = np.isfinite(values) & (values > 0)
        panel.barh(places[shown], values[shown], 0.9 * thickness, color=COLOURS[number], label=name)
    known = np.array([value for bar in lengths.values() for value in bar.values()])
    known = known[np.isfinite(known) & (known > TINY)]
    if known.size:
        panel.set(xscale="log", xlim=_whole_decades(known.min(), known.max()))
        _quiet(panel.xaxis)
    panel.set_yticks(np.arange(len(lengths)), [*lengths])
    panel.set_ylim(len(lengths) - 0.5, -0.5)
    panel.set_title(title)
    tidy(panel)
    panel.grid(visible=False, axis="y")
    if len(series) > 1:
        panel.legend(frameon=False, fontsize="small")


def _heading(kind: str, name: str) -> str:
    return {"residuals": f"|residual| of {name}", "errors": f"error of {name}"}.get(kind, name)


def _decades(sizes: np.ndarray) -> tuple[float, float]:
    """The ends of a logarithmic scale for numbers that are not negative."""
    positive = sizes[sizes > TINY]  # NaN is not
    if not positive.size:
        return 10.0**-DECADES, 1.0
    high = float(positive.max())
    # the lines on which a residual changes its sign are thin, and would take most of the colours
    low = max(float(np.percentile(positive, 2)), high * 10.0**-DECADES)
    return min(low, high / 10), high


def _whole_decades(low: float, high: float) -> tuple[float, float]:
    """The ends of an axis on which both numbers lie, the lower one not at its very beginning."""
    return 10.0 ** math.floor(math.log10(low) - 0.3), 10.0 ** math.ceil(math.log10(high) + 0.02)


def _quiet(axis: Any) -> None:
    """Takes away the labels between the powers of ten, which would run into each other."""
    from matplotlib.ticker import NullFormatter

    axis.set_minor_formatter(NullFormatter())


def _check_maps(argument: str, value: Any, grid: Arrays) -> Arrays:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError(message(argument, "a dict of arrays by name", value))
    shape = tuple(len(points) for points in grid.values())
    cure = f"One value for each point of the grid of {', '.join(grid)}."
    return {
        str(name): check_values(f"{argument}[{name!r}]", array, shape, cure)
        for name, array in value.items()
    }


def _check_places(places: Any, dimension: int) -> Arrays:
    if places is None:
        return {}
    if not isinstance(places, Mapping):
        raise TypeError(message("places", "a dict of places by field", places))
    return {
        name: check_array(f"places[{name!r}]", place, (dimension,))[np.newaxis]
        for name, place in places.items()
    }


def _check_bars(bars: Any) -> Bars:
    if bars is None:
        return {}
    expected = "a dict of panels, of bars, of numbers: {'gradient': {'walls': {'training': 0.1}}}"
    if not isinstance(bars, Mapping):
        raise TypeError(message("bars", expected, bars))
    checked: Bars = {}
    for title, lengths in bars.items():
        if not isinstance(lengths, Mapping) or not lengths:
            raise TypeError(message(f"bars[{title!r}]", expected, lengths))
        checked[str(title)] = {}
        for name, values in lengths.items():
            if not isinstance(values, Mapping):
                raise TypeError(message(f"bars[{title!r}][{name!r}]", expected, values))
            checked[str(title)][str(name)] = {
                str(series): _number(f"bars[{title!r}][{name!r}][{series!r}]", length)
                for series, length in values.items()
            }
    return checked


def _number(argument: str, value: Any) -> float:
    """A real number, NaN and infinity too: no bar is drawn for them."""
    if isinstance(value, float | np.floating) and not math.isfinite(value):
        return float(value)
    return check_number(argument, value)
