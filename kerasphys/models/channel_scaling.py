"""Physical units and standardised values, channel by channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from kerasphys._registry import serializable
from kerasphys.datasets.samples import POINTS

CONSTANT = 1e-12  # a standard deviation below this, relative to the mean, is rounding


@serializable
class ChannelScaling(keras.layers.Layer):
    """Subtracts a mean from each channel and divides by a standard deviation.

    Channels lie along the last axis. Both are weights that are not trained; at first they are
    zero and one. The entry `points` of a dict is mapped from a box to `[-1, 1]` instead: its mean
    is the centre of the box, its deviation half the width.

    Args:
        **kwargs: `name` and `dtype`, as of any Keras layer.

    Input shape: `(n, ..., c)`, or a dict of tensors of such shapes.
    Output shape: The same.
    """

    def build(self, input_shape: Any) -> None:
        names = sorted(input_shape) if isinstance(input_shape, Mapping) else []
        self._points = names.index(POINTS) if POINTS in names else None
        channels: list[int] = []
        keras.tree.map_shape_structure(lambda shape: channels.append(shape[-1]), input_shape)
        self.means = [
            self.add_weight((c,), "zeros", trainable=False, name="mean") for c in channels
        ]
        self.deviations = [
            self.add_weight((c,), "ones", trainable=False, name="deviation") for c in channels
        ]
        self.built = True

    def call(self, inputs: Any) -> Any:
        return self._each(lambda values, mean, deviation: (values - mean) / deviation, inputs)

    def inverse(self, inputs: Any) -> Any:
        """Physical units of standardised values."""
        return self._each(lambda values, mean, deviation: values * deviation + mean, inputs)

    @property
    def box(self) -> tuple[np.ndarray, np.ndarray] | None:
        """The lower and upper bounds of the points; `None` where there are none."""
        if self._points is None:
            return None
        centre, half = (
            np.asarray(weights[self._points], np.float64)
            for weights in (self.means, self.deviations)
        )
        return centre - half, centre + half

    def adapt(self, batches: Any, bounds: Any = None) -> None:
        """Takes mean and standard deviation over batches of arrays, or of dicts of arrays.

        A channel that is constant, or of which there are no values, keeps a deviation of one.

        Args:
            batches: The batches.
            bounds: The box of the points, `(lower, upper)`; by default the smallest around them.
        """
        moments: list[Any] = [_Moments() for _ in self.means]
        if self._points is not None:
            moments[self._points] = _Box(bounds)
        for batch in batches:
            for moment, array in zip(moments, keras.tree.flatten(batch), strict=True):
                moment.add(np.asarray(array))
        for moment, mean, deviation in zip(moments, self.means, self.deviations, strict=True):
            if moment.count:
                mean.assign(moment.mean)
                deviation.assign(moment.deviation)

    def _each(self, function: Any, inputs: Any) -> Any:
        flat = [
            function(ops.cast(values, self.compute_dtype), *map(ops.convert_to_tensor, moments))
            for values, *moments in zip(
                keras.tree.flatten(inputs), self.means, self.deviations, strict=True
            )
        ]
        return keras.tree.pack_sequence_as(inputs, flat)


class _Moments:
    """Mean and squares about it, one batch after another, in float64."""

    def __init__(self):
        self.count, self.mean, self.squares = 0, 0.0, 0.0

    def add(self, array: np.ndarray) -> None:
        rows = array.reshape(-1, array.shape[-1]).astype(np.float64)
        mean = rows.mean(axis=0)
        squares = np.square(rows - mean).sum(axis=0)
        total = self.count + len(rows)
        gap = mean - self.mean
        self.squares = self.squares + squares + gap**2 * self.count * len(rows) / total
        self.mean = self.mean + gap * len(rows) / total
        self.count = total

    @property
    def deviation(self) -> np.ndarray:
        """The standard deviation; one where a channel is constant."""
        found = np.sqrt(self.squares / self.count)
        return np.where(found <= CONSTANT * np.abs(self.mean), 1.0, found)


class _Box:
    """The smallest box around points, one batch after another, or a given one."""

    def __init__(self, bounds: Any):
        self.count, self._given = 0, bounds is not None
        self._lower: Any = np.inf if bounds is None else bounds[0]
        self._upper: Any = -np.inf if bounds is None else bounds[1]

    def add(self, array: np.ndarray) -> None:
        rows = array.reshape(-1, array.shape[-1]).astype(np.float64)
        self.count += len(rows)
        if not self._given:
            self._lower = np.minimum(self._lower, rows.min(axis=0))
            self._upper = np.maximum(self._upper, rows.max(axis=0))

    @property
    def mean(self) -> np.ndarray:
        """The centre."""
        return (self._lower + self._upper) / 2

    @property
    def deviation(self) -> np.ndarray:
        """Half the width; one where that is zero."""
        half = (self._upper - self._lower) / 2
        return np.where(half <= CONSTANT * np.abs(self.mean), 1.0, half)
