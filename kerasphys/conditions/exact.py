"""Dirichlet and initial values that hold exactly, by the form of the solution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from kerasphys.conditions.condition import Condition
from kerasphys.conditions.dirichlet import Dirichlet
from kerasphys.conditions.planes import Plane, planes
from kerasphys.conditions.traced import evaluate_in_graph
from kerasphys.conditions.values import Value
from kerasphys.derivatives import Namespace
from kerasphys.geometry import Boundary, Geometry

Sides = dict[int, Value]  # -1: where the coordinate is smallest, +1: where it is largest


class ExactValues:
    """Replaces the output `N` of a network by `G + D N`, which satisfies conditions exactly.

    `G` takes the given values on the faces, and is interpolated between them linearly along one
    coordinate after the other (a transfinite, or Boolean sum, interpolation); `D` is a product of
    one factor for each face that vanishes on it.

    Args:
        domain: An interval, a box, or a product of them with anything.
        namespace: The names of the problem.
        conditions: `Dirichlet` conditions by name, on faces where one coordinate is constant.

    Raises:
        TypeError: If a given function cannot be evaluated on tensors.
        ValueError: If a condition is of another kind or on a curved boundary, or if two of them
            disagree where they meet.

    Reference:
        Lagaris, Likas, Fotiadis, 1998, https://doi.org/10.1109/72.712178; the interpolation:
        Gordon and Hall, 1973, https://doi.org/10.1007/BF01436298
    """

    def __init__(self, domain: Geometry, namespace: Namespace, conditions: Mapping[str, Condition]):
        self.domain = domain
        self.coordinates = namespace.coordinates
        self.fields: list[dict[int, Sides]] = [{} for _ in namespace.fields]
        for name, condition in conditions.items():
            for axis, side in self._planes(name, condition):
                for field, value in condition.givens.items():
                    if isinstance(value, np.ndarray):
                        raise ValueError(
                            f"The condition {name!r} gives {field!r} as an array, which cannot be "
                            "built into the network. Give a number or a function."
                        )
                    sides = self.fields[namespace.fields.index(field)].setdefault(axis, {})
                    if side in sides:
                        raise ValueError(
                            f"The condition {name!r} gives {field!r} on a face that has a value "
                            "already. Leave one of them out."
                        )
                    sides[side] = value
        self._check_agreement(namespace, conditions)

    def __call__(self, points: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        """The fields `(n, m)` at points `(n, d)`, from the network's outputs `(n, m)`."""
        columns = tf.unstack(points, axis=1)
        fields = [
            self._value(sides, columns) + self._factor(sides, columns) * output if sides else output
            for sides, output in zip(self.fields, tf.unstack(outputs, axis=1), strict=True)
        ]
        return tf.stack(fields, axis=1)

    def parts(self, points: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """`G` and `D` for all fields, `(n, m)` each; 0 and 1 for a field without conditions."""
        columns = tf.unstack(points, axis=1)
        values = [self._value(sides, columns) for sides in self.fields]
        factors = [self._factor(sides, columns) for sides in self.fields]
        return tf.stack(values, axis=1), tf.stack(factors, axis=1)

    def _value(self, faces: Mapping[int, Sides], columns: Sequence[tf.Tensor]) -> tf.Tensor:
        """`G` at the points, axis after axis."""
        value = tf.zeros_like(columns[0])
        done: dict[int, Sides] = {}
        for axis, sides in faces.items():
            fraction = self._fraction(axis, columns[axis])
            correction = tf.zeros_like(value)
            for side, given in sides.items():
                on_face = list(columns)
                on_face[axis] = tf.zeros_like(columns[axis]) + self._bound(axis, side)
                named = dict(zip(self.coordinates, on_face, strict=True))
                jump = evaluate_in_graph(given, named) - self._value(done, on_face)
                if len(sides) == 2:
                    jump *= fraction if side > 0 else 1 - fraction
                correction += jump
            value += correction
            done[axis] = sides
        return value

    def _factor(self, faces: Mapping[int, Sides], columns: Sequence[tf.Tensor]) -> tf.Tensor:
        """`D` at the points: zero on each face, at most one."""
        factor = tf.ones_like(columns[0])
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

    def _planes(self, name: str, condition: Condition) -> list[Plane]:
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
        found = planes(self.domain, region)
        if found is None:
            raise ValueError(
                f"The condition {name!r} cannot be built into the network: it holds on a "
                "curved face. Leave it in the loss: name the others in `hard`."
            )
        return found

    def _check_agreement(self, namespace: Namespace, conditions: Mapping[str, Condition]) -> None:
        for name, condition in conditions.items():
            points = condition.region(self.domain).sample(256)
            tensor = tf.constant(points, tf.float64)
            columns = tf.unstack(tensor, axis=1)
            named = dict(zip(self.coordinates, columns, strict=True))
            values = self(tensor, tf.zeros((len(points), len(self.fields)), tf.float64)).numpy()
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
