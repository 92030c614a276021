"""How much of the gradient reaches each layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from kerasphys._validation import check_identifier, message
from kerasphys.analysis.model_loss import model_loss, samples_for


def layer_gradient_norms(
    model: keras.Model, x: Any, y: Any = None, loss: Any = None
) -> dict[str, float]:
    """The Euclidean norm of `∂loss/∂W` of every layer with weight matrices, in their order.

    In deep networks without residual connections it falls, or grows, exponentially from the last
    layer to the first. The model is applied as it predicts, without dropout.

    Args:
        model: A built Keras model; compiled, unless `loss` is given.
        x: What `model.evaluate` takes: arrays, or the points of a problem.
        y: The targets, where `x` does not hold them.
        loss: A Keras loss, or the name of one; by default the loss that the model was compiled
            with, its regularizers included.

    Returns:
        For each layer, named by its path in the model, the norm of the gradient of its trainable
        weights of two axes or more: kernels, without biases and scales.

    Raises:
        ValueError: If there is no loss, the targets are missing or have another number of samples,
            or the model has no weights.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.linspace(-1, 1, 32)[:, np.newaxis]
        network = kp.networks.MLP([32] * 30, outputs=1, dtype="float64", seed=0)
        network.build((None, 1))
        norms = kp.analysis.layer_gradient_norms(network, x, np.sin(x), loss="mse")
        print(len(norms), list(norms)[0])  # 31 dense_0
        ```
    """
    if not isinstance(model, keras.Model):
        raise TypeError(message("model", "a Keras model", model))
    compute = model_loss(model, x, y) if loss is None else _named_loss(model, x, y, loss)
    groups = _matrices(model)
    if not groups:
        raise ValueError(message("model", "a built model with trainable weights", model))
    with tf.GradientTape() as tape:
        value = compute()
    gradients = tape.gradient(value, groups, unconnected_gradients="zero")
    return {name: float(tf.linalg.global_norm(group)) for name, group in gradients.items()}


def _named_loss(model: keras.Model, x: Any, y: Any, loss: Any) -> Callable[[], tf.Tensor]:
    function = check_identifier("loss", keras.losses.get, loss)
    inputs, outputs = samples_for(model, x, y)
    return lambda: tf.reduce_mean(function(outputs, model(inputs, training=False)))


def _matrices(model: keras.Model) -> dict[str, list[tf.Variable]]:
    """The trainable weights of two axes or more, by the layer that owns them."""
    groups: dict[str, list[tf.Variable]] = {}
    seen: set[int] = set()

    def visit(layer: keras.layers.Layer, path: str) -> None:
        if id(layer) in seen:
            return
        seen.add(id(layer))
        own = [v for v in layer._trainable_variables if v.trainable and len(v.shape) > 1]
        if own and layer.trainable:
            name, number = path, 1
            while name in groups:  # layers of one name in one place
                name, number = f"{path}_{number}", number + 1
            groups[name] = [v.value for v in own]
        for inner in layer._layers:
            visit(inner, f"{path}/{inner.name}" if layer is not model else inner.name)

    visit(model, model.name)
    return groups
