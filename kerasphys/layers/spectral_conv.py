"""Convolution of fields on a grid through their Fourier coefficients."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys._validation import (
    check_choice,
    check_finite,
    check_identifier,
    check_int,
    check_positive,
    check_positive_int,
    message,
)
from kerasphys.layers import _fourier
from kerasphys.layers.grid_padding import check_grid, per_axis, size_of

METHODS = ("auto", "matmul", "fft")


@serializable
class SpectralConv(keras.layers.Layer):
    """Multiplies the Fourier coefficients of fields on a periodic grid by complex matrices.

    Computes `v(x) = Σ_k R(k) û(k) exp(i k·x)` over the wavenumbers `-modes..modes` of each axis,
    where `û(k)`, a vector of `c` channels, is the mean of `u(x) exp(-i k·x)` over the grid. The
    weights do not know the grid, so a layer may be evaluated on any that carries its modes; fields
    whose wavenumbers both grids resolve have the same values at the points that they share.

    Fields are real, so only half of the wavenumbers along the first axis is stored:
    `R(-k) = conj(R(k))`. The Nyquist coefficient of an even number of points is shared equally by
    the wavenumbers `±points / 2`. The weight `kernel` has the shape `(*sizes, c, 2, filters)`: real
    and imaginary parts of `R` lie along the axis before the last, and `wavenumbers()` says which
    `k` stands where.

    A transform to so few coefficients is done by two real matrix products for each axis
    (`"matmul"`), which is faster than the fast Fourier transform (`"fft"`) unless the modes are
    many and the axis is long. `"auto"` takes for each axis what costs less. Both give the same
    numbers, to rounding.

    The weights start normal, with `E |R|² = 2 / (c + filters)`: on average a field keeps the
    energy of the modes that are kept.

    Args:
        filters: Positive integer, the channels of the output.
        modes: Positive integer, the highest wavenumber that is kept, or one for each grid axis.
        method: `"auto"`, `"matmul"` or `"fft"`. Axes of unknown length are transformed by matrix
            products if it is `"auto"`, those of fields in half precision always.
        kernel_regularizer: A Keras regularizer of the weights, or `None`.
        seed: Integer, for the initial weights, or `None` for other weights each time.
        **kwargs: `name` and `dtype`, as of any Keras layer.

    Input shape: `(n, *grid, c)` with one, two or three grid axes, whose sizes may be unknown.
    Output shape: `(n, *grid, filters)`.

    Raises:
        ValueError: If an axis has fewer than `2 * modes` points.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = 2 * np.pi * np.arange(32) / 32
        u = np.sin(3 * x).reshape(1, 32, 1)
        layer = kp.layers.SpectralConv(1, modes=8, dtype="float64")
        layer.build(u.shape)
        layer.set_symbol(lambda k: 1j * k, lengths=2 * np.pi)
        np.testing.assert_allclose(layer(u)[0, :, 0], 3 * np.cos(3 * x), atol=1e-13)
        ```

    Reference:
        Li et al., 2021, https://arxiv.org/abs/2010.08895
    """

    def __init__(
        self,
        filters: int,
        modes: int | Sequence[int],
        method: str = "auto",
        kernel_regularizer: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        filters = check_positive_int("filters", filters)
        modes = check_wavenumbers("modes", modes)
        check_choice("method", method, METHODS)
        if kernel_regularizer is not None:
            get = keras.regularizers.get
            kernel_regularizer = check_identifier("kernel_regularizer", get, kernel_regularizer)
        seed = None if seed is None else check_int("seed", seed, minimum=0)
        super().__init__(**kwargs)
        self.filters, self.modes, self.method = filters, modes, method
        self.kernel_regularizer, self.seed = kernel_regularizer, seed

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.rank = len(check_grid("SpectralConv", input_shape))
        self.highest = per_axis("modes", self.modes, self.rank)
        self._check_sizes(input_shape)
        channels = input_shape[-1]
        if channels is None:
            raise ValueError(
                "SpectralConv needs a known number of channels. Received: an input of shape "
                f"{tuple(input_shape)}."
            )
        first, *others = self.highest
        self.sizes = (first + 1, *(2 * highest + 1 for highest in others))
        self.kernel = self.add_weight(
            shape=(*self.sizes, channels, 2, self.filters),
            initializer=keras.initializers.RandomNormal(
                stddev=1 / math.sqrt(channels + self.filters), seed=self.seed
            ),
            regularizer=self.kernel_regularizer,
            name="kernel",
        )
        self.built = True

    def call(self, inputs: Any) -> Any:
        self._check_sizes(inputs.shape)
        points = [size_of(inputs, axis) for axis in range(1, self.rank + 1)]
        transforms = []
        half = self.compute_dtype not in ("float32", "float64")  # has no fast Fourier transform
        method = "matmul" if half else self.method
        for index, (size, highest) in enumerate(zip(points, self.highest, strict=True)):
            if not isinstance(size, int):
                text = f"SpectralConv needs at least {2 * highest} points along axis {index}."
                tf.debugging.assert_greater_equal(size, 2 * highest, text)
            transforms.append(_fourier.choose(size, highest, method))
        modes = _fourier.analyse(inputs, transforms)
        return _fourier.synthesise(self._multiply(modes), transforms)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.filters)

    def wavenumbers(self) -> list[np.ndarray]:
        """The integer wavenumbers along each axis of the weight: `0..m`, then `0..m, -1..-m`."""
        first, *others = (np.arange(highest + 1) for highest in self.highest)
        return [first, *(np.concatenate([up, -up[1:]]) for up in others)]

    def set_symbol(self, symbol: Callable, lengths: float | Sequence[float] = 1.0) -> None:
        """Makes the layer a known operator: `R(k) = symbol(k)`.

        With `i k` it differentiates, with `exp(-nu k² t)` it is the solution of the heat equation
        after a time `t`, both exact for what the modes resolve.

        Args:
            symbol: Function of the angular wavenumbers `2π j / length`, an array of the shape
                `sizes` for each axis. It returns a number or an array of this shape, which
                multiplies every channel, or one of shape `(*sizes, c, filters)`. It must satisfy
                `R(-k) = conj(R(k))`, as the symbol of every real operator does.
            lengths: Positive number, the period of the grid, or one for each axis.
        """
        if not callable(symbol):
            raise TypeError(message("symbol", "a function of wavenumbers", symbol))
        if not self.built:
            raise ValueError("SpectralConv has no weights yet: call `build` or the layer first.")
        periods = per_axis("lengths", lengths, self.rank)
        units = [2 * np.pi / check_positive("lengths", length) for length in periods]
        grids = np.meshgrid(*self.wavenumbers(), indexing="ij")
        given = [unit * k for unit, k in zip(units, grids, strict=True)]
        values = np.asarray(symbol(*given), dtype=complex)
        check_finite("symbol", values)
        matrix = (self.kernel.shape[-3], self.filters)
        wanted = (*self.sizes, *matrix)
        if values.ndim == 0 or values.shape == self.sizes:
            if matrix[0] != matrix[1]:
                raise ValueError(
                    "A symbol with one value for each wavenumber needs as many filters as "
                    f"channels. Received: {matrix[0]} channels, {matrix[1]} filters."
                )
            values = np.multiply.outer(np.broadcast_to(values, self.sizes), np.eye(matrix[0]))
        if values.shape != wanted:
            raise ValueError(
                f"Argument `symbol` must return a number, or an array of shape {self.sizes} or "
                f"{wanted}. Received: an array of shape {values.shape}."
            )
        self.kernel.assign(np.stack([values.real, values.imag], axis=-2))

    def get_config(self) -> dict[str, Any]:
        regularizer = self.kernel_regularizer
        return {
            **super().get_config(),
            "filters": self.filters,
            "modes": self.modes,
            "method": self.method,
            "kernel_regularizer": regularizer and keras.regularizers.serialize(regularizer),
            "seed": self.seed,
        }

    def _multiply(self, modes: Any) -> Any:
        """`R(k) û(k)`, from `(n, 2, *sizes, c)` to `(n, 2, *sizes, filters)`."""
        kernel = tf.convert_to_tensor(self.kernel)
        channels, filters = kernel.shape[-3], self.filters
        count = math.prod(self.sizes)
        values = tf.reshape(modes, [-1, 2, count, channels])
        values = tf.reshape(tf.transpose(values, [2, 1, 0, 3]), [count, -1, channels])
        products = values @ tf.reshape(kernel, [count, channels, 2 * filters])
        products = tf.reshape(products, [count, 2, -1, 2, filters])  # (k, û, n, R, filters)
        real = products[:, 0, :, 0] - products[:, 1, :, 1]
        imaginary = products[:, 0, :, 1] + products[:, 1, :, 0]
        values = tf.transpose(tf.stack([real, imaginary]), [2, 0, 1, 3])
        return tf.reshape(values, [-1, 2, *self.sizes, filters])

    def _check_sizes(self, shape: Any) -> None:
        for size, highest in zip(shape[1:-1], self.highest, strict=True):
            if size is not None and size < 2 * highest:
                raise ValueError(
                    f"SpectralConv keeps the wavenumbers up to {self.modes}, which needs "
                    f"{2 * highest} points. Received: an input of shape {tuple(shape)}. Take fewer "
                    "modes or a finer grid."
                )


def check_wavenumbers(argument: str, value: Any) -> int | list[int]:
    """The highest wavenumber, or a list of them, one for each axis."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return check_positive_int(argument, value)
    if len(value) not in (1, 2, 3):
        raise ValueError(message(argument, "a positive integer, or one for each grid axis", value))
    return [check_positive_int(argument, each) for each in value]
