"""Faces of the factors of a domain, and the distance from them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasphys.geometry import Geometry
from kerasphys.geometry.drawing import draw
from kerasphys.geometry.face import Face
from kerasphys.geometry.flat_face import FlatFace
from kerasphys.geometry.product import Product, ProductFace
from kerasphys.geometry.smooth_distance import trimmed

PROBES = {0: 1, 1: 129}  # of each face, by the dimension of its cube
OTHER_PROBES = 1024
CLEAR = 1e-3  # the smallest angle, in radians, at which a face leaves another one's continuation
AT_FACE = 1e-6  # of the scale: what is nearer belongs to the face


class Piece:
    """A face of one factor of a domain.

    Args:
        face: The face, in the coordinates of the factor.
        domain: The factor.
        columns: The indices of its coordinates among all.
    """

    def __init__(self, face: Face, domain: Geometry, columns: range):
        self.face = face
        self.domain = domain
        self.columns = columns

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

    def distance(self, columns: Sequence[Any], scale: float, rim: Sequence[int]) -> Any:
        """A smooth distance from the face, as a share of a scale.

        Args:
            columns: For each coordinate of the domain an array or tensor.
            scale: Positive number.
            rim: Which parts of its rim end the face: see `open_rim`.
        """
        distance, kept = self.face.implicit(*(columns[index] for index in self.columns))
        return trimmed(distance / scale, [kept[index] / scale for index in rim])

    def open_rim(self, scale: float) -> tuple[int, ...]:
        """The parts of its rim beyond which its continuation meets the domain.

        Only there it must be cut, which costs smoothness. Told by points of all faces.
        """
        points = np.concatenate([_probes(face) for face in self.domain.faces])
        distance, kept = self.face.implicit(*points.T / 1.0)
        levels = [level / scale for level in kept]
        away = trimmed(distance / scale, levels)
        apart = away > AT_FACE
        for count in range(len(levels)):
            for rim in itertools.combinations(range(len(levels)), count):
                found = trimmed(distance / scale, [levels[index] for index in rim])
                if np.all(found[apart] >= CLEAR * away[apart]):
                    return rim
        return tuple(range(len(levels)))


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
