"""What each condition of a model wants of the weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

from kerasphys._validation import message
from kerasphys.models.condition_residuals import blocks, compiled, squared_residuals
from kerasphys.models.objective import flat
from kerasphys.point_sets import PointSets

if TYPE_CHECKING:
    from kerasphys.models.pinn_model import PINNModel


def condition_gradients(model: PINNModel, data: PointSets | None = None) -> dict[str, np.ndarray]:
    """The gradient of the mean square residual of each condition.

    The mean is that of the logs (`equation_loss`): with the weights of the points, without those
    of the conditions in the loss.

    Args:
        model: The model.
        data: `problem.points(...)`; `None` for the points that the model is trained on.

    Returns:
        For each condition that is trained the flat gradient `(P,)`, float64, in the order of
        `model.trainable_variables`.

    Raises:
        ValueError: If there are no points, or none for some condition.
    """
    if data is None:
        if not model.points.filled:
            raise ValueError(message("data", "problem.points(...) where fit had none", data))
        sets = {name: model.points.arrays(name) for name in model.points.read()}
    else:
        model.check_covered("data", data)
        sets = {name: points.arrays() for name, points in data.sets.items()}
    compute = compiled(model, _gradients)
    found: dict[str, np.ndarray] = {}
    for arrays in sets.values():
        n = len(arrays["points"])
        for block in blocks(arrays, model.compute_dtype):
            for name, gradient in compute(block).items():
                found[name] = found.get(name, 0.0) + gradient.numpy().astype(np.float64) / n
    return {name: found[name] for name in model.soft_conditions}


def _gradients(model: PINNModel, arrays: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """The flat gradients of the sums of weighted squares on a set."""
    variables = [variable.value for variable in model.trainable_variables]
    with tf.GradientTape(persistent=True) as tape:
        sums = {
            name: tf.reduce_sum(arrays[f"weights.{name}"] * squares)
            for name, squares in squared_residuals(model, arrays).items()
        }
    zero = tf.UnconnectedGradients.ZERO
    return {
        name: flat(tape.gradient(total, variables, unconnected_gradients=zero))
        for name, total in sums.items()
    }
