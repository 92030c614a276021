"""What of a region lies in an interval of one coordinate."""

from __future__ import annotations

import functools
import operator

from kerasphys.geometry.boundary import Boundary
from kerasphys.geometry.box import Box
from kerasphys.geometry.geometry import Geometry
from kerasphys.geometry.interval import Interval
from kerasphys.geometry.region import Region


def slab(region: Region, coordinate: str, lower: float, upper: float) -> Region | None:
    """The part of a region between two values of a coordinate; `None` where there is none.

    Of a boundary, the side where the coordinate starts belongs to the slab that begins there or
    holds it, the side where it ends to the one that ends there or holds it.

    Args:
        region: A domain, or a part of the boundary of one, in which the coordinate stands in an
            interval or a box of its own.
        coordinate: The name of the coordinate.
        lower: The lower value.
        upper: The upper value.

    Raises:
        ValueError: If the region is of another kind.
    """
    if isinstance(region, Geometry):
        factors = [_cut(factor, coordinate, lower, upper) for factor in region.factors]
        whole = [factor for factor in factors if factor is not None]
        return functools.reduce(operator.mul, whole) if len(whole) == len(factors) else None
    if not isinstance(region, Boundary):
        raise ValueError(
            f"{region!r} cannot be cut at values of {coordinate!r}. Take a domain, or a part of "
            "its boundary by name."
        )
    geometry = slab(region.geometry, coordinate, lower, upper)
    if geometry is None:
        return None
    assert isinstance(geometry, Geometry)
    start, end = extent(region.geometry, coordinate)
    sides = {
        f"start({coordinate})": lower <= start < upper,
        f"end({coordinate})": lower < end <= upper,
    }
    chosen = {part for face in region.faces for part in face.parts}
    names = [
        part for part in region.names or region.geometry.parts if part not in (coordinate, *sides)
    ]
    names += [side for side, here in sides.items() if here and side in chosen]
    return _part(geometry, names, region) if names else None


def _part(geometry: Geometry, names: list[str], region: Boundary) -> Boundary | None:
    """The parts of the boundary of a slab; `None` where a predicate of the region holds nowhere."""
    try:
        return Boundary(geometry, names, region.predicates)
    except ValueError:
        if region.predicates:
            return None
        raise


def extent(geometry: Geometry, coordinate: str) -> tuple[float, float]:
    """The smallest and the largest value of a coordinate."""
    axis = geometry.coordinates.index(coordinate)
    return float(geometry.bounds[0][axis]), float(geometry.bounds[1][axis])


def _cut(factor: Geometry, coordinate: str, lower: float, upper: float) -> Geometry | None:
    if coordinate not in factor.coordinates:
        return factor
    if not isinstance(factor, Interval | Box):
        raise ValueError(
            f"{factor!r} cannot be cut at values of {coordinate!r}: give that coordinate an "
            f'interval of its own, space * kp.geometry.Interval(0, 1, "{coordinate}").'
        )
    start, end = extent(factor, coordinate)
    start, end = max(start, lower), min(end, upper)
    if start >= end:
        return None
    if isinstance(factor, Interval):
        return Interval(start, end, coordinate)
    axis = factor.coordinates.index(coordinate)
    lower_corner, upper_corner = list(factor.lower), list(factor.upper)
    lower_corner[axis], upper_corner[axis] = start, end
    return Box(lower_corner, upper_corner, factor.names)
