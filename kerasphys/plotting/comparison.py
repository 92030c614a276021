"""Curves of several methods in one picture."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_choice, message
from kerasphys.plotting._style import COLOURS, check_text, new_figure, tidy

LINESTYLES = ("-", "--", "-.", ":")
MARKS = "o"
Curve = ArrayLike | tuple[ArrayLike, ArrayLike]


def comparison(
    x: ArrayLike,
    curves: Mapping[str, Curve],
    linestyles: Mapping[str, str] | None = None,
    xlabel: str = "x",
    ylabel: str = "u",
    title: str | None = None,
    xscale: str = "linear",
    yscale: str = "linear",
) -> Any:
    """Draws curves of several methods over one coordinate.

    Every curve has a colour and a line style of its own, so that curves that lie on each other
    remain visible, and a picture printed in grey remains readable.

    Args:
        x: `(n,)`, where the curves have their values.
        curves: For each method, in the order of drawing, its values `(n,)`; or a tuple
            `(x, values)` for a method with points of its own, which are then marked.
        linestyles: For some of the methods `"-"`, `"--"`, `"-."` or `":"`, or `"o"` for marks
            without a line, such as measurements.
        xlabel: The name of the coordinate.
        ylabel: The name of the field.
        title: A line above the picture.
        xscale: `"linear"` or `"log"`, which leaves out what is not positive.
        yscale: The same for the field.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If a curve does not have one value for each point.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x, nodes = np.linspace(0, 1, 101), kp.solvers.chebyshev_points(8, 0.0, 1.0)
        curves = {"closed form": np.exp(x), "Chebyshev, N = 8": (nodes, np.exp(nodes))}
        figure = kp.plotting.comparison(x, curves, linestyles={"closed form": "-"})
        ```
    """
    x = check_array("x", x, (None,))
    lines = _check_curves(x, curves)
    styles = _check_linestyles(linestyles, tuple(lines))
    labels = {"xlabel": xlabel, "ylabel": ylabel, "title": title}
    labels = {argument: check_text(argument, text) for argument, text in labels.items()}
    for argument, scale in {"xscale": xscale, "yscale": yscale}.items():
        check_choice(argument, scale, ("linear", "log"))

    figure, (panel,) = new_figure(1, width=5.6, height=3.8)
    looks = zip(itertools.cycle(COLOURS), itertools.cycle(LINESTYLES))
    for (name, (points, values, own)), (colour, style) in zip(lines.items(), looks, strict=False):
        style = styles.get(name, style)
        panel.plot(
            points,
            values,
            linestyle="none" if style == MARKS else style,
            color=colour,
            linewidth=1.6,
            marker="o" if style == MARKS or (own and len(points) <= 64) else None,
            markersize=5.0 if style == MARKS else 3.0,
            label=name,
        )
    panel.set(**{argument: text or "" for argument, text in labels.items()})
    panel.set(xscale=xscale, yscale=yscale)
    panel.margins(x=0.01)
    tidy(panel)
    panel.legend(frameon=False)
    return figure


def _check_curves(x: np.ndarray, curves: Any) -> dict[str, tuple[np.ndarray, np.ndarray, bool]]:
    expected = "a dict with the values of each method, such as {'closed form': u}"
    if not isinstance(curves, Mapping):
        raise TypeError(message("curves", expected, curves))
    if not curves:
        raise ValueError(message("curves", expected, curves))
    lines = {}
    for name, curve in curves.items():
        if not isinstance(name, str):
            raise TypeError(message("curves", expected, list(curves)))
        own = isinstance(curve, tuple) and len(curve) == 2 and all(np.ndim(part) for part in curve)
        points, values = curve if own else (x, curve)
        points = check_array(f"curves[{name!r}]", points, (None,))
        cure = "One value for each point; a method with its own points is a tuple (x, values)."
        lines[name] = (points, check_array(f"curves[{name!r}]", values, points.shape, cure), own)
    return lines


def _check_linestyles(linestyles: Any, names: tuple[str, ...]) -> dict[str, str]:
    if linestyles is None:
        return {}
    if not isinstance(linestyles, Mapping):
        raise TypeError(message("linestyles", "a dict of line styles by method", linestyles))
    for name, style in linestyles.items():
        if name not in names:
            cure = f"The methods are {', '.join(names)}."
            raise ValueError(message("linestyles", "of methods among the curves", name, cure))
        check_choice(f"linestyles[{name!r}]", style, (*LINESTYLES, MARKS))
    return dict(linestyles)
