"""Padding of grids by the values that a boundary implies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from kerasphys._registry import serializable
from kerasphys._validation import check_choice, check_int, message

MODES = ("periodic", "zero", "reflect")


@serializable
class GridPadding(keras.layers.Layer):
    """Continues values on a grid beyond its ends: periodically, by zeros or by reflection.

    `"periodic"` continues `a b c d` as `c d [a b c d] a b`, `"zero"` as `0 0 [a b c d] 0 0` and
    `"reflect"` as `c b [a b c d] c b`: mirrored at the end point, which is not repeated.

    Args:
        width: Non-negative integer, the number of points to add at each end of each axis; or for
            each axis a pair of integers `(before, after)`.
        mode: `"periodic"`, `"zero"` or `"reflect"`, or a sequence of these, one for each axis.
        **kwargs: `name` and `dtype`, as of any Keras layer.

    Input shape: `(n, *grid, c)` with one, two or three grid axes, whose sizes may be unknown.
    Output shape: The same, each grid axis longer by what is added to it.

    Raises:
        ValueError: If an axis is too short: fewer points than are added periodically, or no more
            than are added by reflection.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        ring = np.arange(4.0).reshape(1, 4, 1)
        padded = kp.layers.GridPadding(1, "periodic", dtype="float64")(ring)
        print(padded.numpy().ravel())  # [3. 0. 1. 2. 3. 0.]
        ```
    """

    def __init__(self, width: Any, mode: str | Sequence[str] = "periodic", **kwargs: Any):
        width, mode = _check_width(width), check_modes("mode", mode)
        if isinstance(width, list) and isinstance(mode, list) and len(width) != len(mode):
            raise ValueError(message("mode", f"one, or {len(width)} as `width` has", mode))
        super().__init__(**kwargs)
        self.width = width
        self.mode = mode

    def call(self, inputs: Any) -> Any:
        widths, modes = self._axes(inputs.shape)
        for mode, name in (("zero", "constant"), ("reflect", "reflect")):
            pairs = [w if m == mode else (0, 0) for w, m in zip(widths, modes, strict=True)]
            if any(map(any, pairs)):
                self._check_dynamic(inputs, pairs, modes)
                inputs = ops.pad(inputs, [(0, 0), *pairs, (0, 0)], mode=name)
        for axis, (pair, mode) in enumerate(zip(widths, modes, strict=True), start=1):
            if mode == "periodic" and any(pair):
                only = [pair if other == axis else (0, 0) for other in range(1, len(widths) + 1)]
                self._check_dynamic(inputs, only, modes)
                inputs = continue_axis(inputs, axis, *pair, mode)
        return inputs

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        widths, _ = self._axes(input_shape)
        first, *grid, last = input_shape
        longer = [n if n is None else n + sum(w) for n, w in zip(grid, widths, strict=True)]
        return (first, *longer, last)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "width": self.width, "mode": self.mode}

    def _axes(self, shape: Sequence[int | None]) -> tuple[list[tuple[int, int]], list[str]]:
        """The widths and the modes of all grid axes, which must be long enough."""
        grid = check_grid(type(self).__name__, shape)
        widths, modes = self.width, per_axis("mode", self.mode, len(grid))
        if isinstance(widths, int):
            widths = [[widths, widths]] * len(grid)
        if len(widths) != len(grid):
            raise ValueError(
                f"GridPadding has {len(widths)} pairs in `width`, one for each grid axis. "
                f"Received: an input of shape {tuple(shape)}."
            )
        for size, pair, mode in zip(grid, widths, modes, strict=True):
            least = _least(pair, mode)
            if size is not None and size < least:
                raise ValueError(
                    f"GridPadding adds {max(pair)} points by mode {mode!r}, which needs grid axes "
                    f"of at least {least} points. Received: an input of shape {tuple(shape)}."
                )
        return [tuple(pair) for pair in widths], modes

    def _check_dynamic(self, inputs: Any, pairs: list[tuple[int, int]], modes: list[str]) -> None:
        """Makes the graph check what only it will know."""
        for axis, (pair, mode) in enumerate(zip(pairs, modes, strict=True), start=1):
            least = _least(pair, mode)
            if inputs.shape[axis] is None and least > 1:
                text = f"GridPadding needs at least {least} points along grid axis {axis - 1}."
                tf.debugging.assert_greater_equal(tf.shape(inputs)[axis], least, text)


def size_of(values: Any, axis: int) -> Any:
    """The length of an axis: an integer where it is known, otherwise a tensor."""
    size = values.shape[axis]
    return tf.shape(values)[axis] if size is None else int(size)


def continue_axis(values: Any, axis: int, before: Any, after: Any, mode: str) -> Any:
    """Continues values along one axis, by widths that are integers or tensors."""
    if mode == "periodic":
        lead = (slice(None),) * axis
        start = values[(*lead, slice(0, after))]
        end = values[(*lead, slice(size_of(values, axis) - before, None))]
        return ops.concatenate([end, values, start], axis=axis)
    pairs: list[Any] = [(0, 0)] * len(values.shape)
    pairs[axis] = (before, after)
    return tf.pad(values, pairs, mode="CONSTANT" if mode == "zero" else "REFLECT")


def check_grid(owner: str, shape: Any) -> tuple[int | None, ...]:
    """The sizes of the grid axes of `(n, *grid, c)`: one, two or three."""
    if len(shape) not in (3, 4, 5):
        raise ValueError(
            f"{owner} takes inputs of shape (n, *grid, c), with one, two or three grid axes. "
            f"Received: an input of shape {tuple(shape)}."
        )
    return tuple(shape[1:-1])


def check_modes(argument: str, mode: Any) -> str | list[str]:
    """A way to continue a grid, or a list of them, one for each axis."""
    if isinstance(mode, str):
        return check_choice(argument, mode, MODES)
    if not isinstance(mode, Sequence) or len(mode) not in (1, 2, 3):
        expected = f"one of {', '.join(map(repr, MODES))}, or a sequence of one for each grid axis"
        raise TypeError(message(argument, expected, mode))
    return [check_choice(argument, each, MODES) for each in mode]


def per_axis(argument: str, value: Any, rank: int) -> list[Any]:
    """A value for each grid axis: the list as it is, or the one value for all."""
    values = list(value) if isinstance(value, list | tuple) else [value] * rank
    if len(values) != rank:
        raise ValueError(message(argument, f"one for each of the {rank} grid axes", value))
    return values


def _check_width(width: Any) -> int | list[list[int]]:
    if not isinstance(width, Sequence):
        return check_int("width", width, minimum=0)
    expected = "an integer, or a pair (before, after) for each grid axis"
    for pair in width:
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            raise TypeError(message("width", expected, width))
    if len(width) not in (1, 2, 3):
        raise ValueError(message("width", expected, width))
    return [[check_int("width", part, minimum=0) for part in pair] for pair in width]


def _least(pair: Sequence[int], mode: str) -> int:
    """The fewest points that an axis may have."""
    if mode == "zero" or not any(pair):
        return 1
    return max(pair) + (mode == "reflect")
