"""The operator of an equation that is linear in the fields, read off from its residual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from kerasphys.analysis.certificates.given_values import given_at
from kerasphys.analysis.certificates.no_bound import NoBound
from kerasphys.conditions import Located
from kerasphys.derivatives.engine import assemble
from kerasphys.derivatives.terms import PartialKey
from kerasphys.models import PINNModel

ROUNDING = 1e-13  # relative to the largest coefficient: less is not a change
AFFINE = 1e-9


class LinearOperator:
    """What conditions say of the fields: a residual is a plain function of partial derivatives.

    Where it is affine in them, its values at unit vectors are the coefficients.

    Args:
        model: The model.
        names: The names of the conditions, which hold on the whole domain.
        points: Points `(n, d)` at which the residual is tested for being affine.

    Raises:
        NoBound: If the residual is not linear, or cannot be evaluated anywhere.
    """

    def __init__(self, model: PINNModel, names: Sequence[str], points: np.ndarray):
        problem = model.problem
        self.names = tuple(names)
        self.problem = problem
        self.conditions = {name: problem.conditions[name] for name in names}
        self.plan = problem.plan(conditions=self.conditions.values())
        self.partials = self.plan.partials
        self._parameters = {
            name: tf.cast(value, tf.float64) for name, value in model.parameter_tensors().items()
        }
        self._check_affine(points)

    def __call__(self, points: np.ndarray) -> dict[PartialKey, np.ndarray]:
        """For each partial derivative its coefficients in the residuals, `(n, rows)`."""
        base = self._residuals(points, {})
        step = 1.0 + np.abs(base).max()  # beside a large source, a coefficient keeps its digits
        found = {
            key: (self._residuals(points, {key: np.full(len(points), step)}) - base) / step
            for key in self.partials
        }
        largest = max(np.abs(value).max() for value in found.values())
        return {key: _settled(value, ROUNDING * largest) for key, value in found.items()}

    def _residuals(
        self, points: np.ndarray, partials: Mapping[PartialKey, np.ndarray]
    ) -> np.ndarray:
        """The residuals `(n, rows)` where the partial derivatives have these values, or zero."""
        tensor = tf.constant(points, tf.float64)
        zero = np.zeros(len(points))
        known = {key: tf.constant(partials.get(key, zero), tf.float64) for key in self.partials}
        values = {**assemble(self.plan, tensor, known), **self._parameters}
        columns: list[tf.Tensor] = []
        for name, condition in self.conditions.items():
            givens = {
                given: tf.constant(
                    given_at(f"{name}.{given}", value, points, self.problem.coordinates), tf.float64
                )
                for given, value in condition.givens.items()
            }
            columns += condition.residuals(Located(values, givens))
        self.rows = len(columns)
        return np.stack([column.numpy() for column in columns], axis=1)

    def _check_affine(self, points: np.ndarray) -> None:
        base = self._residuals(points, {})
        coefficients = self(points)
        rng = np.random.default_rng(0)
        for scale in (1.0, 30.0):
            jets = {key: scale * rng.standard_normal(len(points)) for key in self.partials}
            parts = [coefficients[key] * jets[key][:, None] for key in self.partials]
            size = np.abs(base).max() + max(np.abs(part).max() for part in parts)
            miss = self._residuals(points, jets) - base - sum(parts)
            if not np.all(np.abs(miss) <= AFFINE * size):
                raise NoBound(f"{' and '.join(map(repr, self.names))} is not linear in the fields")


def _settled(values: np.ndarray, noise: float) -> np.ndarray:
    """A coefficient that varies by rounding only, as a constant."""
    return np.where(np.ptp(values, axis=0) <= noise, values[:1], values)
