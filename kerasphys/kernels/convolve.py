"""Convolution on grids by SciPy: what convolution layers are judged against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_choice, message
from kerasphys.kernels._checks import check_kernel, check_per_axis

BOUNDARIES: dict[str, Any] = {"periodic": "wrap", "zero": "constant", "reflect": "reflect"}


def convolve(
    values: ArrayLike, kernel: ArrayLike, boundary: str | Sequence[str] = "periodic"
) -> np.ndarray:
    """Applies a kernel at every point of a grid: `sum g[m] u[i + m]`.

    This is a correlation, as in all convolution layers: the kernel is not flipped.

    Args:
        values: `(*grid)`, or `(n, *grid, c)`: samples and channels, each for itself.
        kernel: Of as many axes as the grid, 1 to 3, with an odd length along each.
        boundary: How the values continue beyond the grid: `"periodic"`, `"zero"`, or `"reflect"`
            (mirrored at the end point, which is not repeated); or one for each axis.

    Returns:
        An array of the shape of `values`, float64.

    Raises:
        ValueError: If the ranks do not match, or the kernel is too wide for the grid.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.arange(16) * np.pi / 8
        found = kp.kernels.convolve(np.sin(x), kp.kernels.stencil(1, 4, spacing=np.pi / 8))
        assert np.abs(found - np.cos(x)).max() < 1e-3
        ```
    """
    kernel = check_kernel("kernel", kernel)
    rank = kernel.ndim
    array = check_array("values", values, _shape("values", values, rank))
    boundary = check_per_axis("boundary", boundary, rank, _check_boundary)
    first = array.ndim - rank - (array.ndim > rank)  # 0 or 1, the first axis of the grid
    for axis, (mode, length) in enumerate(zip(boundary, kernel.shape, strict=True), start=first):
        reach = length // 2
        if mode != "zero" and array.shape[axis] < reach + (mode == "reflect" and reach > 0):
            raise ValueError(
                f"Argument `kernel` reaches {reach} points along grid axis {axis - first}, too far "
                f"for the boundary {mode!r}. Received: values of shape {array.shape}."
            )
        widths = [(reach, reach) if other == axis else (0, 0) for other in range(array.ndim)]
        array = np.pad(array, widths, mode=BOUNDARIES[mode])
    whole = (slice(None),)
    inside = tuple(slice(length // 2, -(length // 2) or None) for length in kernel.shape)
    if first:
        kernel, inside = kernel[None, ..., None], whole + inside + whole
    return scipy.ndimage.correlate(array, kernel, mode="constant")[inside]


def _shape(argument: str, values: Any, rank: int) -> tuple[int, ...]:
    """That of the values, which must be a grid of that rank, or samples of it with channels."""
    expected = f"a grid of {rank} axes, or (n, *grid, c), for a kernel of {rank} axes"
    try:
        shape = np.shape(values)
    except ValueError as error:
        raise ValueError(message(argument, expected, values)) from error
    if not isinstance(values, np.ndarray | Sequence):
        raise TypeError(message(argument, expected, values))
    if len(shape) not in (rank, rank + 2):
        raise ValueError(
            f"Argument `{argument}` must be {expected}. Received: an array of shape {shape}."
        )
    return shape


def _check_boundary(argument: str, value: Any) -> str:
    return check_choice(argument, value, BOUNDARIES)
