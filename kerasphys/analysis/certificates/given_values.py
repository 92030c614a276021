"""What Dirichlet conditions say on faces, and by how much a model misses it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kerasphys.analysis.certificates.bound_term import BoundTerm
from kerasphys.analysis.certificates.no_bound import NoBound
from kerasphys.conditions import Condition, Dirichlet
from kerasphys.conditions.values import Value, evaluate
from kerasphys.geometry import Face, unit_samples
from kerasphys.models import PINNModel

PROBES = 64
LEAST_SIDE = 9
TOLERANCE = 1e-9


class GivenValues:
    """The Dirichlet conditions of a model on the faces of its domain.

    Args:
        model: The model.
    """

    def __init__(self, model: PINNModel):
        self.model = model
        self._conditions = {
            name: condition
            for name, condition in model.problem.conditions.items()
            if isinstance(condition, Dirichlet)
        }

    def exact(self, faces: Sequence[Face]) -> bool:
        """Whether all values there are built into the model."""
        built_in = self.model.exact_conditions
        return all(name in built_in for face in faces for name in self._on(face))

    def values(self, points: np.ndarray) -> np.ndarray:
        """The fields at points, `(n, m)`."""
        return self.model(points.astype(self.model.compute_dtype)).numpy().astype(np.float64)

    def mismatch(self, face: Face, points: np.ndarray) -> np.ndarray:
        """Field less given value at points of a face, `(n, m)`; NaN where there is no value.

        Raises:
            NoBound: If a field is not given everywhere on the face.
        """
        problem = self.model.problem
        found = np.full((len(points), len(problem.fields)), np.nan)
        values = self.values(points)
        for name, condition in self._on(face).items():
            here = condition.region(problem.domain).contains(points)
            for field, given in condition.givens.items():
                column = problem.fields.index(field)
                if name in self.model.exact_conditions:
                    miss = np.zeros(here.sum())
                else:
                    argument = f"{name}.{field}"
                    wanted = given_at(argument, given, points[here], problem.coordinates)
                    miss = values[here, column] - wanted
                found[here, column] = np.where(
                    np.abs(miss) >= np.nan_to_num(np.abs(found[here, column])),
                    miss,
                    found[here, column],
                )
        inside = face.contains(points, TOLERANCE)
        gaps = np.isnan(found[inside]).any(axis=0)
        if gaps.any():
            fields = ", ".join(f for f, gap in zip(problem.fields, gaps, strict=True) if gap)
            raise NoBound(f"no kp.Dirichlet gives {fields} on all of {face.parts[-1]!r}")
        return found

    def maximum(self, faces: Sequence[Face], count: int) -> BoundTerm:
        """The largest mismatch of one field on faces, and what it may be between the points.

        On each face the points form a grid, its edges included. Between two of them a smooth
        function exceeds them by at most `h² max|u''| / 8`, which second differences tell.

        Args:
            faces: The faces.
            count: About how many points they get together.
        """
        size = uncertainty = 0.0
        for face in faces:
            side = max(round((count / len(faces)) ** (1 / max(face.unit_dim, 1))), LEAST_SIDE)
            grid = unit_samples(side**face.unit_dim, face.unit_dim, "grid")
            miss = self.mismatch(face, face.from_unit(grid)).reshape((side,) * face.unit_dim)
            between = 0.0
            for axis in range(face.unit_dim):
                bends = np.abs(np.diff(miss, 2, axis=axis))
                between += float(np.max(bends, initial=0.0, where=~np.isnan(bends))) / 8
            size = max(size, float(np.nanmax(np.abs(miss))))
            uncertainty = max(uncertainty, between)
        return BoundTerm(size, uncertainty)

    def _on(self, face: Face) -> dict[str, Condition]:
        """The conditions that hold on the face, or a part of it that is more than its edge."""
        probes = face.from_unit(unit_samples(PROBES, face.unit_dim))
        domain = self.model.problem.domain
        return {
            name: condition
            for name, condition in self._conditions.items()
            if condition.region(domain).contains(probes).any()
        }


def given_at(
    argument: str, value: Value, points: np.ndarray, coordinates: tuple[str, ...]
) -> np.ndarray:
    """A given value at points; `NoBound` where it has none but at points of its own."""
    if isinstance(value, np.ndarray):
        raise NoBound(
            f"{argument} is given as an array, which has no values at other points: give a "
            "function or a kp.Table"
        )
    return evaluate(argument, value, points, coordinates)
