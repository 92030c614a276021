"""Fields, derivatives and residuals of a model at any points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from kerasphys.conditions import Condition, Located
from kerasphys.conditions.values import evaluate
from kerasphys.derivatives import Parameter
from kerasphys.problem import Problem

if TYPE_CHECKING:
    from kerasphys.models.pinn_model import PINNModel
    from kerasphys.models.problem_model import ProblemModel


class PointwiseValues:
    """Computes what is asked for by name, compiled once for each choice of names.

    Args:
        model: The model whose fields are meant.
    """

    def __init__(self, model: PINNModel):
        self._model = model
        self._compiled: dict[tuple[str, ...], Any] = {}

    def __call__(
        self, names: tuple[str, ...], points: np.ndarray, block: int
    ) -> dict[str, np.ndarray]:
        """For each name its values at points `(n, d)`, computed in blocks of points."""
        conditions = conditions_anywhere(self._model.problem, names, points)
        if names not in self._compiled:
            self._compiled[names] = self._compile(names, conditions)
        givens = givens_at(self._model, conditions, points)
        parts = []
        for start in range(0, max(len(points), 1), block):
            rows = slice(start, start + block)
            there = {key: given[rows] if given.ndim else given for key, given in givens.items()}
            parts.append(self._compiled[names](tf.constant(points[rows]), there))
        return {name: np.concatenate([part[name].numpy() for part in parts]) for name in names}

    def _compile(self, names: tuple[str, ...], conditions: Mapping[str, Condition]) -> Any:
        model, problem = self._model, self._model.problem
        direct = direct_names(problem, names)
        plan = problem.plan(direct, conditions.values())
        shape = (None, len(problem.coordinates))

        @tf.function(reduce_retracing=True, autograph=False)
        def compute(points: tf.Tensor, givens: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
            points = tf.ensure_shape(points, shape)
            values = {**model.values(plan, points), **model.parameter_tensors()}
            found = {name: values[name] for name in direct}
            for name, condition in conditions.items():
                own = {given: givens[f"{name}.{given}"] for given in condition.givens}
                residuals = condition.residuals(Located(values, own))
                found[name] = residuals[0] if len(residuals) == 1 else tf.stack(residuals, axis=1)
            return found

        return compute


def conditions_anywhere(
    problem: Problem, names: Sequence[str], points: np.ndarray
) -> dict[str, Condition]:
    """The conditions among names, which must have residuals at any points."""
    conditions = {name: problem.conditions[name] for name in names if name in problem.conditions}
    for name, condition in conditions.items():
        own_points = condition.has_own_points or not condition.pointwise
        own_points = own_points or condition.needs_normals
        if own_points or condition.images(points, problem.domain) is not None:
            raise ValueError(
                f"The residual of {name!r} exists only at points of its own. Ask for the "
                "fields and derivatives that it is made of."
            )
    return conditions


def direct_names(problem: Problem, names: Sequence[str]) -> list[str]:
    """The names that are no conditions: of coordinates, fields and derivatives."""
    direct = [name for name in names if name not in problem.conditions]
    for name in direct:
        if isinstance(problem.namespace.require(name, extra=problem.conditions), Parameter):
            raise ValueError(f"{name!r} is a parameter: see model.parameters.")
    return direct


def givens_at(
    model: ProblemModel, conditions: Mapping[str, Condition], points: np.ndarray
) -> dict[str, np.ndarray]:
    """The given values of conditions at points, by the name of the condition and their own."""
    names, dtype = model.problem.coordinates, model.compute_dtype
    return {
        f"{name}.{given}": evaluate(given, value, points, names).astype(dtype)
        for name, condition in conditions.items()
        for given, value in condition.givens.items()
    }
