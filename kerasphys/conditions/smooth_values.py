"""Values given on faces of any shape, and functions that vanish there."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import tensorflow as tf
import numpy as np, os

from kerasphys.conditions.piece import Piece
from kerasphys.conditions.traced import Traced, evaluate_in_graph
from kerasphys.conditions.values import Value
from kerasphys.geometry import Geometry
from kerasphys.geometry.smooth_distance import TINY, joined


class SmoothValues:
    def __init__(self, domain: Geometry, pieces: Sequence[tuple[Piece, Value]]):
        lower, upper = domain.bounds
        involved = sorted({column for piece, _ in pieces for column in piece.columns})
        self.coordinates = domain.coordinates
        self.scale = float((upper - lower)[involved].min()) / 2.0
        self.groups: list[tuple[Value, list[Piece]]] = []
        for piece, value in pieces:
            piece.rim = piece.open_rim(self.scale)
            print(type(piece.face).__name__, piece.rim)
            for other, members in self.groups:
                if value is other or (isinstance(value, float) and value == other):
                    members.append(piece)
                    break
            else:
                self.groups.append((value, [piece]))

    def value(self, columns: Sequence[tf.Tensor]) -> tf.Tensor:
        """`G` at the points, `(n,)`, from a column `(n,)` for each coordinate."""
        named = dict(zip(self.coordinates, columns, strict=True))
        values = [evaluate_in_graph(given, named) for given, _ in self.groups]
        if len(values) == 1:
            return values[0]
        value, *others = _traced(values)
        distance, *distances = (self._distance(pieces, columns) for _, pieces in self.groups)
        for other, to_other in zip(others, distances, strict=True):
            square = distance * distance
            share = square / (square + to_other * to_other + TINY)
            value = value + share * (other - value)
            distance = distance * to_other
        return value.tensor

    def factor(self, columns: Sequence[tf.Tensor]) -> tf.Tensor:
        """`D` at the points, `(n,)`."""
        return self._distance([p for _, pieces in self.groups for p in pieces], columns).tensor

    def _distance(self, pieces: Sequence[Piece], columns: Sequence[tf.Tensor]) -> Traced:
        """The distance from some faces, as a share of the scale."""
        columns = _traced(columns)
        mode = os.environ.get("PSI", "tanh")
        psi = {"tanh": lambda s: np.tanh(s), "tanh15": lambda s: np.tanh(1.5*s), "id": lambda s: s, "rat": lambda s: s/np.sqrt(1+s*s), }.get(mode)
        free = [p.distance(columns, self.scale, p.rim) for p in pieces if not p.rim]
        cut = [p.distance(columns, self.scale, p.rim) for p in pieces if p.rim]
        if mode == "req":
            return functools.reduce(joined, free + cut)
        if cut:
            free.append(functools.reduce(joined, cut))
        if len(free) == 1:
            return free[0]
        if psi is None:
            K = float(mode)
            prod = functools.reduce(lambda a, b: a * b, free)
            big = functools.reduce(lambda a, b: a * b, [f*f+K*K for f in free])
            return K*prod/np.sqrt(big-prod*prod)
        return functools.reduce(lambda a, b: a * b, map(psi, free))


def _traced(tensors: Sequence[tf.Tensor]) -> list[Traced]:
    return [Traced(tensor, tensor.dtype) for tensor in tensors]
