"""The Fourier neural operator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys._validation import (
    check_choice,
    check_nonnegative,
    check_positive,
    check_positive_int,
)
from kerasphys.layers import FiLM, SpectralConv
from kerasphys.layers._convolution import check_weights, weights_config
from kerasphys.layers._initializers import derived_seed
from kerasphys.layers._pointwise import Pointwise
from kerasphys.layers.activations import (
    activation_config,
    activation_identifier,
    get_activation,
)
from kerasphys.layers.conv_block import check_norm, make_norm
from kerasphys.layers.film import check_widths
from kerasphys.layers.grid_padding import continue_axis, per_axis, size_of
from kerasphys.layers.spectral_conv import METHODS, check_wavenumbers
from kerasphys.networks.grid_network import GridNetwork


@serializable
class FNO(GridNetwork):
    """The Fourier neural operator: from fields to fields, on a grid of any size.

    The inputs are lifted to `width` channels at every point. Each layer adds a convolution over the
    whole grid, `kp.layers.SpectralConv`, and a matrix at every point, and applies the activation,
    but for the last layer. Two matrices at every point make the outputs.

    The weights belong to wavenumbers, not to points: a network that was trained on one grid may be
    called on another that carries its modes. A convolution through Fourier coefficients is
    periodic, so along other axes the lifted fields are continued to a longer period, and the
    outputs are cropped. With `padding="zero"` they go linearly from the last values to the first,
    within a fraction `domain_padding` of the length of the axis: a jump, which zeros would make,
    has other coefficients on every grid. With `"reflect"` they come back mirrored, so that the
    Fourier series is a cosine series; that doubles the axis. The `n` points of an axis span `n - 1`
    intervals, so the period is the same length on every grid where `domain_padding * (n - 1)` is an
    integer, as for 65 and 129 points.

    Without `coordinates` and with periodic padding the network commutes with shifts.

    Args:
        modes: Positive integer, the highest wavenumber that the layers keep, or one for each grid
            axis. Along a continued axis the wavenumbers are those of the longer period.
        width: Positive integer, the channels between the layers.
        depth: Positive integer, the number of these layers.
        outputs: Positive integer, the channels of the output. The owner may fill it in.
        activation: As of `kp.networks.MLP`.
        lifting: Positive integer, the units of a hidden layer in the lifting, or `None`: linear.
        projection: Positive integer, the units of the hidden layer before the outputs.
        channel_mlp: Positive number or `None`. Each layer is followed by a residual block of two
            matrices at every point, whose hidden layer has so many times `width` channels.
        norm: `None`, `"batch"`, `"instance"`, `"layer"` or `"group"`, before each activation, as
            of `kp.layers.ConvBlock`.
        padding: How fields continue beyond the grid: `"periodic"`, `"zero"` or `"reflect"`, or a
            sequence of these, one for each grid axis.
        domain_padding: Non-negative number, by which fraction of its length an axis with the
            padding `"zero"` is made longer. With 0 it is taken as periodic.
        coordinates: Whether channels with the coordinates are added to the inputs: from -1 to 1
            along each axis, or a cosine and a sine of one period where it is periodic. Advisable
            where an axis is not periodic.
        method: `"auto"`, `"matmul"` or `"fft"`, as of `kp.layers.SpectralConv`.
        condition_units: Sequence of positive integers: the hidden widths of `kp.layers.FiLM`, which
            follows each layer if the inputs come with a condition.
        kernel_initializer: A Keras initializer of the matrices at every point.
        kernel_regularizer: A Keras regularizer of all kernels, or `None`.
        seed: Integer, for the initial weights, or `None` for other weights each time.
        dtype: A Keras dtype or policy. The owner may fill it in.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: `(n, *grid, c)` with one, two or three grid axes; or, with a vector that conditions
        the network, such as a time or parameters, `{"inputs": (n, *grid, c), "condition": (n, p)}`.
    Output shape: `(n, *grid, outputs)`.

    Raises:
        ValueError: If an axis, with what it is continued by, has fewer than `2 * modes` points, or
            the inputs have other channels than the network was built for.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        network = kp.networks.FNO(modes=8, width=16, outputs=1, seed=0)
        print(network(np.ones((2, 64, 64, 1))).shape)  # (2, 64, 64, 1)
        print(network(np.ones((2, 100, 51, 1))).shape)  # (2, 100, 51, 1)
        ```

    Reference:
        Li et al., 2021, https://arxiv.org/abs/2010.08895
    """

    def __init__(
        self,
        modes: int | Sequence[int] = 12,
        width: int = 32,
        depth: int = 4,
        outputs: int | None = None,
        activation: str | Callable = "gelu",
        lifting: int | None = None,
        projection: int = 128,
        channel_mlp: float | None = None,
        norm: str | None = None,
        padding: str | Sequence[str] = "periodic",
        domain_padding: float = 0.25,
        coordinates: bool = False,
        method: str = "auto",
        condition_units: Sequence[int] = (),
        kernel_initializer: Any = "glorot_uniform",
        kernel_regularizer: Any = None,
        seed: int | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        modes = check_wavenumbers("modes", modes)
        width = check_positive_int("width", width)
        depth = check_positive_int("depth", depth)
        activation = activation_identifier("activation", activation)
        lifting = None if lifting is None else check_positive_int("lifting", lifting)
        projection = check_positive_int("projection", projection)
        channel_mlp = None if channel_mlp is None else check_positive("channel_mlp", channel_mlp)
        norm = check_norm(norm)
        domain_padding = check_nonnegative("domain_padding", domain_padding)
        check_choice("method", method, METHODS)
        condition_units = check_widths("condition_units", condition_units)
        weights = check_weights(kernel_initializer, kernel_regularizer, seed)
        super().__init__(outputs, padding, coordinates, dtype, **kwargs)
        self.modes, self.width, self.depth = modes, width, depth
        self.activation_identifier = activation
        self.lifting, self.projection, self.channel_mlp = lifting, projection, channel_mlp
        self.norm, self.domain_padding, self.method = norm, domain_padding, method
        self.condition_units = condition_units
        self.kernel_initializer = weights["kernel_initializer"]
        self.kernel_regularizer = weights["kernel_regularizer"]
        self.seed = weights["seed"]

    def build_layers(self, rank: int, channels: int, condition: int | None) -> None:
        self._made = 0
        self.activation = get_activation("activation", self.activation_identifier)
        shape = (None, *(None,) * rank, self.width)
        hidden = [] if self.lifting is None else [self.lifting]
        self.lift = self._pointwise([*hidden, self.width], (*shape[:-1], channels))
        self.spectral, self.local, self.norms, self.mixers, self.films = [], [], [], [], []
        for _ in range(self.depth):
            spectral = SpectralConv(self.width, self.modes, self.method, **self._common())
            self.spectral.append(self._built(spectral, shape))
            self.local.append(self._pointwise([self.width], shape))
            if self.norm is not None:
                norm = make_norm(self.norm, self.width, self.dtype_policy)
                self.norms.append(self._built(norm, shape))
            if self.channel_mlp is not None:
                between = max(round(self.channel_mlp * self.width), 1)
                self.mixers.append(self._pointwise([between, self.width], shape))
            if condition is not None:
                film = FiLM(self.condition_units, **self._common())
                self.films.append(self._built(film, [shape, (None, condition)]))
        self.project = self._pointwise([self.projection, self.outputs], shape)

    def call_layers(self, values: Any, condition: Any, training: bool | None) -> Any:
        values = self.lift(values)
        sizes = [size_of(values, axis) for axis in range(1, self.rank + 1)]
        added = [self._added(size, mode) for size, mode in zip(sizes, self._modes, strict=True)]
        grows = [not isinstance(more, int) or more > 0 for more in added]
        for axis, (more, mode) in enumerate(zip(added, self._modes, strict=True), start=1):
            if grows[axis - 1]:
                go_on = _bridge if mode == "zero" else _mirror
                values = go_on(values, axis, more)
        for index in range(self.depth):
            values = self.spectral[index](values) + self.local[index](values)
            if self.norms:
                values = self.norms[index](values, training=training)
            if index < self.depth - 1:
                values = self.activation(values)
            if self.mixers:
                values = values + self.mixers[index](values)
            if self.films:
                values = self.films[index]([values, condition])
        if any(grows):
            values = values[(slice(None), *(slice(size) for size in sizes))]
        return self.project(values)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "modes": self.modes,
            "width": self.width,
            "depth": self.depth,
            "activation": activation_config(self.activation_identifier),
            "lifting": self.lifting,
            "projection": self.projection,
            "channel_mlp": self.channel_mlp,
            "norm": self.norm,
            "domain_padding": self.domain_padding,
            "method": self.method,
            "condition_units": self.condition_units,
            **weights_config(self),
        }

    def _check_shape(self, shape: Any, condition: Any) -> None:
        super()._check_shape(shape, condition)
        highest = per_axis("modes", self.modes, self.rank)
        for size, most, mode in zip(shape[1:-1], highest, self._modes, strict=True):
            if size is not None and size + self._added(size, mode) < 2 * most:
                raise ValueError(
                    f"FNO keeps the wavenumbers up to {self.modes}, which needs {2 * most} points "
                    "along an axis, or fewer where it is continued to a longer period. Received: "
                    f"inputs of shape {tuple(shape)}. Take fewer modes or a finer grid."
                )

    def _added(self, size: Any, mode: str) -> Any:
        """How many points an axis of so many is continued by."""
        if mode == "reflect":
            return max(size - 2, 0) if isinstance(size, int) else tf.maximum(size - 2, 0)
        if mode == "periodic" or not self.domain_padding:
            return 0
        if isinstance(size, int):
            return max(round(self.domain_padding * (size - 1)) - 1, 0)
        length = self.domain_padding * tf.cast(size - 1, tf.float64)
        return tf.maximum(tf.cast(tf.round(length), tf.int32) - 1, 0)

    def _pointwise(self, widths: list[Any], shape: tuple[int | None, ...]) -> Pointwise:
        options = dict(kernel_initializer=self.kernel_initializer, **self._common())
        return self._built(Pointwise(widths, self.activation, **options), shape)

    def _common(self) -> dict[str, Any]:
        """The options of the next part that has weights."""
        index, self._made = self._made, self._made + 1
        return {
            "kernel_regularizer": self.kernel_regularizer,
            "seed": derived_seed(self.seed, index),
            "dtype": self.dtype_policy,
        }

    @staticmethod
    def _built(layer: Any, shape: Any) -> Any:
        layer.build(shape)
        return layer


def _bridge(values: Any, axis: int, more: Any) -> Any:
    """Values that go on along an axis linearly, from the last ones to the first."""
    lead = (slice(None),) * axis
    first, last = values[(*lead, slice(0, 1))], values[(*lead, slice(-1, None))]
    steps = tf.cast(tf.range(1, more + 1), values.dtype) / tf.cast(more + 1, values.dtype)
    ramp = tf.reshape(steps, [1] * axis + [-1] + [1] * (len(values.shape) - axis - 1))
    return tf.concat([values, last + (first - last) * ramp], axis)


def _mirror(values: Any, axis: int, more: Any) -> Any:
    """Values that come back along an axis from the last but one, as many as `more`."""
    return continue_axis(values, axis, 0, more, "reflect")
