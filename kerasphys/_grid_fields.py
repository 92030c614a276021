"""Fields on a grid: what losses and metrics check, sum and transform."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from keras import ops

from kerasphys._validation import check_bool, check_equal_shapes, check_positive, message


def check_each_axis(argument: str, value: Any, check: Any) -> Any:
    """One checked value for all axes of a grid, or a tuple with one for each of up to three."""
    if not isinstance(value, list | tuple):
        return check(argument, value)
    if not 1 <= len(value) <= 3:
        raise ValueError(message(argument, "one value, or one for each of up to three axes", value))
    return tuple(check(argument, each) for each in value)


def check_periodic(value: Any) -> Any:
    """True or false, or one of them for each axis."""
    return check_each_axis("periodic", value, check_bool)


def check_sides(value: Any) -> Any:
    """A positive number, or one for each axis."""
    return check_each_axis("lengths", value, check_positive)


def grid_pair(y_true: Any, y_pred: Any, axes: int | None, dtype: Any = None) -> tuple[Any, Any]:
    """Two fields of one shape `(n, ..., *grid, channels)`, with at least one axis of a grid.

    Args:
        y_true: The reference.
        y_pred: The approximation.
        axes: The number of axes of the grid, or `None`: all but the first and the last.
        dtype: Of the tensors; by default their own.
    """
    y_true = ops.convert_to_tensor(y_true, dtype=dtype)
    y_pred = ops.convert_to_tensor(y_pred, dtype=dtype)
    check_equal_shapes("y_pred", y_pred.shape, "y_true", y_true.shape)
    rank = len(y_true.shape)
    if rank < (axes or 1) + 2:
        wanted = "(n, *grid, channels)" + (f" with {axes} axes of the grid" if axes else "")
        raise ValueError(
            f"Argument `y_true` must have the shape {wanted}. Received: {tuple(y_true.shape)}."
        )
    return y_true, y_pred


def rank_of(*values: Any) -> int | None:
    """The number of axes that arguments given axis by axis agree on; `None` if there is none."""
    lengths = {len(value) for value in values if isinstance(value, tuple)}
    if len(lengths) > 1:
        raise ValueError(
            "Arguments `periodic` and `lengths` must have a value for each axis of the same grid. "
            f"Received: {sorted(lengths)} values."
        )
    return lengths.pop() if lengths else None


def grid_axes(values: Any, axes: int | None) -> range:
    """The axes of a tensor that are those of the grid: the last ones before the channels."""
    rank = len(values.shape)
    return range(1 if axes is None else rank - 1 - axes, rank - 1)


def each(value: Any, axes: range) -> Sequence[Any]:
    """One value for each axis."""
    return value if isinstance(value, tuple) else (value,) * len(axes)


def along(vector: Any, axis: int, rank: int) -> Any:
    """A vector as a tensor of a rank, along one of its axes."""
    shape = [1] * rank
    shape[axis] = -1
    return ops.reshape(vector, shape)


def is_end(values: Any, axis: int) -> Any:
    """Which indices along an axis are the first or the last, a vector of booleans."""
    index, points = ops.arange(ops.shape(values)[axis]), ops.shape(values)[axis]
    return ops.logical_or(index == 0, index == points - 1)


def harmonics(values: Any, axis: int, periodic: bool) -> tuple[Any, Any]:
    """The coefficients of a field in an orthonormal basis of waves along one axis.

    Sines and cosines on a periodic axis, cosines with no slope at the ends on another. The sum of
    the squares of real and imaginary parts is that of the squares of the field.

    Args:
        values: A real tensor, or a pair of real and imaginary part.
        axis: Which axis.
        periodic: Whether the waves are periodic.

    Returns:
        The pair of real and imaginary parts, and the wavenumbers in waves for the length of the
        axis, a vector.
    """
    real, imaginary = values if isinstance(values, tuple) else (values, ops.zeros_like(values))
    real, imaginary = (ops.moveaxis(part, axis, -1) for part in (real, imaginary))
    points = ops.shape(real)[-1]
    index = ops.arange(points)
    if periodic:
        real, imaginary = ops.fft((real, imaginary))
        scale = 1 / ops.sqrt(ops.cast(points, real.dtype))
        numbers = ops.cast(ops.minimum(index, points - index), real.dtype)
        pair = (real * scale, imaginary * scale)
    else:
        numbers = ops.cast(index, real.dtype) / 2
        pair = (_cosines(real), _cosines(imaginary))
    found = tuple(ops.moveaxis(part, -1, axis) for part in pair)
    return found, numbers


def mean_squares(values: Any, periodic: Any, lengths: Any, axes: int | None, seminorm: bool) -> Any:
    """The mean over the grid of the squares of a field and its slopes, summed over the channels.

    Slopes are those of the trigonometric interpolant along periodic axes, and of the piecewise
    linear one along others, where values at the ends count half.

    Args:
        values: Tensor `(n, ..., *grid, channels)`; axes before those of the grid are summed over.
        periodic: Whether axes are periodic, one value or one for each.
        lengths: The sides of the box, one value or one for each.
        axes: The number of axes of the grid, or `None`: all but the first and the last.
        seminorm: Whether to leave out the squares of the field itself.

    Returns:
        Tensor `(n,)`.
    """
    grid = grid_axes(values, axes)
    kinds, sides = each(periodic, grid), each(lengths, grid)
    total = 0.0 if seminorm else _mean(ops.square(values), grid, kinds)
    for axis, kind, side in zip(grid, kinds, sides, strict=True):
        if kind:
            (real, imaginary), numbers = harmonics(values, axis, periodic=True)
            factor = ops.square(along(numbers * (2 * math.pi / side), axis, len(values.shape)))
            squares = factor * (ops.square(real) + ops.square(imaginary))
            total = total + _mean(squares, grid, kinds)
        else:
            steps = ops.cast(ops.shape(values)[axis] - 1, values.dtype)
            slopes = _differences(values, axis) * (steps / side)
            whole = [k or other == axis for other, k in zip(grid, kinds, strict=True)]
            total = total + _mean(ops.square(slopes), grid, whole)
    return total


def _mean(values: Any, grid: range, whole: Sequence[bool]) -> Any:
    """The mean over the grid and the sum over channels; ends count half where not `whole`."""
    rank = len(values.shape)
    for axis, plain in zip(grid, whole, strict=True):
        points = ops.shape(values)[axis]
        weights = ops.ones((points,), values.dtype)
        if not plain:
            weights = ops.where(is_end(values, axis), weights / 2, weights)
        values = values * along(weights / ops.sum(weights), axis, rank)
    return ops.sum(values, axis=tuple(range(1, rank)))


def _differences(values: Any, axis: int) -> Any:
    moved = ops.moveaxis(values, axis, 0)
    return ops.moveaxis(moved[1:] - moved[:-1], 0, axis)


def _cosines(values: Any) -> Any:
    """The orthonormal cosine transform (type 2) along the last axis, by a transform of twice it."""
    points = ops.shape(values)[-1]
    count = ops.cast(points, values.dtype)
    index = ops.cast(ops.arange(points), values.dtype)
    doubled = ops.concatenate([values, ops.flip(values, axis=-1)], axis=-1)
    real, imaginary = ops.fft((doubled, ops.zeros_like(doubled)))
    angle = index * (math.pi / (2 * count))
    turned = real[..., :points] * ops.cos(angle) + imaginary[..., :points] * ops.sin(angle)
    return turned * ops.sqrt((2 - ops.cast(index == 0, values.dtype)) / count) / 2
