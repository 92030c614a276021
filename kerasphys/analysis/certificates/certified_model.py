"""What certificates ask of a model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from kerasphys.analysis.certificates.given_values import GivenValues
from kerasphys.analysis.certificates.nested_quadrature import NestedQuadrature
from kerasphys.analysis.certificates.no_bound import NoBound
from kerasphys.analysis.certificates.stability import pieces
from kerasphys.conditions.traced import evaluate_in_graph
from kerasphys.conditions.values import Value, evaluate
from kerasphys.geometry import Face
from kerasphys.models import PINNModel


class CertifiedModel:
    """A model, the equations that are meant, and the truth where it is known.

    Args:
        model: The model.
        equations: The names of the conditions that are the equations.
        time: The index of the coordinate in which the equations evolve, or `None`.
        exact: For each field its true value; empty where it is not known.
        count: About how many points integrals take.

    Raises:
        NoBound: If time is not a factor of the domain.
    """

    def __init__(
        self,
        model: PINNModel,
        equations: tuple[str, ...],
        time: int | None,
        exact: Mapping[str, Value],
        count: int,
    ):
        self.model = model
        self.problem = model.problem
        self.equations = equations
        self.exact = exact
        self.count = count
        self.given = GivenValues(model)
        self.time = time
        self.time_name = "" if time is None else self.problem.coordinates[time]
        factors = list(pieces(self.problem.domain))
        self.space = [factor for factor in factors if factor.coordinates != (self.time_name,)]
        if time is not None and len(self.space) == len(factors):
            raise NoBound("the domain is not a product of space and an interval of time")

    @property
    def interval(self) -> tuple[float, float]:
        """The first and the last time."""
        lower, upper = self.problem.domain.bounds
        return float(lower[self.time]), float(upper[self.time])

    def faces(self, time: bool) -> list[Face]:
        """The faces at the two ends of time, or all the others."""
        ends = {f"{side}({self.time_name})" for side in ("start", "end")}
        return [f for f in self.problem.domain.faces if bool(ends & set(f.parts)) == time]

    def sites(self) -> np.ndarray:
        """Points of the domain and its boundary, at which coefficients are looked at."""
        domain = self.problem.domain
        corners = np.stack(domain.bounds)
        inside = corners[domain.contains(corners)]
        return np.concatenate([domain.sample(512), domain.boundary().sample(256), inside])

    def residuals(self, points: np.ndarray) -> np.ndarray:
        """The residuals of all equations side by side, `(n, rows)`."""
        found = self.model.derivatives(points, self.equations)
        columns = [found[name].reshape(len(points), -1) for name in self.equations]
        return np.concatenate(columns, axis=1).astype(np.float64)

    def errors(self, points: np.ndarray) -> np.ndarray | None:
        """Fields less truth, `(n, m)`."""
        if not self.exact:
            return None
        names = self.problem.coordinates
        truth = [evaluate(f, self.exact[f], points, names) for f in self.problem.fields]
        columns = [np.broadcast_to(values, len(points)) for values in truth]
        return self.given.values(points) - np.stack(columns, axis=1)

    def error(self, rule: NestedQuadrature) -> float | None:
        """The norm of the error, where the truth is known."""
        errors = self.errors(rule.points)
        return None if errors is None else rule.norm(errors).size

    def error_gradient(self, points: np.ndarray) -> np.ndarray | None:
        """The gradient of the error of the one field, `(n, d)`; `None` if it is not known."""
        if not self.exact:
            return None
        (field,) = self.problem.fields
        columns = tf.unstack(tf.constant(points, tf.float64), axis=1)
        with tf.GradientTape() as tape:
            tape.watch(columns)
            try:
                named = dict(zip(self.problem.coordinates, columns, strict=True))
                values = evaluate_in_graph(self.exact[field], named)
            except TypeError:
                return None
        parts = tape.gradient(values, columns, unconnected_gradients="zero")
        gradient = self.model.derivatives(points, f"grad_{field}")[f"grad_{field}"]
        return gradient - np.stack([part.numpy() for part in parts], axis=1)
