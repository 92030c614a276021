"""Quadrature on plane domains between edges and arcs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from kerasphys.geometry.boundary import apportion
from kerasphys.geometry.faces.arc import Arc
from kerasphys.geometry.faces.curve import Curve
from kerasphys.geometry.faces.segment import Segment
from kerasphys.geometry.quadrature import Rule, per_axis, unit_gauss

Height = Callable[[np.ndarray], np.ndarray]
Cell = tuple[float, float, Height, Height, bool]  # from, to, below, above, whether one is an arc
THINNEST = 1e-9  # of the extent: cells narrower than this are rounding
FEWEST = 4  # points in a cell on average, below which cells are too coarse


def plane_rule(curves: Sequence[Curve], measure: float, n: int) -> Rule | None:
    """A tensor rule of Gauss points in each cell of a domain; `None` if `n` is too small for it.

    Vertical lines through the ends of all curves, and through the leftmost and rightmost points of
    arcs, cut the domain into cells that have one curve below and one above. In each the rule is
    Gauss-Legendre's in both directions: exact for polynomials between edges, and exponentially
    convergent for smooth functions everywhere.

    Args:
        curves: The boundary of the domain, edges and arcs.
        measure: The area of the domain.
        n: Positive integer, the most points.
    """
    cells = _cells(curves)
    if n < FEWEST * len(cells):
        return None
    areas = np.array([_cell_rule(cell, 16)[1].sum() for cell in cells])
    rules = [
        _cell_rule(cell, count) for cell, count in zip(cells, apportion(n, areas), strict=True)
    ]
    points, weights = (np.concatenate(parts) for parts in zip(*rules, strict=True))
    return points, weights * (measure / weights.sum())


def _cells(curves: Sequence[Curve]) -> list[Cell]:
    lower = np.min([curve.bounds[0] for curve in curves], axis=0)
    upper = np.max([curve.bounds[1] for curve in curves], axis=0)
    stops = np.unique([corner[0] for curve in curves for corner in _corners(curve)])
    wide = np.diff(stops) > THINNEST * (upper - lower).max()
    cells: list[Cell] = []
    for start, end in zip(stops[:-1][wide], stops[1:][wide], strict=True):
        middle = np.array([(start + end) / 2.0])
        heights = [
            (float(height(middle)[0]), height, isinstance(curve, Arc))
            for curve in curves
            for height in _heights(curve, middle[0])
        ]
        heights.sort(key=lambda found: found[0])
        cells += [
            (start, end, below, above, curved or other_curved)
            for (_, below, curved), (_, above, other_curved) in zip(
                heights[::2], heights[1::2], strict=True
            )
        ]
    return cells


def _corners(curve: Curve) -> np.ndarray:
    """Points of a curve between which it runs in one direction along the first coordinate."""
    ends = curve.from_unit(np.array([[0.0], [1.0]]))
    return np.concatenate([ends, curve.bounds])


def _heights(curve: Curve, x: float) -> list[Height]:
    """The branches of a curve above and below a value of the first coordinate."""
    if isinstance(curve, Segment):
        (ax, ay), (bx, by) = curve.start, curve.end
        if not min(ax, bx) < x < max(ax, bx):
            return []
        return [lambda t: ay + (by - ay) * ((t - ax) / (bx - ax))]
    assert isinstance(curve, Arc)
    (cx, cy), radius = curve.center, curve.radius
    if not np.abs(x - cx) < radius:
        return []

    def branch(side: float) -> Height:
        return lambda t: cy + side * np.sqrt(np.maximum(radius**2 - (t - cx) ** 2, 0.0))

    branches = [branch(-1.0), branch(1.0)]
    return [height for height in branches if curve.covers(np.array([[x, height(np.array(x))]]))[0]]


def _cell_rule(cell: Cell, n: int) -> Rule:
    """Gauss points in a cell; where it has an arc, dense at the ends, where that may be steep."""
    start, end, below, above, curved = cell
    across, across_weights = unit_gauss(per_axis(n, 2))
    along, along_weights = across, across_weights
    if curved:
        along_weights = along_weights * np.pi / 2.0 * np.sin(np.pi * along)
        along = np.sin(np.pi / 2.0 * along) ** 2
    x = start + (end - start) * along
    low, height = below(x), above(x) - below(x)
    y = low[:, None] + height[:, None] * across
    weights = ((end - start) * along_weights * height)[:, None] * across_weights
    return np.stack([np.repeat(x, len(across)), y.ravel()], axis=1), weights.ravel()
