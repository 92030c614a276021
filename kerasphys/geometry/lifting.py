"""Regions of a space as regions of a product of it with intervals."""

from __future__ import annotations

from collections.abc import Mapping

from kerasphys.geometry.geometry import Geometry
from kerasphys.geometry.interval import Interval
from kerasphys.geometry.region import Region


def lift(region: Region, space: Geometry, intervals: Mapping[str, Interval]) -> Region:
    """The region at all values of further coordinates.

    Args:
        region: A region of `space`, or one that has the further coordinates already and stays as
            it is.
        space: The domain without the further coordinates.
        intervals: The further coordinates, by name, and where they lie.

    Raises:
        ValueError: If the region is a set of single points: which values belong to each?
    """
    if not intervals or tuple(region.coordinates) != space.coordinates:
        return region
    if type(region).__mul__ is Region.__mul__:
        wanted = ", ".join([*space.coordinates, *intervals])
        raise ValueError(
            f"{region!r} has no values of {', '.join(intervals)}, which the problem has as "
            f"kp.Range. Give them: one column for each of {wanted}."
        )
    for interval in intervals.values():
        region = region * interval
    return region
