"""From a grid to a finer one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from kerasphys._registry import serializable
from kerasphys._validation import check_choice, check_int, check_positive_int
from kerasphys.layers._convolution import ConvolutionLayer, TransposedConvolution
from kerasphys.layers.grid_padding import check_grid, continue_axis, per_axis, size_of

KINDS = ("transpose", "nearest", "linear")


@serializable
class Upsample(ConvolutionLayer):
    """Makes each grid axis longer by a factor, by a transpose convolution or by a resize.

    `"transpose"` is the adjoint of a strided convolution. Each of its outputs sums the same number
    of contributions if `factor` divides `kernel_size`; otherwise a checkerboard shows. `"nearest"`
    and `"linear"` interpolate, then convolve: smoother, and slower.

    Args:
        kind: `"transpose"`, `"nearest"` or `"linear"`.
        factor: Integer of at least 2.
        filters: Positive integer, the channels of the output; by default those of the input.
        kernel_size: Positive integer, the points of the kernel along each axis; at least `factor`
            and by default `factor` for `"transpose"`, by default 3 otherwise.
        padding: How fields continue beyond the grid, as of `ConvBlock`. Linear interpolation
            repeats the end points where it is not periodic.
        kernel_initializer: As of `ConvBlock`.
        kernel_regularizer: As of `ConvBlock`.
        seed: As of `ConvBlock`.
        **kwargs: `name`, `dtype` and `trainable`, as of any Keras layer.

    Input shape: `(n, *grid, c)` with one, two or three grid axes.
    Output shape: `(n, *grid, filters)`, a grid axis of `N` points having `factor * N`.

    Raises:
        ValueError: If the kernel of a transpose convolution has fewer points than `factor`.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        finer = kp.layers.Upsample("linear", filters=1, kernel_size=1, kernel_initializer="ones")
        line = np.array([0.0, 4.0]).reshape(1, 2, 1)
        print(finer(line).numpy().ravel())  # [0. 1. 3. 4.]
        ```

    Reference:
        Odena, Dumoulin and Olah, 2016, https://doi.org/10.23915/distill.00003
    """

    def __init__(
        self,
        kind: str = "transpose",
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
        if kernel_size is not None:
            least = factor if kind == "transpose" else 1
            kernel_size = check_int("kernel_size", kernel_size, minimum=least)
        super().__init__(padding, kernel_initializer, kernel_regularizer, seed, **kwargs)
        self.kind = kind
        self.factor = factor
        self.filters = filters
        self.kernel_size = kernel_size

    def build(self, input_shape: Any) -> None:
        check_grid("Upsample", input_shape)
        filters = self.filters or input_shape[-1]
        if self.kind == "transpose":
            self.convolution = self.make(
                0,
                filters,
                self.kernel_size or self.factor,
                TransposedConvolution,
                strides=self.factor,
            )
        else:
            k = self.kernel_size or 3
            self.convolution = self.make(0, filters, k, pads=((k - 1) // 2, k // 2))
        self.convolution.build(input_shape)
        self.built = True

    def call(self, inputs: Any) -> Any:
        values, rank = inputs, len(inputs.shape) - 2
        if self.kind != "transpose":
            modes = per_axis("padding", self.padding, rank)
            for axis, mode in enumerate(modes, start=1):
                if self.kind == "nearest":
                    values = ops.repeat(values, self.factor, axis=axis)
                else:
                    values = _interpolate(values, axis, self.factor, mode)
        return self.convolution(values)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        grid = [n if n is None else n * self.factor for n in input_shape[1:-1]]
        return (input_shape[0], *grid, self.filters or input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "kind": self.kind,
            "factor": self.factor,
            "filters": self.filters,
            "kernel_size": self.kernel_size,
        }


def _interpolate(values: Any, axis: int, factor: int, mode: str) -> Any:
    """Linear interpolation from the centres of cells to those of cells `factor` times smaller."""
    lead, size = (slice(None),) * axis, size_of(values, axis)
    if mode == "periodic":
        wide = continue_axis(values, axis, 1, 1, mode)
    else:
        ends = values[(*lead, slice(0, 1))], values[(*lead, slice(size - 1, size))]
        wide = ops.concatenate([ends[0], values, ends[1]], axis=axis)
    fine = []
    for position in (np.arange(factor) + 0.5) / factor - 0.5:
        left = int(np.floor(position))
        part, start = position - left, left + 1
        near = wide[(*lead, slice(start, start + size))]
        far = wide[(*lead, slice(start + 1, start + 1 + size))] if part else near
        fine.append((1 - part) * near + part * far)
    stacked = ops.stack(fine, axis=axis + 1)
    shape = [size_of(values, other) for other in range(len(values.shape))]
    shape[axis] = size * factor
    return ops.reshape(stacked, shape)
