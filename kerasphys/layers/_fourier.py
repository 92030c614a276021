"""Real fields to a few of their Fourier coefficients and back, axis by axis, in real arithmetic.

The coefficients of `(n, *grid, c)` are an array `(n, 2, *sizes, c)`, real and imaginary part along
the second axis. The first grid axis keeps the wavenumbers `0..m`, the others `0..m, -1..-m`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys.layers.grid_padding import size_of


@dataclasses.dataclass(frozen=True)
class AxisTransform:
    """How one axis is transformed.

    Attributes:
        size: Its points, an integer or a tensor.
        highest: The highest wavenumber that is kept.
        fast: Whether by the fast Fourier transform.
    """

    size: Any
    highest: int
    fast: bool


def choose(size: Any, highest: int, method: str) -> AxisTransform:
    """The transform of an axis by `"matmul"`, `"fft"` or, with `"auto"`, the cheaper of them."""
    fast = method == "fft"
    if method == "auto" and isinstance(size, int):
        # both per point; the weight is how much slower the operations of the fast one run
        products, fast_steps = 4 * (highest + 1), 2.5 * math.log2(max(size, 2))
        fast = products > 25 * fast_steps
    return AxisTransform(size, highest, fast)


def analyse(values: Any, transforms: Sequence[AxisTransform]) -> Any:
    """The coefficients of real fields, from `(n, *grid, c)` to `(n, 2, *sizes, c)`."""
    values = _analyse_axis(values, 1, transforms[0])
    for axis, transform in enumerate(transforms[1:], start=3):
        values = _analyse_axis(values, axis, transform)
        real, imaginary = values[:, 0], values[:, 1]  # each has the parts of this axis at `axis`
        real_cos, real_sin = tf.unstack(real, 2, axis - 1)
        imaginary_cos, imaginary_sin = tf.unstack(imaginary, 2, axis - 1)
        up = [real_cos - imaginary_sin, imaginary_cos + real_sin]
        down = [real_cos + imaginary_sin, imaginary_cos - real_sin]
        values = tf.concat([tf.stack(up, 1), _from(tf.stack(down, 1), axis, 1)], axis)
    return values


def synthesise(modes: Any, transforms: Sequence[AxisTransform]) -> Any:
    """The real fields that coefficients stand for, from `(n, 2, *sizes, c)` to `(n, *grid, c)`."""
    for axis, transform in reversed(list(enumerate(transforms[1:], start=3))):
        count = transform.highest + 1
        up, down = tf.split(modes, [count, count - 1], axis)
        pads = [(int(index == axis), 0) for index in range(len(modes.shape))]
        down = tf.pad(down, pads)  # the wavenumber 0 stands with `up`
        sums, differences = tf.unstack(up + down, 2, 1), tf.unstack(up - down, 2, 1)
        real = tf.stack([sums[0], differences[1]], axis - 1)
        imaginary = tf.stack([sums[1], -differences[0]], axis - 1)
        modes = _synthesise_axis(tf.stack([real, imaginary], 1), axis, transform, 1.0)
    return _synthesise_axis(modes, 1, transforms[0], 2.0)  # with the wavenumbers below zero


def _analyse_axis(values: Any, axis: int, transform: AxisTransform) -> Any:
    """`share Σ u cos(kx)` and `-share Σ u sin(kx)`: an axis `size` becomes two, `(2, m + 1)`."""
    size, highest = transform.size, transform.highest
    share = _shares(size, highest)
    if transform.fast:
        moved = _move(values, axis, -1)
        found = tf.signal.rfft(moved)[..., : highest + 1]
        found = tf.stack([tf.math.real(found), tf.math.imag(found)], axis=-2)
        found = found * tf.cast(share, values.dtype)
        return _move(_move(found, -1, axis), -1, axis)
    cos, sin = _waves(size, highest)
    matrix = _rows(share[:, None] * cos, -share[:, None] * sin, values.dtype)
    return _apply(matrix, values, axis, 1, (2, highest + 1))


def _synthesise_axis(modes: Any, axis: int, transform: AxisTransform, twice: float) -> Any:
    """`Σ w (a cos(kx) - b sin(kx))`, where `w` is `twice` for `k > 0` and 1 for `k = 0`."""
    size, highest = transform.size, transform.highest
    weights = np.where(np.arange(highest + 1) == 0, 1.0, twice)
    if transform.fast:
        moved = _move(_move(modes, axis, -1), axis, -1)  # (..., 2, m + 1)
        # the inverse transform divides by `size` and counts all but 0 and Nyquist twice
        once = weights / np.where(np.arange(highest + 1) == 0, 1.0, 2.0) / _shares(size, highest)
        moved = moved * tf.cast(once, modes.dtype)
        found = tf.complex(moved[..., 0, :], moved[..., 1, :])
        found = tf.signal.irfft(found, [size])
        return _move(found, -1, axis)
    cos, sin = _waves(size, highest)
    matrix = _rows(weights[:, None] * cos, -weights[:, None] * sin, modes.dtype)
    return _apply(tf.transpose(matrix), modes, axis, 2, (size,))


def _apply(matrix: Any, values: Any, axis: int, merged: int, made: tuple[Any, ...]) -> Any:
    """A matrix along an axis, or along `merged` axes as one, which become those of `made`."""
    shape = [size_of(values, index) for index in range(len(values.shape))]
    before, after = shape[:axis], shape[axis + merged :]
    flat = tf.reshape(values, [math.prod(before), matrix.shape[1] or -1, math.prod(after)])
    return tf.reshape(matrix @ flat, [*before, *made, *after])


def _waves(size: Any, highest: int) -> tuple[Any, Any]:
    """`cos(2πkj / size)` and the sines, `(highest + 1, size)`; the phase is reduced exactly."""
    if isinstance(size, int):
        angles = 2 * np.pi / size * (np.outer(np.arange(highest + 1), np.arange(size)) % size)
        return np.cos(angles), np.sin(angles)
    turns = tf.range(highest + 1)[:, None] * tf.range(size)[None, :] % size
    angles = tf.cast(turns, tf.float64) * (2 * np.pi / tf.cast(size, tf.float64))
    return tf.cos(angles), tf.sin(angles)


def _rows(cos: Any, sin: Any, dtype: Any) -> Any:
    """Two matrices, one below the other."""
    return tf.cast(tf.concat([cos, sin], 0), dtype)


def _shares(size: Any, highest: int) -> Any:
    """`1 / size` for each wavenumber `0..highest`, half of that for the Nyquist one."""
    if isinstance(size, int):
        return np.where(2 * np.arange(highest + 1) == size, 0.5, 1.0) / size
    nyquist = tf.equal(2 * tf.range(highest + 1), size)
    halves = tf.where(nyquist, tf.constant(0.5, tf.float64), tf.constant(1.0, tf.float64))
    return halves / tf.cast(size, tf.float64)


def _move(values: Any, start: int, end: int) -> Any:
    """The values with one axis moved."""
    order = list(range(len(values.shape)))
    order.insert(end % len(order), order.pop(start))
    return tf.transpose(values, order)


def _from(values: Any, axis: int, start: int) -> Any:
    """The values from an index along an axis on."""
    return values[(slice(None),) * axis + (slice(start, None),)]
