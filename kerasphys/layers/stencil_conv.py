"""Kernels and finite differences as a layer."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from kerasphys._registry import serializable
from kerasphys._validation import check_bool, check_choice, check_positive, message
from kerasphys.kernels._checks import (
    Orders,
    check_accuracy,
    check_kernel,
    check_per_axis,
    check_terms,
)
from kerasphys.kernels.finite_difference_weights import weights_at_offsets
from kerasphys.kernels.stencil import stencil
from kerasphys.layers.grid_padding import MODES, GridPadding

BOUNDARIES = (*MODES, "one_sided")


@serializable
class StencilConv(keras.layers.Layer):
    """Applies a kernel or a finite-difference stencil to every channel of a field on a grid.

    Computes `sum g[m] u[i + m]` at every point of the grid. The kernel is given as an array, or as
    the derivative that it approximates. It is fixed, and no weight, unless `learnable` is true.

    With the boundary `"one_sided"` the values beyond the ends are those of the polynomial through
    the `order + accuracy` points next to them. That gives the one-sided stencil of these points,
    so that a derivative has its accuracy up to the ends.

    Args:
        kernel: An array of 1 to 3 axes with an odd length along each, such as those of
            `kp.kernels`; or `None`, if `order` is given.
        order: The derivative: an order for a grid of one axis; a tuple of orders, one for each
            axis, `(1, 1)` for `u_xy`; or a dict of such orders and their coefficients,
            `{(2, 0): 1.0, (0, 2): 1.0}` for the Laplacian.
        accuracy: Even positive integer: the error of `order` falls like `spacing**accuracy`.
        spacing: Positive number, the distance of the points in `order`, or one for each axis.
        boundary: `"periodic"`, `"zero"`, `"reflect"` (mirrored at the end point) or, for a
            derivative given by `order`, `"one_sided"`; or a sequence of these, one for each axis.
        learnable: Whether the kernel is a weight that training changes, from the given values on.
        **kwargs: `name` and `dtype`, as of any Keras layer.

    Input shape: `(n, *grid, c)`, of as many grid axes as the kernel; their sizes may be unknown.
    Output shape: The same.

    Raises:
        ValueError: If not exactly one of `kernel` and `order` is given, an argument is out of
            range, or an axis has fewer points than the boundary takes.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.linspace(0, 1, 11)
        second = kp.layers.StencilConv(
            order=2, spacing=0.1, boundary="one_sided", dtype="float64"
        )
        u = (x**3).reshape(1, 11, 1)
        np.testing.assert_allclose(second(u)[0, :, 0], 6 * x, atol=1e-11)
        ```
    """

    def __init__(
        self,
        kernel: Any = None,
        order: Orders | None = None,
        accuracy: int = 2,
        spacing: float | Sequence[float] = 1.0,
        boundary: str | Sequence[str] = "periodic",
        learnable: bool = False,
        **kwargs: Any,
    ):
        if kernel is not None:
            kernel = check_kernel("kernel", kernel)
        if (kernel is None) == (order is None):
            received = "neither" if kernel is None else "both"
            raise ValueError(
                f"Exactly one of `kernel` and `order` must be given. Received: {received}."
            )
        terms = None if order is None else check_terms("order", order)
        rank = kernel.ndim if terms is None else len(next(iter(terms)))
        accuracy = check_accuracy("accuracy", accuracy)
        spacings = check_per_axis("spacing", spacing, rank, check_positive)
        boundaries = check_per_axis("boundary", boundary, rank, _check_boundary)
        learnable = check_bool("learnable", learnable)
        initial = kernel if terms is None else stencil(terms, accuracy, spacings)
        if not learnable and not initial.any():
            cure = "A kernel to be learnt needs learnable=True."
            raise ValueError(message("kernel", "different from zero", initial.tolist(), cure))
        if terms is None and "one_sided" in boundaries:
            cure = "It needs to know the derivative: give `order` in place of `kernel`."
            raise ValueError(message("boundary", "one that continues the values", boundary, cure))
        super().__init__(**kwargs)
        self.kernel = None if kernel is None else kernel.tolist()
        self.order = terms if isinstance(order, Mapping) else _plain(order)
        self.accuracy = accuracy
        self.spacing = _plain(spacing)
        self.boundary = _plain(boundary)
        self.learnable = learnable
        self._initial = initial
        self._stages = [initial] if learnable else _factors(initial)
        self._extrapolations = {
            axis: _extrapolation(initial.shape[axis - 1] // 2, highest + accuracy)
            for axis, highest in enumerate(np.max(list(terms or [(0,) * rank]), axis=0), start=1)
            if boundaries[axis - 1] == "one_sided" and initial.shape[axis - 1] > 1
        }
        self._padding = GridPadding(
            [
                (0, 0) if mode == "one_sided" else (length // 2,) * 2
                for mode, length in zip(boundaries, initial.shape, strict=True)
            ],
            ["zero" if mode == "one_sided" else mode for mode in boundaries],
            dtype=self.dtype_policy,
        )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        rank = self._initial.ndim
        if len(input_shape) != rank + 2:
            raise ValueError(
                f"StencilConv has a kernel of rank {rank}, for inputs of shape (n, *grid, c) with "
                f"as many grid axes. Received: an input of shape {tuple(input_shape)}."
            )
        for axis, weights in self._extrapolations.items():
            least = weights.shape[1]
            if input_shape[axis] is not None and input_shape[axis] < least:
                raise ValueError(
                    f"StencilConv takes at least {least} points along grid axis {axis - 1} for "
                    f"one-sided differences. Received: an input of shape {tuple(input_shape)}."
                )
        if self.learnable:
            self.weight = self.add_weight(
                shape=self._initial.shape,
                initializer=lambda shape, dtype: ops.convert_to_tensor(self._initial, dtype),
                name="kernel",
            )

    def call(self, inputs: Any) -> Any:
        padded = self._padding(inputs)
        for axis, weights in self._extrapolations.items():
            padded = _extrapolate(padded, axis, weights)
        if self.learnable:
            return _correlate(padded, self._initial.shape, ops.convert_to_tensor(self.weight))
        for stage in self._stages:
            padded = _correlate(padded, stage.shape, stage)
        return padded

    def as_kernel(self) -> np.ndarray:
        """The kernel as it is now, for `kp.kernels.operator_of` and `kp.kernels.convolve`."""
        if self.learnable and self.built:
            return ops.convert_to_numpy(self.weight)
        return self._initial.copy()

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        order = self.order
        if isinstance(order, dict):
            order = [[list(orders), value] for orders, value in order.items()]
        return {
            **super().get_config(),
            "kernel": self.kernel,
            "order": order,
            "accuracy": self.accuracy,
            "spacing": self.spacing,
            "boundary": self.boundary,
            "learnable": self.learnable,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> StencilConv:
        order = config["order"]
        if isinstance(order, list) and isinstance(order[0], list):
            order = {tuple(orders): value for orders, value in order}
        return cls(**{**config, "order": order})


def _correlate(padded: Any, shape: tuple[int, ...], kernel: Any) -> Any:
    """Adds up shifted values.

    Not a convolution: accelerators round its factors to ten bits, which differences magnify.
    """
    total = None
    for index in itertools.product(*map(range, shape)):
        if isinstance(kernel, np.ndarray) and kernel[index] == 0:
            continue
        weight = float(kernel[index]) if isinstance(kernel, np.ndarray) else kernel[index]
        ends = [start - length + 1 or None for start, length in zip(index, shape, strict=True)]
        inside = tuple(itertools.starmap(slice, zip(index, ends, strict=True)))
        term = weight * padded[(slice(None), *inside)]
        total = term if total is None else total + term
    return total


def _factors(kernel: np.ndarray) -> list[np.ndarray]:
    """Kernels of one axis each, to be applied one after another, if the kernel is their product."""
    largest = np.unravel_index(np.abs(kernel).argmax(), kernel.shape)
    factors = []
    for axis in range(kernel.ndim):
        line = tuple(slice(None) if other == axis else n for other, n in enumerate(largest))
        shape = [-1 if other == axis else 1 for other in range(kernel.ndim)]
        scale = kernel[largest] if axis else 1.0
        factors.append((kernel[line] / scale).reshape(shape))
    product = np.ones(())
    for factor in factors:
        product = product * factor
    exact = np.allclose(
        product, kernel, rtol=0, atol=4 * np.finfo(float).eps * abs(kernel[largest])
    )
    return factors if exact else [kernel]


def _extrapolation(reach: int, points: int) -> np.ndarray:
    """The weights of the first points for values before them, `(reach, points)`."""
    return np.array(
        [
            weights_at_offsets(tuple(range(ahead, ahead + points)), 0)
            for ahead in range(reach, 0, -1)
        ]
    )


def _extrapolate(values: Any, axis: int, weights: np.ndarray) -> Any:
    """Continues values beyond both ends of an axis by the polynomial through those next to them."""
    reach, points = weights.shape
    if values.shape[axis] is None:
        text = f"One-sided differences take at least {points} points along grid axis {axis - 1}."
        tf.debugging.assert_greater_equal(tf.shape(values)[axis], points, text)
    lead = (slice(None),) * axis
    shape = (reach, points) + (1,) * (len(values.shape) - axis - 1)
    ends = []
    for part, rows in ((slice(points), weights), (slice(-points, None), weights[::-1, ::-1])):
        near = ops.expand_dims(values[(*lead, part)], axis)  # (…, 1, points, …)
        rows = ops.convert_to_tensor(rows.reshape(shape), values.dtype)
        ends.append(ops.sum(near * rows, axis=axis + 1))
    return ops.concatenate([ends[0], values, ends[1]], axis=axis)


def _plain(value: Any) -> Any:
    """The same without tuples and arrays, which a configuration cannot hold."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value


def _check_boundary(argument: str, value: Any) -> str:
    return check_choice(argument, value, BOUNDARIES)
