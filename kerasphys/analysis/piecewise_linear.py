"""ReLU networks on a line, as the affine pieces that they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from kerasphys._validation import message
from kerasphys.layers.activations import ACTIVATIONS
from kerasphys.networks import MLP

ROUNDING = 1e-13  # breakpoints that are closer, relative to their size, are one
JUMP = 1e-10  # smaller changes of slope, relative to the largest slope, are rounding

Step = tuple[np.ndarray, np.ndarray] | float  # an affine map, or the slope of negative values

SLOPES = {
    ACTIVATIONS["linear"]: 1.0,
    ACTIVATIONS["relu"]: 0.0,
    ACTIVATIONS["leaky_relu"]: 0.2,
    keras.activations.leaky_relu: 0.2,
}


@dataclass(frozen=True)
class Pieces:
    """Functions that are affine between edges: `slopes * s + offsets`.

    Attributes:
        edges: `(p + 1,)`, rising; the first and the last may be infinite.
        slopes: `(p, w)`.
        offsets: `(p, w)`.
    """

    edges: np.ndarray
    slopes: np.ndarray
    offsets: np.ndarray

    def affine(self, kernel: np.ndarray, bias: np.ndarray) -> Pieces:
        """After an affine map of the functions."""
        return Pieces(self.edges, self.slopes @ kernel, self.offsets @ kernel + bias)

    def bent(self, slope: float) -> Pieces:
        """After an activation that multiplies negative values by a slope: pieces end at roots."""
        pad = ROUNDING * np.maximum(1, np.abs(np.where(np.isfinite(self.edges), self.edges, 0)))
        with np.errstate(divide="ignore", invalid="ignore"):
            roots = -self.offsets / self.slopes
        inside = (roots > (self.edges + pad)[:-1, None]) & (roots < (self.edges - pad)[1:, None])
        found = np.unique(roots[inside])
        apart = np.diff(found, prepend=-np.inf) > ROUNDING * np.maximum(1, np.abs(found))
        edges = np.sort(np.concatenate([self.edges, found[apart]]))
        middle = _middles(edges)
        parent = np.searchsorted(self.edges, middle, side="right") - 1
        slopes, offsets = self.slopes[parent], self.offsets[parent]
        factor = np.where(slopes * middle[:, None] + offsets > 0, 1.0, slope)
        return Pieces(edges, slopes * factor, offsets * factor)

    def kinks(self) -> np.ndarray:
        """The inner edges at which the slope of some function changes."""
        jumps = np.abs(np.diff(self.slopes, axis=0)).max(axis=1)
        return self.edges[1:-1][jumps > JUMP * np.abs(self.slopes).max()]


def along_line(
    network: Any, start: np.ndarray, direction: np.ndarray, lower: float, upper: float
) -> Pieces:
    """The network on the points `start + s direction`, for `s` from `lower` to `upper`.

    Args:
        network: A built `MLP`, dense layer or `Sequential` of these, of ReLUs and leaky ReLUs.
        start: `(d,)`.
        direction: `(d,)`.
        lower: Number, may be minus infinity.
        upper: Number, may be infinity.
    """
    pieces = Pieces(np.array([lower, upper]), direction[None, :], start[None, :])
    for step in steps(network):
        pieces = pieces.bent(step) if isinstance(step, float) else pieces.affine(*step)
    return pieces


def input_width(network: Any) -> int:
    """The number of inputs of a network that `along_line` takes."""
    for step in steps(network):
        if not isinstance(step, float):
            return len(step[0])
    raise ValueError(message("network", "a network with dense layers", network))


def steps(network: Any) -> Iterator[Step]:
    """The affine maps and activations of a network, in turn, in float64."""
    if isinstance(network, keras.Sequential):
        for layer in network.layers:
            yield from steps(layer)
    elif type(network) is MLP and network.embedding is None:
        _check_built(network)
        for layer in network.dense:
            yield from steps(layer)
    elif isinstance(network, keras.layers.Dense):
        _check_built(network)
        kernel = np.asarray(network.kernel, np.float64)
        zeros = np.zeros(kernel.shape[1])
        yield kernel, zeros if network.bias is None else np.asarray(network.bias, np.float64)
        yield from _bend(network, network.activation)
    elif isinstance(network, keras.layers.Activation):
        yield from _bend(network, network.activation)
    elif isinstance(network, keras.layers.LeakyReLU):
        yield float(network.negative_slope)
    elif isinstance(network, keras.layers.ReLU) and network.max_value is None:
        if network.threshold:
            raise _refusal(network)
        yield float(network.negative_slope)
    elif not isinstance(network, keras.layers.Dropout):
        raise _refusal(network)


def _bend(layer: keras.layers.Layer, activation: Any) -> Iterator[float]:
    if activation not in SLOPES:
        raise _refusal(layer)
    if SLOPES[activation] != 1:
        yield SLOPES[activation]


def _check_built(layer: keras.layers.Layer) -> None:
    if not layer.built:
        raise ValueError(message("network", "built", layer, "Call network.build((None, d))."))


def _refusal(layer: Any) -> TypeError:
    expected = (
        "a kp.networks.MLP without an embedding, or a keras.Sequential of Dense layers, whose "
        "activations are 'relu', 'leaky_relu' or 'linear'"
    )
    return TypeError(message("network", expected, layer))


def _middles(edges: np.ndarray) -> np.ndarray:
    """A point in each piece, also of those without an end."""
    left, right = edges[:-1].copy(), edges[1:].copy()
    if np.isneginf(left[0]):
        left[0] = min(2 * right[0], -1.0) - 1 if np.isfinite(right[0]) else -1.0
    if np.isposinf(right[-1]):
        right[-1] = max(2 * left[-1], 1.0) + 1
    return (left + right) / 2
