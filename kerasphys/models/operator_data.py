"""What the steps of an operator network read: batches of functions, and points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from kerasphys._validation import check_array, check_positive_int, message
from kerasphys.datasets.samples import POINTS
from kerasphys.models.array_data import on_host, steady_batches
from kerasphys.models.operator_inputs import function_values, input_matrices
from kerasphys.models.point_store import conditions_on
from kerasphys.models.sample_layout import samples_at_once
from kerasphys.point_sets import PointSets

if TYPE_CHECKING:
    from kerasphys.models.operator_pinn_model import OperatorPINNModel


def as_tensors(functions: Mapping[str, np.ndarray], dtype: str) -> dict[str, tf.Tensor]:
    """Input functions in the precision of a model."""
    return {name: tf.constant(array, dtype) for name, array in functions.items()}


def point_arrays(model: OperatorPINNModel, points: PointSets) -> dict[str, dict[str, tf.Tensor]]:
    """The arrays of each point set, with the matrices of the input functions there."""
    sets = points.tensors(model.compute_dtype)
    for name, arrays in sets.items():
        here = conditions_on(model.soft_conditions, arrays)
        plan = model.problem.plan(conditions=here.values())
        matrices = input_matrices(model.problem, plan, points.sets[name].points)
        arrays |= as_tensors(matrices, model.compute_dtype)
    return sets


def pairs(
    model: OperatorPINNModel, argument: str, data: Any, size: int | None = None
) -> tf.data.Dataset:
    """Batches of input functions, each with all points.

    Args:
        model: The model.
        argument: The name of the argument in errors.
        data: A pair of input functions and `PointSets`.
        size: How many functions a batch has; all by default.
    """
    if not isinstance(data, tuple) or len(data) != 2:
        expected = "a pair of input functions and points, (x, problem.points(...))"
        raise ValueError(message(argument, expected, data))
    x, points = data
    functions = function_values(argument, x, model.problem)
    sets = point_arrays(model, model.check_covered("points", points))
    samples = len(functions[model.problem.inputs[0]])
    batches = _batches(model, functions, size or samples)
    return batches.map(lambda functions: (functions, sets))


def batches_at_points(
    model: OperatorPINNModel, x: Any, batch_size: int | None
) -> tuple[tf.data.Dataset, np.ndarray]:
    """Batches of the input functions of a dict, and its points `(p, d)`.

    Args:
        model: The model.
        x: A dict with `points` and each input function by its name.
        batch_size: How many functions a batch has; by default fewer, the more points there are.
    """
    names, coordinates = model.problem.inputs, model.problem.coordinates
    if not isinstance(x, Mapping) or POINTS not in x:
        expected = f"a dict with {POINTS!r} and the input functions {', '.join(names)}"
        raise ValueError(message("x", expected, x))
    cure = f"One column for each of {', '.join(coordinates)}; all functions share the points."
    points = check_array(f"x[{POINTS!r}]", x[POINTS], (None, len(coordinates)), cure)
    others = {name: array for name, array in x.items() if name != POINTS}
    functions = function_values("x", others, model.problem)
    if batch_size is None:
        size = samples_at_once({**functions, POINTS: points})
    else:
        size = check_positive_int("batch_size", batch_size)
    return _batches(model, functions, size), points


def _batches(
    model: OperatorPINNModel, functions: Mapping[str, np.ndarray], size: int
) -> tf.data.Dataset:
    tensors = {name: on_host(array, model.compute_dtype) for name, array in functions.items()}
    return steady_batches((tensors,), size)
