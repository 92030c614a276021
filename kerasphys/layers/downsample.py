"""From a grid to a coarser one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys._validation import check_choice, check_int, check_positive_int, message
from kerasphys.layers._convolution import ConvolutionLayer
from kerasphys.layers.grid_padding import check_grid, size_of

POOLS = {"max": "MAX", "average": "AVG"}
KINDS = (*POOLS, "strided")


@serializable
class Downsample(ConvolutionLayer):
    """Makes each grid axis shorter by a factor, by pooling or by a strided convolution.

    `"max"` and `"average"` take the maximum or the mean of blocks of `factor` points along each
    axis; they have no weights. `"strided"` is a convolution with the stride `factor`;
    `Upsample` of the kind `"transpose"` is its adjoint, if the kernels are the same and the padding
    is periodic or zero.

    Args:
        kind: `"max"`, `"average"` or `"strided"`.
        factor: Integer of at least 2.
        filters: Positive integer, the channels that `"strided"` makes; by default those of the
            input. Pooling keeps the channels.
        kernel_size: Integer of at least `factor`, the points of the kernel of `"strided"` along
            each axis; `factor` by default.
        padding: How fields continue beyond the grid, as of `ConvBlock`; for `"strided"` with a
            kernel of more than `factor` points.
        kernel_initializer: As of `ConvBlock`.
        kernel_regularizer: As of `ConvBlock`.
        seed: As of `ConvBlock`.
        **kwargs: `name`, `dtype` and `trainable`, as of any Keras layer.

    Input shape: `(n, *grid, c)` with one, two or three grid axes.
    Output shape: `(n, *grid, filters)`, a grid axis of `N` points having `N // factor`. Points
        beyond the last whole block do not count.

    Raises:
        ValueError: If a grid axis has fewer points than `factor`, or pooling is given filters.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        line = np.array([1.0, 3.0, 5.0, 9.0]).reshape(1, 4, 1)
        print(kp.layers.Downsample("average")(line).numpy().ravel())  # [2. 7.]
        ```
    """

    def __init__(
        self,
        kind: str = "max",
        factor: int = 2,
        filters: int | None = None,
        kernel_size: int | None = None,
        padding: str | Sequence[str] = "zero",
        kernel_initializer: Any = "he_normal",
        kernel_regularizer: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        check_choice("kind", kind, KINDS)
        factor = check_int("factor", factor, minimum=2)
        if filters is not None:
            filters = check_positive_int("filters", filters)
            if kind != "strided":
                raise ValueError(message("filters", f"None for the kind {kind!r}", filters))
        if kernel_size is not None:
            kernel_size = check_int("kernel_size", kernel_size, minimum=factor)
        super().__init__(padding, kernel_initializer, kernel_regularizer, seed, **kwargs)
        self.kind = kind
        self.factor = factor
        self.filters = filters
        self.kernel_size = kernel_size

    def build(self, input_shape: Any) -> None:
        self._check(input_shape)
        if self.kind == "strided":
            size, filters = self.kernel_size or self.factor, self.filters or input_shape[-1]
            more = size - self.factor
            pads = (more // 2, more - more // 2)
            self.convolution = self.make(0, filters, size, strides=self.factor, pads=pads)
            self.convolution.build(input_shape)
        self.built = True

    def call(self, inputs: Any) -> Any:
        self._check(inputs.shape)
        if self.kind == "strided":
            return self.convolution(inputs)
        if len(inputs.shape) == 5:
            return self._pool_volumes(inputs)
        window = [self.factor] * (len(inputs.shape) - 2)
        return tf.nn.pool(inputs, window, POOLS[self.kind], window)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        self._check(input_shape)
        grid = [n if n is None else n // self.factor for n in input_shape[1:-1]]
        return (input_shape[0], *grid, self.filters or input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "kind": self.kind,
            "factor": self.factor,
            "filters": self.filters,
            "kernel_size": self.kernel_size,
        }

    def _pool_volumes(self, inputs: Any) -> Any:
        """Pools along two axes, then along the third: in 3-D there is no double precision."""
        f, kind = self.factor, POOLS[self.kind]
        n, a, b, c, channels = (size_of(inputs, axis) for axis in range(5))
        planes = tf.reshape(inputs, [n * a, b, c, channels])
        planes = tf.nn.pool(planes, [f, f], kind, [f, f])
        lines = tf.reshape(planes, [n, a, (b // f) * (c // f), channels])
        lines = tf.nn.pool(lines, [f, 1], kind, [f, 1])
        return tf.reshape(lines, [n, a // f, b // f, c // f, channels])

    def _check(self, shape: Any) -> None:
        grid = check_grid("Downsample", shape)
        if any(size is not None and size < self.factor for size in grid):
            raise ValueError(
                f"Downsample by {self.factor} needs at least {self.factor} points along each grid "
                f"axis. Received: an input of shape {tuple(shape)}."
            )
