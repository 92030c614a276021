"""Fields, derivatives and residuals of an operator network, for functions at points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from kerasphys._validation import message
from kerasphys.conditions import Condition, Located
from kerasphys.derivatives import Plan
from kerasphys.models.operator_inputs import (
    POINTS,
    Arrays,
    input_matrices,
    inputs_at_points,
    split_plan,
)
from kerasphys.models.point_store import givens_of
from kerasphys.models.pointwise_values import conditions_anywhere, direct_names, givens_at
from kerasphys.problem import check_residuals

if TYPE_CHECKING:
    from kerasphys.models.operator_pinn_model import OperatorPINNModel


def values_at(
    model: OperatorPINNModel,
    plan: Plan,
    functions: Arrays,
    arrays: Arrays,
    coefficients: tf.Tensor,
) -> dict[str, tf.Tensor]:
    """What a plan asks for, `(n, p)` each, and `(n, p, d)` for gradients.

    Args:
        model: The model.
        plan: What is asked for.
        functions: The input functions by name.
        arrays: The points, and the matrices of the input functions there.
        coefficients: Those of the folded basis, `(n, m, k)`.
    """
    of_fields, _ = split_plan(model.problem, plan)
    values = model.trunk(of_fields, model.basis, coefficients, arrays[POINTS])
    values |= inputs_at_points(model.problem, plan, functions, arrays)
    return {name: values[name] for name in plan.names}


def residuals_on(
    model: OperatorPINNModel,
    conditions: Mapping[str, Condition],
    functions: Arrays,
    arrays: Arrays,
    coefficients: tf.Tensor,
) -> dict[str, tuple[tf.Tensor, ...]]:
    """The residuals of conditions on a set of points, `(n, p)` each.

    Args:
        model: The model.
        conditions: The conditions by name.
        functions: The input functions by name.
        arrays: The arrays of the set, named as by `PointSet.arrays`, and the matrices.
        coefficients: Those of the folded basis, `(n, m, k)`.
    """
    problem = model.problem
    plan = problem.plan(conditions=conditions.values())
    found = values_at(model, plan, functions, arrays, coefficients)
    n, p = (tensor.shape[0] or tf.shape(tensor)[0] for tensor in (coefficients, arrays[POINTS]))
    static = coefficients.shape[0] and arrays[POINTS].shape[0]
    count = n * p if static else None

    def rows(values: tf.Tensor) -> tf.Tensor:
        return tf.reshape(values, (n * p, *values.shape[2:]))

    def repeated(array: tf.Tensor) -> tf.Tensor:
        return tf.tile(array, [n, *(1 for _ in array.shape[1:])]) if array.shape.rank else array

    values = {name: rows(value) for name, value in found.items()}
    values |= model.parameter_tensors()
    images = {}
    if "images" in arrays:
        across = {**arrays, POINTS: arrays["images"]}
        images = values_at(model, plan, functions, across, coefficients)
        images = {name: rows(value) for name, value in images.items()}
    normals = repeated(arrays["normals"]) if "normals" in arrays else None
    residuals = {}
    for name, condition in conditions.items():
        givens = {key: repeated(value) for key, value in givens_of(name, arrays).items()}
        parts = condition.residuals(Located(values, givens, images, normals))
        check_residuals(parts, count)
        residuals[name] = tuple(tf.reshape(part, (n, p)) for part in parts)
    return residuals


def fields_at(model: OperatorPINNModel, plan: Plan, inputs: Arrays) -> dict[str, tf.Tensor]:
    """What a plan asks for of the fields alone, `(n, p)` each, for functions and points by name."""
    fields, of_inputs = split_plan(model.problem, plan)
    if of_inputs.names:
        expected = "derivatives of fields, which are functions of any points"
        raise ValueError(message("derivatives", expected, of_inputs.names))
    functions = {name: inputs[name] for name in model.problem.inputs}
    return model.trunk(fields, model.basis, model.basis.coefficients(functions), inputs[POINTS])


class OperatorValues:
    """Computes what is asked for by name, compiled once for each choice of names.

    Args:
        model: The model whose fields are meant.
    """

    def __init__(self, model: OperatorPINNModel):
        self._model = model
        self._compiled: dict[tuple[str, ...], Any] = {}

    def __call__(
        self, names: tuple[str, ...], batches: tf.data.Dataset, points: np.ndarray
    ) -> dict[str, np.ndarray]:
        """For each name its values for functions, batch by batch, at points `(p, d)`."""
        model, problem = self._model, self._model.problem
        conditions = conditions_anywhere(problem, names, points)
        if names not in self._compiled:
            self._compiled[names] = self._compile(names, conditions)
        plan = problem.plan(direct_names(problem, names), conditions.values())
        arrays = {POINTS: points, **input_matrices(problem, plan, points)}
        arrays |= {f"givens.{k}": v for k, v in givens_at(model, conditions, points).items()}
        there = {key: tf.constant(array, model.compute_dtype) for key, array in arrays.items()}
        parts = [self._compiled[names](functions, there) for (functions,) in batches]
        return {name: np.concatenate([part[name].numpy() for part in parts]) for name in names}

    def _compile(self, names: tuple[str, ...], conditions: Mapping[str, Condition]) -> Any:
        model, direct = self._model, direct_names(self._model.problem, names)
        plan = model.problem.plan(direct)

        @tf.function(reduce_retracing=True, autograph=False)
        def compute(functions: Arrays, arrays: Arrays) -> dict[str, tf.Tensor]:
            coefficients = model.basis.coefficients(functions)
            found = values_at(model, plan, functions, arrays, coefficients)
            residuals = residuals_on(model, conditions, functions, arrays, coefficients)
            for name, parts in residuals.items():
                found[name] = parts[0] if len(parts) == 1 else tf.stack(parts, axis=2)
            return found

        return compute
