"""One network for each window of time."""

from __future__ import annotations

import itertools
import numbers
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from kerasphys._registry import pack, serializable, unpack
from kerasphys._validation import check_int, check_number, check_positive_int, message
from kerasphys.networks.network import Network

EXPECTED = "a positive integer, or increasing edges from -1 to 1"


@serializable
class TimeWindows(Network):
    """Copies of a network, each for one window of time: for intervals too long for one of them.

    Time runs from -1 to 1 in the inputs, as a `PINNModel` scales it. In each window a copy sees
    its own time from -1 to 1, so that it has a short and smooth piece of the solution to learn. An
    edge belongs to the window that begins there; before the first and after the last window their
    copies go on. Where two copies differ, the outputs jump at the edge.

    `kp.march` trains one window after the other, each at the cost of a single network, and hands
    the state at its end to the next. With `fit` all windows are trained at once, and nothing but
    the equations ties them together. Outside of `kp.march` every copy is called at all points: `k`
    windows cost `k` times as much as one network.

    Args:
        network: A `kp.networks` network, or any Keras model or layer that treats each point by
            itself. The copies have its configuration, and its weights if it has any: those of a
            seeded network begin alike.
        windows: Positive integer, the number of equal windows; or their edges, increasing numbers
            from -1 to 1.
        axis: Integer, the column of time among the inputs of the network.
        outputs: Positive integer. A `PINNModel` fills it in.
        dtype: A Keras dtype or policy. A `PINNModel` fills it in.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: `(..., d)`.
    Output shape: `(..., outputs)`.

    Raises:
        ValueError: If the edges do not increase from -1 to 1.

    Example:
        ```python
        import kerasphys as kp

        network = kp.networks.TimeWindows(kp.networks.MLP([16, 16], seed=0), windows=4, outputs=1)
        network.build((None, 2))  # x and t
        assert network.edges == [-1.0, -0.5, 0.0, 0.5, 1.0]
        assert len(network.copies) == 4
        ```
    """

    def __init__(
        self,
        network: keras.layers.Layer,
        windows: int | Sequence[float],
        axis: int = -1,
        outputs: int | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        if not isinstance(network, keras.layers.Layer):
            raise TypeError(message("network", "a Keras model or layer", network))
        edges = _check_windows(windows)
        axis = check_int("axis", axis)
        super().__init__(outputs=outputs, dtype=dtype, **kwargs)
        self.template = pack(network)
        self._first_weights = network.get_weights() if network.built else None
        self.windows = int(windows) if isinstance(windows, numbers.Integral) else edges
        self.edges = edges
        self.axis = axis
        self.copies: list[keras.layers.Layer] = []

    @property
    def finished(self) -> int:
        """The number of windows that `kp.march` has trained."""
        return int(self._finished.numpy()) if self.built else 0

    def mark_finished(self, count: int) -> None:
        """Says how many windows have been trained."""
        self._finished.assign(count)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        outputs, width = self._known_outputs(), int(input_shape[-1] or 0)
        if not -width <= self.axis < width:
            raise ValueError(message("axis", f"a column among {width} inputs", self.axis))
        self.copies = [self.copy() for _ in self.edges[1:]]
        for copy in self.copies:
            if isinstance(copy, Network):
                copy.prepare(outputs, self.dtype_policy)
            if not copy.built:
                copy.build(input_shape)
            if self._first_weights is not None:
                copy.set_weights(self._first_weights)
        made = tuple(self.copies[0].compute_output_shape(tuple(input_shape)))
        if made[-1] != outputs:
            raise ValueError(message("network", f"a network with {outputs} outputs", made[-1]))
        self._finished = self.add_weight(
            shape=(), initializer="zeros", trainable=False, name="finished"
        )
        self.built = True

    def copy(self) -> keras.layers.Layer:
        """Another copy of the network, without weights yet."""
        return keras.saving.deserialize_keras_object(self.template)

    def call(self, inputs: Any) -> Any:
        column = self.axis % inputs.shape[-1]
        time = inputs[..., column : column + 1]
        outputs = None
        for copy, (lower, upper) in zip(self.copies, itertools.pairwise(self.edges), strict=True):
            inside = time >= ops.cast(lower if outputs is not None else -np.inf, time.dtype)
            if upper < 1.0:
                inside = ops.logical_and(inside, time < ops.cast(upper, time.dtype))
            values = copy(self.local(inputs, lower, upper, inside))
            outputs = values if outputs is None else ops.where(inside, values, outputs)
        return outputs

    def local(self, inputs: Any, lower: Any, upper: Any, inside: Any = None) -> Any:
        """What the copy of a window sees: its time from -1 to 1; elsewhere the middle of it.

        Args:
            inputs: Tensor `(..., d)`.
            lower: The first edge of the window.
            upper: The last edge of the window.
            inside: Where the copy is needed, booleans `(..., 1)`; `None` for everywhere.
        """
        column = self.axis % inputs.shape[-1]
        time = inputs[..., column : column + 1]
        lower, upper = (ops.cast(edge, time.dtype) for edge in (lower, upper))
        own = (2 * time - (lower + upper)) / (upper - lower)
        if inside is not None:
            own = ops.where(inside, own, ops.zeros_like(own))
        return ops.concatenate([inputs[..., :column], own, inputs[..., column + 1 :]], axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.outputs)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "network": self.template,
            "windows": self.windows,
            "axis": self.axis,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> TimeWindows:
        return cls(**unpack(config, "network"))


def _check_windows(windows: Any) -> list[float]:
    """The edges of the windows."""
    if isinstance(windows, numbers.Integral):
        return np.linspace(-1.0, 1.0, check_positive_int("windows", windows) + 1).tolist()
    if not isinstance(windows, Sequence | np.ndarray) or isinstance(windows, str):
        raise TypeError(message("windows", EXPECTED, windows))
    edges = [check_number("windows", edge) for edge in windows]
    rising = all(a < b for a, b in itertools.pairwise(edges))
    if len(edges) < 2 or not rising or (edges[0], edges[-1]) != (-1.0, 1.0):
        raise ValueError(message("windows", EXPECTED, windows))
    return edges
