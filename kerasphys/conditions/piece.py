"""Faces of the factors of a domain, and the distance from them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasphys.geometry import Geometry
from kerasphys.geometry.drawing import draw
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.faces.flat_face import FlatFace
from kerasphys.geometry.faces.segment import Segment
from kerasphys.geometry.faces.smooth_distance import Implicit, trimmed
from kerasphys.geometry.product import Product, ProductFace

PROBES = {0: 1, 1: 129}  # of each face, by the dimension of its cube
OTHER_PROBES = 1024
CLEAR = 1e-3  # the smallest angle, in radians, at which a face leaves another one's continuation
STRAIGHT = 1.0 - 1e-13  # the cosine between edges in line with each other
AT_FACE = 1e-6  # of the scale: what is nearer belongs to the face


class Piece:
    """A face of one factor of a domain.

    Args:
        face: The face, in the coordinates of the factor.
        domain: The factor.
        columns: The indices of its coordinates among all.

    Attributes:
        scale: Half the smallest extent of the factor, the unit of distances.
    """

    def __init__(self, face: Face, domain: Geometry, columns: range):
        self.face = face
        self.domain = domain
        self.columns = columns
        lower, upper = domain.bounds
        self.scale = float((upper - lower).min()) / 2.0

    @property
    def plane(self) -> tuple[int, int] | None:
        """The coordinate that is constant and at which end of it; `None` if it is no such side."""
        if not isinstance(self.face, FlatFace):
            return None
        return self.columns[self.face.axis], 1 if self.face.end else -1

    @property
    def has_closed_form(self) -> bool:
        try:
            self.face.implicit(*np.zeros((self.face.dim, 1)))
        except NotImplementedError:
            return False
        return True

    @functools.cached_property
    def rim(self) -> tuple[int, ...]:
        """The parts of its rim beyond which its continuation meets the domain.

        Only there the face must be cut, which costs smoothness. Told by points of all faces.
        """
        points = np.concatenate([_probes(face) for face in self.domain.faces])
        distance, kept = self._levels([*points.T])
        every = range(len(kept))
        away = trimmed(distance, kept)
        apart = away > AT_FACE
        for rim in itertools.chain.from_iterable(itertools.combinations(every, n) for n in every):
            found = trimmed(distance, [kept[index] for index in rim])
            if np.all(found[apart] >= CLEAR * away[apart]):
                return rim
        return tuple(every)

    def distance(self, columns: Sequence[Any]) -> Any:
        """A smooth distance from the face, from an array or tensor for each coordinate."""
        distance, kept = self._levels([columns[index] for index in self.columns])
        return trimmed(distance, [kept[index] for index in self.rim])

    def on_face(self, points: np.ndarray) -> np.ndarray:
        """Points `(n, d)` of the whole domain, moved to places all over the face."""
        moved = points.copy()
        moved[:, list(self.columns)] = draw(self.face, len(points))
        return moved

    def merged(self, other: Piece) -> Piece | None:
        """Both as one, where they are edges that go on straight from one to the other."""
        one, two = self.face, other.face
        if self.columns != other.columns or not isinstance(one, Segment):
            return None
        if not isinstance(two, Segment) or one.direction @ two.direction < STRAIGHT:
            return None
        for first, second in ((one, two), (two, one)):
            if np.abs(first.end - second.start).max() <= AT_FACE * self.scale:
                whole = Segment(first.start, second.end, first.parts)
                return Piece(whole, self.domain, self.columns)
        return None

    def _levels(self, columns: Sequence[Any]) -> Implicit:
        distance, kept = self.face.implicit(*columns)
        return distance / self.scale, tuple(level / self.scale for level in kept)


def without_joints(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, with edges that go on straight as one."""
    found: list[Piece] = []
    for piece in pieces:
        whole = piece
        for other in found[::-1]:
            together = whole.merged(other)
            if together is not None:
                found.remove(other)
                whole = together
        found.append(whole)
    return found


def pieces_of(face: Face, domain: Geometry) -> list[Piece]:
    """A face of a domain as faces of a factor of it."""
    first = 0
    while isinstance(face, ProductFace) and isinstance(domain, Product):
        side: Face | Geometry = face.left
        if isinstance(side, Face):
            domain = domain.left
        else:
            first += domain.left.dim
            side, domain = face.right, domain.right
        assert isinstance(side, Face)
        face = side
    columns = range(first, first + domain.dim)
    return [Piece(piece, domain, columns) for piece in face.pieces]


@functools.lru_cache(maxsize=256)
def _probes(face: Face) -> np.ndarray:
    count = PROBES.get(face.unit_dim, OTHER_PROBES)
    return draw(face, count, "grid" if face.unit_dim == 1 else "sobol")
