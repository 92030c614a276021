"""Where the conditions of a problem hold on a grid."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from kerasphys.conditions import Condition, Dirichlet, Periodic
from kerasphys.conditions.planes import Plane, planes
from kerasphys.problem import Problem


@dataclass(frozen=True)
class Block:
    """The nodes of a grid between some indices along each axis.

    Attributes:
        slices: For each axis the nodes that belong to it.
        normal: The outward normal along the spatial coordinates, where the block is a face.
    """

    slices: tuple[slice, ...]
    normal: tuple[float, ...] | None = None

    def rows(self, values: tf.Tensor, rank: int) -> tf.Tensor:
        """The values at its nodes, sample after sample: from `(n, *grid, ...)` to `(rows, ...)`."""
        taken = values[(slice(None), *self.slices)]
        return tf.reshape(taken, (-1, *values.shape[rank + 1 :]))

    def points(self, axes: Sequence[np.ndarray]) -> np.ndarray:
        """The coordinates of its nodes, `(nodes, d)`, on a grid with these axes."""
        parts = [axis[part] for axis, part in zip(axes, self.slices, strict=True)]
        return np.stack([x.ravel() for x in np.meshgrid(*parts, indexing="ij")], axis=1)


def periodic_conditions(problem: Problem) -> dict[str, Periodic]:
    """The periodic conditions, which the grid fulfils; they must be about all fields."""
    found = {n: c for n, c in problem.conditions.items() if isinstance(c, Periodic)}
    for name, condition in found.items():
        free = [field for field in problem.fields if field not in condition.fields]
        if free:
            raise ValueError(
                f"The condition {name!r} is not about {', '.join(free)}, while a grid is periodic "
                "in all fields. Name all fields in it."
            )
    return found


def blocks_of(problem: Problem, wanted: Sequence[str]) -> dict[str, list[Block]]:
    """The nodes at which each of the wanted conditions must hold.

    An equation on the whole domain holds at all nodes but those of the faces on which there is a
    condition: each node has one equation.

    Args:
        problem: The problem.
        wanted: Names of conditions that are not periodic.

    Raises:
        ValueError: If a condition holds elsewhere than on the domain or on faces of it.
    """
    faces = {
        name: faces_of(problem, name, condition)
        for name, condition in problem.conditions.items()
        if not isinstance(condition, Periodic)
    }
    taken = set(itertools.chain.from_iterable(faces.values()))
    inside = Block(
        tuple(
            slice(int((axis, -1) in taken), -1 if (axis, 1) in taken else None)
            for axis in range(problem.domain.dim)
        )
    )
    return {
        name: [_face(problem, plane) for plane in faces[name]] if faces[name] else [inside]
        for name in wanted
    }


def held_planes(problem: Problem) -> set[Plane]:
    """The faces on which values are given."""
    found = set()
    for name, condition in problem.conditions.items():
        if isinstance(condition, Dirichlet):
            found.update(faces_of(problem, name, condition))
    return found


def everywhere(problem: Problem) -> Block:
    """All nodes."""
    return Block((slice(None),) * problem.domain.dim)


def faces_of(problem: Problem, name: str, condition: Condition) -> list[Plane]:
    """The faces on which a condition holds; none if it holds on the whole domain."""
    region = condition.region(problem.domain)
    if region == problem.domain and not condition.needs_normals:
        return []
    found = planes(problem.domain, region)
    if found is None:
        raise ValueError(
            f"The condition {name!r} holds on {region!r}, and on a grid conditions hold at its "
            "nodes: of the whole domain, or of faces of it. Take domain.boundary(...)."
        )
    across = [condition.across for condition in periodic_conditions(problem).values()]
    for plane in found:
        if problem.coordinates[plane[0]] in across:
            raise ValueError(
                f"The condition {name!r} holds on a face of {problem.coordinates[plane[0]]!r}, "
                "which is periodic and has none. Name the others: domain.boundary(...)."
            )
        if condition.needs_normals:
            condition.check_normals(_normals(problem, plane), problem.namespace)
    return found


def _face(problem: Problem, plane: Plane) -> Block:
    axis, side = plane
    at = slice(0, 1) if side < 0 else slice(-1, None)
    slices = tuple(at if other == axis else slice(None) for other in range(problem.domain.dim))
    normal = _normals(problem, plane)[0, list(problem.namespace.spatial)]
    return Block(slices, tuple(normal.tolist()))


def _normals(problem: Problem, plane: Plane) -> np.ndarray:
    """The outward normal of a face, `(1, d)`."""
    axis, side = plane
    return side * np.eye(problem.domain.dim)[[axis]]
