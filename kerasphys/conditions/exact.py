"""Dirichlet and initial values that hold exactly, by the form of the solution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from kerasphys.conditions.condition import Condition
from kerasphys.conditions.dirichlet import Dirichlet
from kerasphys.conditions.piece import Piece, pieces_of
from kerasphys.conditions.smooth_values import SmoothValues
from kerasphys.conditions.traced import evaluate_in_graph
from kerasphys.conditions.values import Value
from kerasphys.derivatives import Namespace
from kerasphys.geometry import Boundary, Geometry

Sides = dict[int, Value]  # -1: where the coordinate is smallest, +1: where it is largest


class ExactValues:
    """Replaces the output `N` of a network by `G + D N`, which satisfies conditions exactly.

    `G` takes the given values on the faces, and is interpolated between them linearly along one
    coordinate after the other (a transfinite, or Boolean sum, interpolation); `D` is a product of
    one factor for each face that vanishes on it. So it is on the sides of intervals and boxes. On
    other faces, and on whole sides of a box that has such faces too, both come from distances:
    see `SmoothValues`. They are the first term and the first factor; the sides of the other
    factors of the domain, such as the initial time, follow one after the other.

    Args:
        domain: The domain.
        namespace: The names of the problem.
        conditions: `Dirichlet` conditions by name, on parts of the boundary.

    Raises:
        TypeError: If a given function cannot be evaluated on tensors.
        ValueError: If a condition is of another kind or on a face without a closed form, if two of
            them disagree where they meet, or a given function is not finite where it is needed.

    Reference:
        Lagaris, Likas, Fotiadis, 1998, https://doi.org/10.1109/72.712178; the interpolation:
        Gordon and Hall, 1973, https://doi.org/10.1007/BF01436298
    """

    def __init__(self, domain: Geometry, namespace: Namespace, conditions: Mapping[str, Condition]):
        self.domain = domain
        self.coordinates = namespace.coordinates
        given: list[list[tuple[str, Piece, Value]]] = [[] for _ in namespace.fields]
        for name, condition in conditions.items():
            for piece in self._pieces(name, condition):
                for field, value in condition.givens.items():
                    if isinstance(value, np.ndarray):
                        raise ValueError(
                            f"The condition {name!r} gives {field!r} as an array, which cannot be "
                            "built into the network. Give a number or a function."
                        )
                    given[namespace.fields.index(field)].append((name, piece, value))
        self.smooth: list[SmoothValues | None] = []
        self.sides: list[dict[int, Sides]] = []
        for field, entries in zip(namespace.fields, given, strict=True):
            curved = {c for _, piece, _ in entries if piece.plane is None for c in piece.columns}
            smooth = [entry for entry in entries if curved.intersection(entry[1].columns)]
            flat = [entry for entry in entries if not curved.intersection(entry[1].columns)]
            self.smooth.append(self._smooth_values(smooth))
            self.sides.append(_sides(field, flat))
        self._check_finite(namespace)
        self._check_agreement(namespace, conditions)

    def __call__(self, points: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        """The fields `(n, m)` at points `(n, d)`, from the network's outputs `(n, m)`."""
        columns = tf.unstack(points, axis=1)
        fields = [
            output
            if smooth is None and not sides
            else self._value(smooth, sides, columns) + self._factor(smooth, sides, columns) * output
            for smooth, sides, output in zip(
                self.smooth, self.sides, tf.unstack(outputs, axis=1), strict=True
            )
        ]
        return tf.stack(fields, axis=1)

    def parts(self, points: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """`G` and `D` for all fields, `(n, m)` each; 0 and 1 for a field without conditions."""
        columns = tf.unstack(points, axis=1)
        fields = list(zip(self.smooth, self.sides, strict=True))
        values = [self._value(*field, columns) for field in fields]
        factors = [self._factor(*field, columns) for field in fields]
        return tf.stack(values, axis=1), tf.stack(factors, axis=1)

    def _value(
        self,
        smooth: SmoothValues | None,
        faces: Mapping[int, Sides],
        columns: Sequence[tf.Tensor],
    ) -> tf.Tensor:
        """`G` at the points, axis after axis."""
        value = tf.zeros_like(columns[0]) if smooth is None else smooth.value(columns)
        done: dict[int, Sides] = {}
        for axis, sides in faces.items():
            fraction = self._fraction(axis, columns[axis])
            correction = tf.zeros_like(value)
            for side, given in sides.items():
                on_face = list(columns)
                on_face[axis] = tf.zeros_like(columns[axis]) + self._bound(axis, side)
                named = dict(zip(self.coordinates, on_face, strict=True))
                jump = evaluate_in_graph(given, named) - self._value(smooth, done, on_face)
                if len(sides) == 2:
                    jump *= fraction if side > 0 else 1 - fraction
                correction += jump
            value += correction
            done[axis] = sides
        return value

    def _factor(
        self,
        smooth: SmoothValues | None,
        faces: Mapping[int, Sides],
        columns: Sequence[tf.Tensor],
    ) -> tf.Tensor:
        """`D` at the points: zero on each face; at most one, where all of them are sides."""
        factor = tf.ones_like(columns[0]) if smooth is None else smooth.factor(columns)
        for axis, sides in faces.items():
            fraction = self._fraction(axis, columns[axis])
            if len(sides) == 2:
                factor *= 4 * fraction * (1 - fraction)
            else:
                factor *= 1 - fraction if 1 in sides else fraction
        return factor

    def _bound(self, axis: int, side: int) -> float:
        return float(self.domain.bounds[0 if side < 0 else 1][axis])

    def _fraction(self, axis: int, column: tf.Tensor) -> tf.Tensor:
        lower, upper = self._bound(axis, -1), self._bound(axis, 1)
        return (column - lower) / (upper - lower)

    def _pieces(self, name: str, condition: Condition) -> list[Piece]:
        """The faces of a condition."""
        region = condition.region(self.domain)
        if (
            not isinstance(condition, Dirichlet)
            or not isinstance(region, Boundary)
            or region.geometry != self.domain
        ):
            raise ValueError(
                f"The condition {name!r} cannot be built into the network: only kp.Dirichlet on "
                "parts of the domain's boundary can. Leave it in the loss: name the others in "
                "`hard`."
            )
        return [piece for face in region.faces for piece in pieces_of(face, self.domain)]

    def _smooth_values(self, entries: Sequence[tuple[str, Piece, Value]]) -> SmoothValues | None:
        for name, piece, _ in entries:
            if not piece.has_closed_form:
                raise ValueError(
                    f"The condition {name!r} cannot be built into the network: it holds on a face "
                    "whose distance has no closed form, such as a piece of a surface or facets "
                    "of a mesh in space. Leave it in the loss: name the others in `hard`."
                )
        values = [(piece, value) for _, piece, value in entries]
        return SmoothValues(self.domain, values) if values else None

    def _check_points_of(self, condition: Condition) -> np.ndarray:
        """Points of its faces; where distances are in use, the places where faces meet too."""
        region = condition.region(self.domain)
        points = region.sample(256)
        if any(smooth is not None for smooth in self.smooth):
            points = np.concatenate([points, region.sample(256, "grid")])
        return points

    def _check_finite(self, namespace: Namespace) -> None:
        """Refuses functions that are given on a face and not finite elsewhere in the domain."""
        points = tf.constant(self.domain.sample(256), tf.float64)
        columns = tf.unstack(points, axis=1)
        for field, smooth in zip(namespace.fields, self.smooth, strict=True):
            if smooth is not None and not np.all(np.isfinite(smooth.value(columns).numpy())):
                raise ValueError(
                    f"The values given for {field!r} cannot be built into the network: they are "
                    "continued into the domain by their functions, which are not finite there. "
                    "Write them so that they are, or leave their conditions in the loss: name the "
                    "others in `hard`."
                )

    def _check_agreement(self, namespace: Namespace, conditions: Mapping[str, Condition]) -> None:
        for name, condition in conditions.items():
            points = self._check_points_of(condition)
            tensor = tf.constant(points, tf.float64)
            columns = tf.unstack(tensor, axis=1)
            named = dict(zip(self.coordinates, columns, strict=True))
            values = self(tensor, tf.zeros((len(points), len(self.sides)), tf.float64)).numpy()
            for field, given in condition.givens.items():
                index = namespace.fields.index(field)
                wanted = evaluate_in_graph(given, named).numpy()
                miss = np.abs(values[:, index] - wanted)
                if not np.all(miss <= 1e-8 * (1 + np.abs(wanted).max())):
                    where = points[np.nanargmax(miss)].tolist()
                    raise ValueError(
                        f"The condition {name!r} cannot hold exactly together with the others: "
                        f"they disagree where their faces meet (near {where} by "
                        f"{np.nanmax(miss):.2g}). Make the values agree there, or leave one of "
                        "them in the loss: name the others in `hard`."
                    )


def _sides(field: str, entries: Sequence[tuple[str, Piece, Value]]) -> dict[int, Sides]:
    """For each coordinate the values of a field on the sides across it."""
    found: dict[int, Sides] = {}
    for name, piece, value in entries:
        assert piece.plane is not None
        axis, side = piece.plane
        sides = found.setdefault(axis, {})
        if side in sides:
            raise ValueError(
                f"The condition {name!r} gives {field!r} on a face that has a value already. "
                "Leave one of them out."
            )
        sides[side] = value
    return found
