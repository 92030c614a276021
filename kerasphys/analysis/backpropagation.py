"""Back-propagation by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_choice, message
from kerasphys.layers.activations import ACTIVATIONS

LOSSES = ("mse", "crossentropy")


def _logistic(z: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(z / 2))


# Each activation with its derivative.
FUNCTIONS: dict[str, tuple[Callable, Callable]] = {
    "linear": (lambda z: z, np.ones_like),
    "relu": (lambda z: np.maximum(z, 0.0), lambda z: (z > 0) * 1.0),
    "leaky_relu": (lambda z: np.maximum(z, 0.2 * z), lambda z: np.where(z > 0, 1.0, 0.2)),
    "logistic": (_logistic, lambda z: _logistic(z) * _logistic(-z)),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
    "sine": (np.sin, np.cos),
}


@dataclasses.dataclass(frozen=True, eq=False)
class Backpropagation:
    """Every number of a forward and a backward pass through dense layers.

    Attributes:
        loss: The loss, the mean over the samples.
        outputs: `x⁽⁰⁾, x⁽¹⁾, ...`: the inputs `(n, d)`, then what each layer returns.
        affine: `ξ⁽ˡ⁾ = W⁽ˡ⁾ x⁽ˡ⁻¹⁾ + b⁽ˡ⁾` of each layer, before its activation.
        deltas: `δ⁽ˡ⁾ = ∂loss/∂ξ⁽ˡ⁾` of each layer.
        gradients: The gradient by each kernel and bias, in the order of the model's
            `trainable_variables`.
    """

    loss: float
    outputs: list[np.ndarray]
    affine: list[np.ndarray]
    deltas: list[np.ndarray]
    gradients: list[np.ndarray]


def backpropagate(
    network: keras.Model, x: ArrayLike, y: ArrayLike, loss: str = "mse"
) -> Backpropagation:
    """The gradient of a loss by the chain rule, layer by layer, with NumPy alone.

    Forward `ξ⁽ˡ⁾ = W⁽ˡ⁾ x⁽ˡ⁻¹⁾ + b⁽ˡ⁾`, `x⁽ˡ⁾ = σ(ξ⁽ˡ⁾)`. Backward from the last layer
    `δ⁽ˡ⁾ = σ'(ξ⁽ˡ⁾) ⊙ W⁽ˡ⁺¹⁾ᵀ δ⁽ˡ⁺¹⁾`, and then `∂/∂W⁽ˡ⁾ = δ⁽ˡ⁾ x⁽ˡ⁻¹⁾ᵀ`, `∂/∂b⁽ˡ⁾ = δ⁽ˡ⁾`. It
    is there to be read, and to judge automatic differentiation, which does the same for any
    function.

    Args:
        network: A built `kp.networks.MLP`, or a Keras model of `Dense` layers one after another,
            with the activations linear, relu, leaky_relu, logistic (sigmoid), tanh or sine.
        x: `(n, d)`, the inputs.
        y: `(n, outputs)`, the targets; for `"crossentropy"` the shares of the classes (one-hot).
        loss: `"mse"`, or `"crossentropy"` of the softmax of what the network returns.

    Returns:
        A `Backpropagation`.

    Raises:
        TypeError: If the network is of another kind.
        ValueError: If an activation is not known here, or a shape does not fit.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        network = kp.networks.MLP([3], outputs=1, dtype="float64", seed=0)
        x, y = np.array([[0.0], [1.0]]), np.array([[1.0], [2.0]])
        network.build(x.shape)
        found = kp.analysis.backpropagate(network, x, y)
        assert [g.shape for g in found.gradients] == [(1, 3), (3,), (3, 1), (1,)]
        ```
    """
    layers = _dense_layers(network)
    names = [_activation(layer) for layer in layers]
    kernels = [np.asarray(layer.kernel, np.float64) for layer in layers]
    x = check_array("x", x, (None, kernels[0].shape[0]))
    y = check_array("y", y, (len(x), kernels[-1].shape[1]))
    check_choice("loss", loss, LOSSES)

    outputs, affine = [x], []
    for layer, kernel, name in zip(layers, kernels, names, strict=True):
        z = outputs[-1] @ kernel
        if layer.use_bias:
            z = z + np.asarray(layer.bias, np.float64)
        affine.append(z)
        outputs.append(FUNCTIONS[name][0](z))

    value, slope = _loss(loss, outputs[-1], y)
    deltas = [slope * FUNCTIONS[names[-1]][1](affine[-1])]
    for kernel, z, name in zip(kernels[:0:-1], affine[-2::-1], names[-2::-1], strict=True):
        deltas.insert(0, FUNCTIONS[name][1](z) * (deltas[0] @ kernel.T))

    gradients = []
    for layer, before, delta in zip(layers, outputs, deltas, strict=False):
        gradients.append(before.T @ delta)
        if layer.use_bias:
            gradients.append(delta.sum(axis=0))
    return Backpropagation(value, outputs, affine, deltas, gradients)


def _loss(kind: str, outputs: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """The loss and its gradient by the outputs of the network."""
    if kind == "mse":
        difference = outputs - y
        return float(np.mean(difference**2)), 2 * difference / difference.size
    shifted = outputs - outputs.max(axis=1, keepdims=True)  # so that nothing overflows
    logarithms = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    value = -float(np.mean((y * logarithms).sum(axis=1)))
    shares = np.exp(logarithms) * y.sum(axis=1, keepdims=True)
    return value, (shares - y) / len(y)


def _dense_layers(network: Any) -> list[keras.layers.Dense]:
    expected = "a kp.networks.MLP, or a Keras model of Dense layers one after another"
    if not isinstance(network, keras.Model):
        raise TypeError(message("network", expected, network))
    if not network.built:
        raise ValueError("The network must be built first: network.build((None, d)).")
    leaves = [
        layer
        for layer in network._flatten_layers(include_self=False)
        if not isinstance(layer, keras.layers.InputLayer | keras.Model)
    ]
    if not leaves or not all(type(layer) is keras.layers.Dense for layer in leaves):
        raise TypeError(message("network", expected, network))
    return leaves


def _activation(layer: keras.layers.Dense) -> str:
    for name in FUNCTIONS:
        if layer.activation is ACTIVATIONS[name]:
            return name
    received = getattr(layer.activation, "__name__", layer.activation)
    raise ValueError(
        f"The layer {layer.name!r} must have one of the activations {', '.join(FUNCTIONS)}. "
        f"Received: {received}."
    )
