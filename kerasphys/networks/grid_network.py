"""Networks from fields on a grid to fields on the same grid."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from kerasphys._validation import check_bool
from kerasphys.layers.grid_padding import (
    check_grid,
    check_modes,
    continue_axis,
    per_axis,
    size_of,
)
from kerasphys.networks.network import Network


class GridNetwork(Network):
    """A network from fields on a grid of one, two or three axes to fields on the same grid.

    One implementation serves all ranks and all sizes. A subclass makes its layers in
    `build_layers` and applies them in `call_layers`; it states in `multiple` and `least_size` which
    sizes it works on. Axes that are no multiple are continued at both ends to the next one,
    according to `padding`, and the outputs are cropped.

    Args:
        outputs: Positive integer, the channels of the output. The owner may fill it in.
        padding: How fields continue beyond the grid: `"zero"`, `"periodic"` or `"reflect"`, or a
            sequence of these, one for each grid axis.
        coordinates: Whether to add to the inputs, for each grid axis, a channel that runs from -1
            to 1 along it; for a periodic axis two channels, a cosine and a sine of one period.
        dtype: A Keras dtype or policy. The owner may fill it in.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: `(n, *grid, c)`; or, with a vector that conditions the network,
        `{"inputs": (n, *grid, c), "condition": (n, p)}`.
    Output shape: `(n, *grid, outputs)`.
    """

    def __init__(
        self,
        outputs: int | None = None,
        padding: str | Sequence[str] = "zero",
        coordinates: bool = False,
        dtype: Any = None,
        **kwargs: Any,
    ):
        padding = check_modes("padding", padding)
        check_bool("coordinates", coordinates)
        super().__init__(outputs=outputs, dtype=dtype, **kwargs)
        self.padding = padding
        self.coordinates = coordinates

    @property
    def multiple(self) -> int:
        """What the sizes of the grid axes must be a multiple of, or are continued to."""
        return 1

    @property
    def least_size(self) -> int:
        """The fewest points that a grid axis may have."""
        return 1

    def build_layers(self, rank: int, channels: int, condition: int | None) -> None:
        """Makes the layers.

        Args:
            rank: The number of grid axes.
            channels: The channels that the layers receive, coordinates included.
            condition: The length of the conditioning vector, or `None`.
        """
        raise NotImplementedError

    def call_layers(self, values: Any, condition: Any, training: bool | None) -> Any:
        """Applies the layers to fields on a grid whose sizes are multiples."""
        raise NotImplementedError

    def build(self, input_shape: Any) -> None:
        shape, condition = split_inputs(input_shape)
        name = type(self).__name__
        self._known_outputs()
        rank = len(check_grid(name, shape))
        if shape[-1] is None or (condition is not None and condition[-1] is None):
            raise ValueError(f"{name} needs a known number of channels. Received: {input_shape}.")
        self.rank, self.channels = rank, int(shape[-1])
        self.condition_size = None if condition is None else int(condition[-1])
        self._check_shape(shape, condition)
        added = sum(2 if mode == "periodic" else 1 for mode in self._modes) * self.coordinates
        self.build_layers(rank, self.channels + added, self.condition_size)
        self.built = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        values, condition = split_inputs(inputs)
        self._check_shape(values.shape, None if condition is None else condition.shape)
        sizes = [size_of(values, axis) for axis in range(1, self.rank + 1)]
        for index, size in enumerate(sizes):
            if not isinstance(size, int) and self.least_size > 1:
                text = f"{type(self).__name__} needs at least {self.least_size} points along axis "
                tf.debugging.assert_greater_equal(size, self.least_size, f"{text}{index}.")
        if self.coordinates:
            values = ops.concatenate([values, *self._coordinate_channels(values, sizes)], axis=-1)
        extra = [-size % self.multiple if self.multiple > 1 else 0 for size in sizes]
        for axis, (more, mode) in enumerate(zip(extra, self._modes, strict=True), start=1):
            if not isinstance(more, int) or more:
                values = continue_axis(values, axis, more // 2, more - more // 2, mode)
        values = self.call_layers(values, condition, training)
        if all(isinstance(more, int) and not more for more in extra):
            return values
        crop = [slice(m // 2, m // 2 + n) for m, n in zip(extra, sizes, strict=True)]
        return values[(slice(None), *crop)]

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        shape, condition = split_inputs(input_shape)
        if self.built:  # a model asks before it trains: the shapes of a step may be left open
            self._check_shape(shape, condition)
        return (*shape[:-1], self.outputs)

    def serving_spec(self) -> Any:
        """The inputs of an export, free in the batch and in all grid axes."""
        grid = (None,) * self.rank
        spec = keras.InputSpec(shape=(None, *grid, self.channels), dtype=self.input_dtype)
        if self.condition_size is None:
            return spec
        condition = keras.InputSpec(shape=(None, self.condition_size), dtype=self.input_dtype)
        return {"inputs": spec, "condition": condition}

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "padding": self.padding,
            "coordinates": self.coordinates,
        }

    @property
    def _modes(self) -> list[str]:
        return per_axis("padding", self.padding, self.rank)

    def _check_shape(self, shape: Any, condition: Any) -> None:
        """Refuses what the layers would trip over, wherever the shape is known."""
        name = type(self).__name__
        received = f"Received: inputs of shape {tuple(shape)}."
        if len(shape) != self.rank + 2:
            raise ValueError(f"{name} was built for {self.rank} grid axes. {received}")
        if shape[-1] != self.channels:
            raise ValueError(f"{name} was built for {self.channels} channels. {received}")
        if any(size is not None and size < self.least_size for size in shape[1:-1]):
            raise ValueError(
                f"{name} needs at least {self.least_size} points along each grid axis. {received} "
                "Take a finer grid or a shallower network."
            )
        if (condition is None) != (self.condition_size is None):
            wanted = "without" if self.condition_size is None else "with"
            raise ValueError(f"{name} was built {wanted} a condition: give the same inputs again.")
        if condition is not None and (len(condition) != 2 or condition[-1] != self.condition_size):
            raise ValueError(
                f"{name} was built for a condition of shape (n, {self.condition_size}). Received: "
                f"{tuple(condition)}."
            )

    def _coordinate_channels(self, values: Any, sizes: list[Any]) -> list[Any]:
        """Channels with the coordinates, each of shape `(n, *grid, 1)`."""
        channels = []
        for axis, (size, mode) in enumerate(zip(sizes, self._modes, strict=True), start=1):
            steps = tf.cast(tf.range(size), values.dtype)
            if mode == "periodic":
                angles = steps * (2 * math.pi / tf.cast(size, values.dtype))
                found = [ops.cos(angles), ops.sin(angles)]
            else:
                found = [steps * (2 / tf.cast(tf.maximum(size - 1, 1), values.dtype)) - 1]
            shape = [1] * axis + [size] + [1] * (self.rank + 1 - axis)
            ones = tf.ones_like(values[..., :1])
            channels += [ones * tf.reshape(line, shape) for line in found]
        return channels


def split_inputs(inputs: Any) -> tuple[Any, Any]:
    """The fields and the condition, or their shapes."""
    if not isinstance(inputs, Mapping):
        return inputs, None
    if set(inputs) != {"inputs", "condition"}:
        raise ValueError(
            'The inputs must be an array, or {"inputs": ..., "condition": ...}. Received: a dict '
            f"with {sorted(inputs)}."
        )
    return inputs["inputs"], inputs["condition"]
