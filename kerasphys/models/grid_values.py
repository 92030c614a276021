"""Fields, derivatives and residuals of a model on a grid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from kerasphys.conditions import Condition, Located, Periodic
from kerasphys.conditions.values import evaluate
from kerasphys.derivatives import Parameter
from kerasphys.models.grid_regions import Block, everywhere, faces_of
from kerasphys.problem import check_residuals

if TYPE_CHECKING:
    from kerasphys.models.grid_pinn_model import GridPINNModel


def residuals_at(
    model: GridPINNModel,
    condition: Condition,
    block: Block,
    values: Mapping[str, tf.Tensor],
    inputs: tf.Tensor,
) -> tuple[tf.Tensor, ...]:
    """The residuals of a condition at the nodes of a block, `(samples * nodes,)` each.

    Args:
        model: The model.
        condition: A condition of its problem.
        block: Nodes of the grid.
        values: What the condition names, on the whole grid.
        inputs: The inputs `(n, *grid, c)`, of a known grid.
    """
    problem, rank = model.problem, len(model.problem.coordinates)
    axes = [model.stencils.positions(i, size) for i, size in enumerate(inputs.shape[1:-1])]
    points = block.points(axes)
    samples = inputs.shape[0] or tf.shape(inputs)[0]
    givens = {}
    for name, value in condition.givens.items():
        given = evaluate(name, value, points, problem.coordinates).astype(model.compute_dtype)
        givens[name] = tf.tile(given, [samples]) if given.ndim else tf.constant(given)
    named = {
        name: block.rows(values[name], rank)
        for name in condition.names(problem.namespace)
        if name in values
    }
    normals = None
    if block.normal is not None:
        normal = tf.constant([block.normal], model.compute_dtype)
        normals = tf.tile(normal, [samples * len(points), 1])
    at = Located({**named, **model.parameter_tensors()}, givens, {}, normals)
    found = condition.residuals(at)
    count = inputs.shape[0]
    check_residuals(found, None if count is None else count * len(points))
    return found


class GridValues:
    """Computes what is asked for by name, compiled once for each choice of names.

    Args:
        model: The model whose fields are meant.
    """

    def __init__(self, model: GridPINNModel):
        self._model = model
        self._compiled: dict[tuple[str, ...], Any] = {}

    def __call__(self, names: tuple[str, ...], batches: tf.data.Dataset) -> dict[str, np.ndarray]:
        """For each name its values on the grid, computed batch by batch."""
        if names not in self._compiled:
            self._compiled[names] = self._compile(names)
        parts = [self._compiled[names](inputs) for (inputs,) in batches]
        return {name: np.concatenate([part[name].numpy() for part in parts]) for name in names}

    def _compile(self, names: tuple[str, ...]) -> Any:
        model, problem = self._model, self._model.problem
        conditions = {n: problem.conditions[n] for n in names if n in problem.conditions}
        for name, condition in conditions.items():
            if isinstance(condition, Periodic) or faces_of(problem, name, condition):
                raise ValueError(
                    f"The residual of {name!r} exists only at nodes of its own. Ask for the fields "
                    "and derivatives that it is made of."
                )
        direct = [name for name in names if name not in conditions]
        for name in direct:
            if isinstance(problem.namespace.require(name, extra=problem.conditions), Parameter):
                raise ValueError(f"{name!r} is a parameter: see model.parameters.")
        plan = problem.plan(direct, conditions.values())

        @tf.function(autograph=False)
        def compute(inputs: tf.Tensor) -> dict[str, tf.Tensor]:
            values = model.values(plan, inputs)
            found = {name: values[name] for name in direct}
            for name, condition in conditions.items():
                parts = residuals_at(model, condition, everywhere(problem), values, inputs)
                stacked = parts[0] if len(parts) == 1 else tf.stack(parts, axis=1)
                found[name] = tf.reshape(stacked, (*inputs.shape[:-1], *stacked.shape[1:]))
            return found

        return compute
