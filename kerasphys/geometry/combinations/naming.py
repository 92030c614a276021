"""The parts that the faces of a combined domain belong to."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence

import numpy as np

from kerasphys.geometry.faces.face import Face


def name_faces(
    left: Sequence[Face],
    right: Sequence[Face],
    taken: Sequence[str],
    coordinates: tuple[str, ...],
    bounds: tuple[np.ndarray, np.ndarray],
) -> tuple[Face, ...]:
    """Faces of two parents with parts in which each name means one thing.

    Flat faces across a coordinate are named by where they are: at the ends of the domain as those
    of a box are, between them `"x=0.5"`. Other parts of the right parent whose names the left one
    has get a number: `"circle_2"`.

    Args:
        left: Faces that come from the left parent.
        right: Those that come from the right one.
        taken: The names of the parts of the left parent.
        coordinates: The names of the coordinates.
        bounds: The corners of the box around the domain.
    """
    used = set(taken)
    names: dict[str, str] = {}
    for part in dict.fromkeys(part for face in right for part in face.parts):
        if not is_flat(part, coordinates):
            names[part] = _free(part, used)
            used.add(names[part])
    return (
        *(_renamed(face, {}, coordinates, bounds) for face in left),
        *(_renamed(face, names, coordinates, bounds) for face in right),
    )


def is_flat(part: str, coordinates: tuple[str, ...]) -> bool:
    """Whether a part is named by a coordinate that is constant on it."""
    name = re.sub(r"^(?:start|end)\((\w+)\)$", r"\1", part).partition("=")[0]
    return name in coordinates


def _free(part: str, used: set[str]) -> str:
    """The name itself, or with the first number that makes it new."""
    if part not in used:
        return part
    stem = re.sub(r"_\d+$", "", part)
    number = 2
    while f"{stem}_{number}" in used:
        number += 1
    return f"{stem}_{number}"


def _renamed(
    face: Face,
    names: dict[str, str],
    coordinates: tuple[str, ...],
    bounds: tuple[np.ndarray, np.ndarray],
) -> Face:
    own = tuple(names.get(part, part) for part in face.parts if not is_flat(part, coordinates))
    if len(own) < len(face.parts):
        own = (*_flat_parts(face, coordinates, bounds), *own)
    renamed = copy.copy(face)
    renamed.parts = own
    return renamed


def _flat_parts(
    face: Face, coordinates: tuple[str, ...], bounds: tuple[np.ndarray, np.ndarray]
) -> tuple[str, ...]:
    point = face.from_unit(np.full((1, face.unit_dim), 0.5))
    normal = face.normals(point)[0]
    axis = int(np.abs(normal).argmax())
    name, value = coordinates[axis], point[0, axis]
    room = 1e-9 * (bounds[1] - bounds[0])[axis]
    if normal[axis] < 0.0 and value <= bounds[0][axis] + room:
        return name, f"start({name})"
    if normal[axis] > 0.0 and value >= bounds[1][axis] - room:
        return name, f"end({name})"
    return (f"{name}={value:g}",)
