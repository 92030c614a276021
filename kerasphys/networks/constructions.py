"""ReLU networks whose weights are known: what proofs of approximation theorems construct."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_positive_int, message
from kerasphys.layers.activations import ACTIVATIONS
from kerasphys.networks.mlp import MLP

Affine = tuple[ArrayLike, ArrayLike]  # kernel and bias of a layer


def shallow_interpolant(points: ArrayLike, values: ArrayLike) -> MLP:
    """The piecewise linear interpolant as a network with one hidden layer of ReLUs.

    `f(x) = y₀ + Σ (s_k - s_(k-1)) relu(x - x_k)` with the slopes `s_k` between the points: one
    neuron for each interval. It is constant to the left of the points, and linear to the right. For
    `H` intervals of the unit interval its error is at most `max|f''| / (8 H²)`.

    Args:
        points: `(n,)`, rising, at least two.
        values: `(n,)`.

    Returns:
        An `MLP` in float64 with `n - 1` hidden neurons.

    Raises:
        ValueError: If the points do not rise or the shapes differ.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        network = kp.networks.shallow_interpolant([0.0, 0.5, 1.0], [0.0, 1.0, 0.0])
        print(network(np.array([[0.25], [0.5]])).numpy().ravel())  # [0.5 1. ]
        ```
    """
    points = check_array("points", points, (None,))
    values = check_array("values", values, points.shape)
    if len(points) < 2 or np.any(np.diff(points) <= 0):
        raise ValueError(message("points", "at least two rising numbers", points))
    slopes = np.diff(values) / np.diff(points)
    jumps = np.diff(slopes, prepend=0.0)
    hidden = np.ones((1, len(jumps))), -points[:-1]
    return _network([hidden, (jumps[:, None], values[:1])])


def tent_map(depth: int) -> MLP:
    """The tent map composed with itself: `2^depth - 1` kinks in (0, 1) from `2 depth` neurons.

    The tent map is `g(x) = 2 relu(x) - 4 relu(x - 1/2)`. Its composition `g^(depth)` on the unit
    interval goes up and down `2^(depth - 1)` times, for which a network with one hidden layer needs
    a neuron for each kink.

    Args:
        depth: Positive integer, the number of compositions and of hidden layers.

    Returns:
        An `MLP` in float64 with layers of two neurons.

    Raises:
        ValueError: If `depth` is not positive.

    Example:
        ```python
        import kerasphys as kp

        print(len(kp.analysis.kinks(kp.networks.tent_map(5), 0.0, 1.0)))  # 31
        ```

    Reference:
        Telgarsky, 2016, https://arxiv.org/abs/1602.04485
    """
    check_positive_int("depth", depth)
    tent, shift = np.array([[2.0], [-4.0]]), [0.0, -0.5]
    first = np.ones((1, 2)), shift
    between = np.repeat(tent, 2, axis=1), shift
    return _network([first, *[between] * (depth - 1), (tent, [0.0])])


def yarotsky_square(levels: int) -> MLP:
    """The interpolant of `x²` at `2^levels + 1` points of the unit interval, by a deep network.

    With the tent map `g`, it is `x - Σ g^(s)(x) / 4^s` for `s = 1 … levels`. Its largest error on
    the unit interval is exactly `4^-(levels + 1)`: it falls exponentially with the number of
    parameters, `12 levels - 2`.

    Args:
        levels: Positive integer, the number of hidden layers.

    Returns:
        An `MLP` in float64 with layers of three neurons.

    Raises:
        ValueError: If `levels` is not positive.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.linspace(0, 1, 33)[:, np.newaxis]
        print(np.abs(kp.networks.yarotsky_square(4)(x) - x**2).max() * 4**5)  # 1.0
        ```

    Reference:
        Yarotsky, 2017, https://arxiv.org/abs/1610.01145
    """
    check_positive_int("levels", levels)
    layers: list[Affine] = [(np.ones((1, 3)), [0.0, -0.5, 0.0])]  # g, g - 1/2, the sum so far
    for level in range(1, levels + 1):
        tent = np.array([2.0, -4.0, 0.0])
        total = np.array([0.0, 0.0, 1.0]) - tent / 4**level
        if level < levels:
            layers.append((np.stack([tent, tent, total], axis=1), [0.0, -0.5, 0.0]))
        else:
            layers.append((total[:, None], [0.0]))
    return _network(layers)


def narrow_deep(network: MLP, lower: ArrayLike = 0.0, upper: ArrayLike = 1.0) -> MLP:
    """A network with one hidden layer of ReLUs, rewritten as one that is narrow and deep.

    Each hidden layer of the new network computes one neuron of the old. Its other neurons are
    registers that hand on the inputs, and the sum so far; both are shifted to be positive on the
    box, where a ReLU does nothing. Both networks are equal on the box, to rounding.

    Args:
        network: An `MLP` with one hidden layer of ReLUs of width `H`, built, for `d` inputs and
            `D` outputs.
        lower: Number or `(d,)`, where the box begins.
        upper: Number or `(d,)`, where it ends.

    Returns:
        An `MLP` in float64 with `H` hidden layers of width `d + D + 1`.

    Raises:
        ValueError: If the network is another one, or the box is empty.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.linspace(0, 1, 17)
        wide = kp.networks.shallow_interpolant(x, np.sin(x))
        deep = kp.networks.narrow_deep(wide)
        print(deep.units == [3] * 16, np.abs(deep(x[:, None]) - wide(x[:, None])).max() < 1e-14)
        ```

    Reference:
        Kidger and Lyons, 2020, https://arxiv.org/abs/1905.08539
    """
    kernel, bias, weights, constant = _shallow(network)
    d, outputs = len(kernel), len(constant)
    low, high = (_corner(name, at, d) for name, at in (("lower", lower), ("upper", upper)))
    if np.any(low >= high):
        raise ValueError(message("upper", "greater than `lower`", upper))
    bias = bias + low @ kernel  # the inputs are measured from the corner
    largest = np.maximum(bias + (high - low) @ np.maximum(kernel, 0), 0)  # of each neuron
    shift = largest @ np.maximum(-weights, 0)  # (outputs,), keeps the sums positive
    registers = np.eye(d + outputs + 1)[:, : d + outputs]

    first = np.concatenate([np.eye(d), np.zeros((d, outputs)), kernel[:, :1]], axis=1)
    layers: list[Affine] = [(first, np.concatenate([-low, shift, bias[:1] - low @ kernel[:, :1]]))]
    for index in range(1, len(bias)):
        matrix = np.zeros((d + outputs + 1, d + outputs + 1))
        matrix[:, :-1] = registers
        matrix[-1, d:-1] = weights[index - 1]
        matrix[:d, -1] = kernel[:, index]
        layers.append((matrix, np.concatenate([np.zeros(d + outputs), bias[index : index + 1]])))
    last = np.concatenate([np.zeros((d, outputs)), np.eye(outputs), weights[-1:]])
    return _network([*layers, (last, constant - shift)])


def _network(layers: Sequence[Affine]) -> MLP:
    """The network of ReLUs with given affine maps."""
    kernels = [np.asarray(kernel, np.float64) for kernel, _ in layers]
    units = [kernel.shape[1] for kernel in kernels]
    network = MLP(
        units[:-1], "relu", outputs=units[-1], kernel_initializer="zeros", dtype="float64"
    )
    network.build((None, len(kernels[0])))
    network.set_weights([np.asarray(array, np.float64) for layer in layers for array in layer])
    return network


def _shallow(network: MLP) -> list[np.ndarray]:
    """The kernels and biases of a network with one hidden layer of ReLUs, in float64."""
    expected = "a kp.networks.MLP with one hidden layer of ReLUs and nothing else"
    if type(network) is not MLP:
        raise TypeError(message("network", expected, network))
    if not network.built:
        raise ValueError(message("network", "built", network, "Call network.build((None, d))."))
    activations = [layer.activation for layer in network.dense]
    if activations != [ACTIVATIONS["relu"], ACTIVATIONS["linear"]] or network.embedding is not None:
        raise ValueError(message("network", expected, network))
    return [np.asarray(array, np.float64) for array in network.get_weights()]


def _corner(argument: str, value: ArrayLike, d: int) -> np.ndarray:
    return check_array(argument, np.full(d, value) if np.ndim(value) == 0 else value, (d,))
