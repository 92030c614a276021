"""Values given on faces of any shape, and functions that vanish there."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from kerasphys.conditions.piece import Piece, without_joints
from kerasphys.conditions.traced import Traced, evaluate_in_graph
from kerasphys.conditions.values import Value
from kerasphys.geometry import Geometry
from kerasphys.geometry.faces.smooth_distance import TINY, joined, rounded

PROBES = 64  # of each face
SAME = 1e-12  # of the largest value: functions that differ by less agree


class SmoothValues:
    """A function `G` that takes given values on faces, and a distance `D` that vanishes on them.

    `D` joins the distances from the faces by R-functions; faces of which each has the whole domain
    on one side are joined smoothly, so that `D` is smooth at the convex corners between them. At
    other corners its second derivatives grow as the reciprocal of the distance.

    `G` is the mean of the given functions, each weighted by the inverse square of the distance from
    its faces. A function that has the right values on other faces too serves them as well. So one
    function for all faces is `G` itself, and an inflow that vanishes on the walls needs no weight
    against them. The functions are evaluated in the whole domain.

    Args:
        domain: The domain.
        pieces: The faces, which have a closed form, and the value on each.

    Reference:
        Rvachev, Sheiko, Shapiro, Tsukanov, 2001, Transfinite interpolation over implicitly defined
        sets, https://doi.org/10.1016/S0167-8396(01)00015-2; Sukumar and Srivastava, 2022,
        https://doi.org/10.1016/j.cma.2021.114333
    """

    def __init__(self, domain: Geometry, pieces: Sequence[tuple[Piece, Value]]):
        self.coordinates = domain.coordinates
        self.pieces = without_joints([piece for piece, _ in pieces])
        self.groups: list[tuple[Value, list[Piece]]] = []
        inside, remaining = domain.sample(PROBES), list(pieces)
        while remaining:
            served = [
                [pair for pair in remaining if self._agree(value, pair, inside)]
                for _, value in remaining
            ]
            index = max(range(len(served)), key=lambda i: len(served[i]))
            members = without_joints([piece for piece, _ in served[index]])
            self.groups.append((remaining[index][1], members))
            remaining = [pair for pair in remaining if pair not in served[index]]

    def value(self, columns: Sequence[tf.Tensor]) -> tf.Tensor:
        """`G` at the points, `(n,)`, from a column `(n,)` for each coordinate."""
        named = dict(zip(self.coordinates, columns, strict=True))
        values = [evaluate_in_graph(given, named) for given, _ in self.groups]
        if len(values) == 1:
            return values[0]
        value, *others = _traced(values)
        distance, *distances = (_distance(pieces, columns) for _, pieces in self.groups)
        for other, to_other in zip(others, distances, strict=True):
            square = distance * distance
            share = square / (square + to_other * to_other + TINY)
            value = value + share * (other - value)
            distance = distance * to_other
        return value.tensor

    def factor(self, columns: Sequence[tf.Tensor]) -> tf.Tensor:
        """`D` at the points, `(n,)`."""
        return _distance(self.pieces, columns).tensor

    def _agree(self, value: Value, pair: tuple[Piece, Value], inside: np.ndarray) -> bool:
        """Whether a value is the one that is given on a piece."""
        piece, given = pair
        if value is given:
            return True
        columns = tf.unstack(tf.constant(piece.on_face(inside), tf.float64), axis=1)
        named: Mapping = dict(zip(self.coordinates, columns, strict=True))
        wanted = evaluate_in_graph(given, named).numpy()
        miss = np.abs(evaluate_in_graph(value, named).numpy() - wanted)
        return bool(np.all(miss <= SAME * (1.0 + np.abs(wanted).max())))


def _distance(pieces: Sequence[Piece], columns: Sequence[tf.Tensor]) -> Traced:
    """The distance from some faces."""
    traced = _traced(columns)
    whole = [piece.distance(traced) for piece in pieces if not piece.rim]
    cut = [piece.distance(traced) for piece in pieces if piece.rim]
    if cut:
        whole.append(functools.reduce(joined, cut))
    return functools.reduce(rounded, whole)


def _traced(tensors: Sequence[tf.Tensor]) -> list[Traced]:
    return [Traced(tensor, tensor.dtype) for tensor in tensors]
