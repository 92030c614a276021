"""The loss of any compiled model as a function of its weights, on data that stay the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._validation import message
from kerasphys.models import GridPINNModel, OperatorPINNModel, PhysicsModel, PINNModel, array_data
from kerasphys.models.operator_data import pairs
from kerasphys.models.supervised_model import SupervisedModel


def model_loss(model: keras.Model, x: Any, y: Any = None) -> Callable[[], tf.Tensor]:
    """A function without arguments that gives the loss `()` with its regularisers.

    Layers that behave differently in training (dropout) do not.

    Args:
        model: A compiled Keras model, or a model of `kp.models`.
        x: What `model.evaluate` takes: arrays, `kp.datasets.Samples`, or point sets.
        y: The targets, where `x` does not hold them; for an operator network that is trained by
            equations, the points.

    Raises:
        TypeError: If the model is no Keras model.
        ValueError: If it is not compiled or has nothing to train, or targets are missing.
    """
    if not isinstance(model, keras.Model):
        raise TypeError(message("model", "a Keras model", model))
    if not model.compiled:
        raise ValueError("The model must be compiled first: model.compile('sgd', loss='mse').")
    data = _element(model, x, y)
    if isinstance(model, PhysicsModel):
        return lambda: model.objective(data, training=False).value()[0]
    inputs, targets = data
    if not model.built:
        model(inputs)

    def loss() -> tf.Tensor:
        prediction = model(inputs, training=False)
        return model.compute_loss(x=inputs, y=targets, y_pred=prediction, training=False)

    return loss


def _element(model: keras.Model, x: Any, y: Any) -> Any:
    """All the data as one element, such as a step takes."""
    if isinstance(model, PINNModel):
        return next(iter(model._dataset("x", x)))
    if isinstance(model, OperatorPINNModel):
        return next(iter(pairs(model, "x", (x, y))))
    if isinstance(model, GridPINNModel):
        return next(iter(model._batches(model._inputs("x", x), len(x))))
    if isinstance(model, SupervisedModel):
        model._refuse_loss()
        pair = model._pairs("x", x, y)
        model._prepare("x", pair)
        return pair
    return samples_for(model, x, y)


def samples_for(model: keras.Model, x: Any, y: Any) -> tuple[Any, tf.Tensor]:
    """Inputs and targets as tensors of the precision of a plain Keras model.

    Raises:
        ValueError: If there are no targets, or not as many as inputs.
    """
    x, y = array_data.inputs_and_outputs(x, y)
    if y is None:
        raise ValueError(message("y", "an array with a sample for each of `x`", y))
    dtypes = [v.dtype for v in model.variables if "float" in v.dtype]  # a Sequential hides its own
    dtype = np.result_type(*dtypes).name if dtypes else model.compute_dtype
    inputs = array_data.to_tensors("x", x, dtype)
    targets = array_data.check_samples("y", y)
    array_data.check_counts("x", inputs, targets)
    return inputs, tf.constant(targets, dtype if targets.dtype.kind == "f" else None)
