"""Parts of the boundary of a domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasphys._registry import pack, serializable, unpack
from kerasphys._validation import check_choice, check_int, check_positive_int, message
from kerasphys.geometry._arrays import TOLERANCE
from kerasphys.geometry.face import Face
from kerasphys.geometry.geometry import Geometry
from kerasphys.geometry.region import Region
from kerasphys.geometry.samplers import SAMPLERS, TENSOR_RULES, points_per_axis, unit_samples


@serializable
class Boundary(Region):
    """The union of parts of the boundary of a geometry; written `geometry.boundary(...)`.

    Points are shared among the faces in proportion to their measures, at least one to each face
    where there are enough, and come face after face. On a face that is a single point, that point
    is repeated. The rules `"grid"` and `"chebyshev"` include edges, so that points where faces meet
    may occur twice; on faces of two and more dimensions they give each face the same number. At a
    point that lies on several faces, the normal is that of the first.

    Args:
        geometry: The geometry.
        names: Names among `geometry.parts`; none for the whole boundary.

    Raises:
        ValueError: If the geometry has no part of that name.

    Example:
        ```python
        import kerasphys as kp

        disk = kp.geometry.Disk((0, 0), 1)
        circle = disk.boundary("circle")
        points = circle.sample(100, seed=0)
        assert circle.contains(points).all()
        assert circle.normals([[0.0, 1.0]]).tolist() == [[0.0, 1.0]]
        ```
    """

    def __init__(self, geometry: Geometry, names: str | Sequence[str] = ()):
        if not isinstance(geometry, Geometry):
            raise TypeError(
                message("geometry", "a geometry such as kp.geometry.Interval", geometry)
            )
        names = (names,) if isinstance(names, str) else names
        if not isinstance(names, Sequence):
            raise TypeError(message("names", "a sequence of names of parts", names))
        self.geometry = geometry
        self.names = tuple(
            dict.fromkeys(check_choice("names", name, geometry.parts) for name in names)
        )
        self.coordinates = geometry.coordinates

    @property
    def faces(self) -> tuple[Face, ...]:
        """The faces of the geometry that belong to the boundary, in the geometry's order."""
        wanted = set(self.names or self.geometry.parts)
        return tuple(face for face in self.geometry.faces if wanted.intersection(face.parts))

    @property
    def measure(self) -> float:
        return float(sum(face.measure for face in self.faces))

    def sample(self, n: int, sampler: str = "sobol", seed: int = 0) -> np.ndarray:
        counts = self._counts(
            check_positive_int("n", n), check_choice("sampler", sampler, SAMPLERS)
        )
        seeds = np.random.SeedSequence(check_int("seed", seed, minimum=0))
        return np.concatenate(
            [
                face.from_unit(
                    unit_samples(count, face.unit_dim, sampler, int(state), face.periodic_axes)
                )
                for face, count, state in zip(
                    self.faces, counts, seeds.generate_state(len(counts)), strict=True
                )
                if count
            ]
        )

    def contains(self, points: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
        points = self._check_points(points)
        return np.any([face.contains(points, tolerance) for face in self.faces], axis=0)

    def normals(self, points: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
        points = self._check_points(points)
        normals = np.zeros_like(points)
        found = np.zeros(len(points), dtype=bool)
        for face in self.faces:
            here = face.contains(points, tolerance) & ~found
            normals[here] = face.normals(points[here])
            found |= here
        self._check_all_on(points, found)
        return normals

    def get_config(self) -> dict[str, Any]:
        return {"geometry": pack(self.geometry), "names": list(self.names)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Boundary:
        return cls(**unpack(config, "geometry"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Boundary) and (self.geometry, self.names) == (
            other.geometry,
            other.names,
        )

    __hash__ = Region.__hash__

    def __repr__(self) -> str:
        whole = repr(self.geometry)
        if len(self.geometry.factors) > 1:
            whole = f"({whole})"
        return f"{whole}.boundary({', '.join(repr(name) for name in self.names)})"

    def _counts(self, n: int, sampler: str) -> list[int]:
        """How many of `n` points each face gets."""
        faces = self.faces
        axes = faces[0].unit_dim  # the same for all: the boundary has one dimension
        if sampler in TENSOR_RULES and axes > 1:
            return [points_per_axis(n, axes, sampler, len(faces)) ** axes] * len(faces)
        return apportion(n, np.array([face.measure for face in faces]))


def apportion(n: int, measures: np.ndarray) -> list[int]:
    """Shares `n` by largest remainder; each gets at least one where `n` is large enough."""
    shares = n * (measures / measures.sum())
    counts = np.floor(shares).astype(int)
    order = np.argsort(-(shares - counts), kind="stable")  # ties: the first face first
    counts[order[: n - counts.sum()]] += 1
    if n >= len(counts):
        while not counts.all():
            counts[counts.argmax()] -= 1
            counts[counts.argmin()] += 1
    return counts.tolist()
