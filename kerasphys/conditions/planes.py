"""Faces on which one coordinate is constant."""

from __future__ import annotations

from kerasphys.geometry import Boundary, Geometry, Region

Plane = tuple[int, int]  # the index of a coordinate; -1 where it is smallest, +1 where largest


def planes(domain: Geometry, region: Region) -> list[Plane] | None:
    """The faces of a part of the boundary; `None` if it is no such part, or curved, or cut."""
    if not isinstance(region, Boundary) or region.geometry != domain or region.predicates:
        return None
    sides = {
        f"{end}({coordinate})": (index, side)
        for index, coordinate in enumerate(domain.coordinates)
        for end, side in (("start", -1), ("end", 1))
    }
    found = [[sides[part] for part in face.parts if part in sides] for face in region.faces]
    return [face[0] for face in found] if all(found) else None
