"""Faces of plane domains that can be cut exactly."""

from __future__ import annotations

import abc
from collections.abc import Callable

import numpy as np

from kerasphys.geometry._arrays import slack
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.quadrature import Rule, gauss_rule

HALVINGS = 54  # of an interval, down to rounding
SHORTEST = 1e-9  # of the length of a curve: what is shorter is rounding


class Curve(Face):
    """A piece of the boundary of a plane domain, with the domain on its left.

    It runs evenly: equal steps of the unit interval are equal lengths. A piece of it is a curve of
    the same kind, so that lengths, points and distances of trimmed boundaries are exact.

    Attributes:
        scale: The extent by which tolerances are measured: that of the curve before it was cut.
    """

    dim = 2
    unit_dim = 1
    scale: float

    @abc.abstractmethod
    def piece(self, start: float, end: float) -> Curve:
        """The piece between two values in the unit interval; `end` may be up to `start + 1`."""

    @abc.abstractmethod
    def flipped(self) -> Curve:
        """The same curve the other way round, as the boundary of what lies on its other side."""

    @abc.abstractmethod
    def distance(self, points: np.ndarray) -> np.ndarray:
        """The Euclidean distance of points `(n, 2)` to the curve, `(n,)`."""

    @property
    @abc.abstractmethod
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """The corners, `(2,)` each, of the box around the curve."""

    @abc.abstractmethod
    def area(self, origin: np.ndarray) -> float:
        """The area that the curve sweeps as seen from an origin, positive counterclockwise.

        By Green's theorem these add up to the area of the domain.
        """

    @property
    def rounding(self) -> float:
        """The distance below which two curves are taken to run on each other."""
        return 1e-13 * max(self.scale, float(np.abs(self.bounds).max()))

    def contains(self, points: np.ndarray, tolerance: float) -> np.ndarray:
        lower, upper = self.bounds
        room = slack(lower, np.maximum(upper, lower + self.scale), tolerance).max()
        return self.distance(points) <= room

    def rule(self, n: int) -> Rule:
        return gauss_rule(self, n)


def cut(curve: Curve, level: Callable[[np.ndarray], np.ndarray], nodes: np.ndarray) -> list[Curve]:
    """The pieces of a curve on which a function is positive.

    Args:
        curve: The curve.
        level: Function of points `(n, 2)`. Where it changes its sign between neighbouring nodes,
            the place is found by bisection.
        nodes: Increasing values from 0 to 1 in the unit interval, `(m,)`.
    """

    def at(unit: np.ndarray) -> np.ndarray:
        return level(curve.from_unit(unit[:, None])) > 0

    states = at(nodes)
    change = states[:-1] != states[1:]
    low, high, first = nodes[:-1][change], nodes[1:][change], states[:-1][change]
    for _ in range(HALVINGS if change.any() else 0):
        middle = (low + high) / 2.0
        same = at(middle) == first
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    breaks = np.concatenate([[0.0], (low + high) / 2.0, [1.0]])
    breaks = breaks[np.concatenate([[True], np.diff(breaks) > SHORTEST])]
    breaks[-1] = 1.0
    kept = at((breaks[:-1] + breaks[1:]) / 2.0)
    spans: list[list[float]] = []
    for start, end in zip(breaks[:-1][kept], breaks[1:][kept], strict=True):
        if spans and spans[-1][1] == start:
            spans[-1][1] = float(end)
        else:
            spans.append([float(start), float(end)])
    if spans == [[0.0, 1.0]]:
        return [curve]
    if curve.periodic_axes and len(spans) > 1 and spans[0][0] == 0.0 and spans[-1][1] == 1.0:
        spans[-1][1] += spans.pop(0)[1]
    return [curve.piece(start, end) for start, end in spans]


def nodes_for(distance: Callable[[np.ndarray], np.ndarray], curve: Curve) -> np.ndarray:
    """Nodes on a curve between which a signed distance changes its sign at most once.

    A distance changes by at most the length between two points. So where those at the ends of an
    interval add up to more than its length there is no zero in it; the others are halved. Intervals
    along which the curve runs on the other boundary are left as they are.
    """
    nodes = np.linspace(0.0, 1.0, 33)
    for _ in range(20):
        distances = np.abs(distance(curve.from_unit(nodes[:, None])))
        ends = np.stack([distances[:-1], distances[1:]])
        lengths = np.diff(nodes) * curve.measure
        unsure = (ends.sum(axis=0) <= lengths) & (ends.max(axis=0) > curve.rounding)
        if not unsure.any():
            break
        nodes = np.sort(np.concatenate([nodes, ((nodes[:-1] + nodes[1:]) / 2.0)[unsure]]))
    return nodes
