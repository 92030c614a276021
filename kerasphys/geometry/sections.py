"""Regions cut at given values of some coordinates."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Sequence

import numpy as np

from kerasphys._validation import check_choice
from kerasphys.geometry.boundary import Boundary, apportion
from kerasphys.geometry.box import Box
from kerasphys.geometry.faces.face import Face
from kerasphys.geometry.faces.flat_face import FlatFace
from kerasphys.geometry.geometry import Geometry
from kerasphys.geometry.interval import Interval
from kerasphys.geometry.product import Product, ProductFace
from kerasphys.geometry.quadrature import product_rule
from kerasphys.geometry.region import Region

Factor = Geometry | Face


class Sections:
    """What is left of a region at each value of some of its coordinates.

    The region must be a product of where these coordinates lie and of the rest, as space times
    time is, a box, or a wall at all times.

    Args:
        region: A domain or a part of its boundary.
        each: Names of some of its coordinates, not all.

    Raises:
        ValueError: If the region is no such product, or nothing is left.

    Attributes:
        each: The names in the region's order.
        values: The domain of these coordinates.
    """

    def __init__(self, region: Region, each: Sequence[str]):
        names = region.coordinates
        wanted = [check_choice("each", name, names) for name in each]
        self.each = tuple(name for name in names if name in wanted)
        self._columns = [names.index(name) for name in self.each]
        self._others = [i for i, name in enumerate(names) if name not in self.each]
        if not self._others:
            raise ValueError(
                f"Argument `each` names all coordinates, {', '.join(names)}, and leaves none to "
                "integrate over. Take a kp.Residual."
            )
        if isinstance(region, Boundary):
            pieces: Sequence[Factor] = region.faces
        else:
            pieces = (region,) if isinstance(region, Geometry) else ()
        split = [_split(piece, names, self.each) for piece in pieces]
        cut = [functools.reduce(operator.mul, parts) if parts else None for parts, _ in split]
        if not cut or cut[0] is None or any(domain != cut[0] for domain in cut):
            raise ValueError(
                f"Argument `each`: {region!r} is no product of {', '.join(self.each)} and the "
                "other coordinates. Name other coordinates, or take a part of it that is: such as "
                'the walls at all times, domain.boundary("x").'
            )
        self.values: Geometry = cut[0]
        self._rest = [rest for _, rest in split]

    def rule(self, values: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Quadrature points in each section.

        Args:
            values: The coordinates `each`, `(rows, e)`.
            n: Positive integer, the most points in a section.

        Returns:
            The points `(rows, m, d)` and the weights `(m,)`, the same in all sections.
        """
        measures = [math.prod(factor.measure for factor in rest) for rest in self._rest]
        counts = apportion(n, np.array(measures))
        rules = [
            product_rule(rest, max(count, 1))
            for rest, count in zip(self._rest, counts, strict=True)
        ]
        nodes = np.concatenate([points for points, _ in rules])
        found = np.empty((len(values), len(nodes), len(self._columns) + len(self._others)))
        found[:, :, self._columns] = values[:, np.newaxis]
        found[:, :, self._others] = nodes
        return found, np.concatenate([weights for _, weights in rules])


def _split(
    piece: Factor, names: tuple[str, ...], each: tuple[str, ...]
) -> tuple[list[Geometry], list[Factor]]:
    """The factors of a piece along the coordinates `each`, and the others.

    There are none of the former where a factor belongs to both, or does not move along one.
    """
    along: list[Geometry] = []
    rest: list[Factor] = []
    first = 0
    for factor in _factors(piece):
        own = set(names[first : first + factor.dim])
        first += factor.dim
        if own.isdisjoint(each):
            rest.append(factor)
        elif own <= set(each) and isinstance(factor, Geometry):
            along.append(factor)
        else:
            return [], []
    return along, rest


def _factors(piece: Factor) -> list[Factor]:
    """The pieces of which this one is the product, of one coordinate each where it can be."""
    if isinstance(piece, Product | ProductFace):
        return [*_factors(piece.left), *_factors(piece.right)]
    if isinstance(piece, Box):
        sides = zip(piece.lower, piece.upper, piece.names, strict=True)
        return [Interval(lower, upper, name) for lower, upper, name in sides]
    if isinstance(piece, FlatFace):
        return _sides(piece)
    return [piece]


def _sides(face: FlatFace) -> list[Factor]:
    """A flat face as the product of intervals and one end."""
    corners = zip(*face.box, face.names, strict=True)
    intervals = [Interval(lower, upper, name) for lower, upper, name in corners]
    end = intervals[face.axis].faces[int(face.end)]
    return [end if axis == face.axis else side for axis, side in enumerate(intervals)]
