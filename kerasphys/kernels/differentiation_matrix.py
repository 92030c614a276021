"""Finite differences along an axis as a matrix."""

from __future__ import annotations

import numpy as np

from kerasphys._validation import check_bool, check_int, check_positive, check_positive_int, message
from kerasphys.kernels._checks import check_accuracy
from kerasphys.kernels.finite_difference_weights import weights_at_offsets
from kerasphys.kernels.stencil import central_offsets


def differentiation_matrix(
    points: int,
    order: int = 1,
    accuracy: int = 2,
    spacing: float = 1.0,
    periodic: bool = False,
) -> np.ndarray:
    """The matrix that maps values on an even grid to those of a derivative.

    Inside it holds central stencils. At the ends of an axis that is not periodic it holds those of
    the nearest `order + accuracy` points, so that the accuracy is the same everywhere.

    Args:
        points: The number of points along the axis. A periodic axis leaves out its last point,
            which is the first.
        order: Order of the derivative, at least 0.
        accuracy: Even positive integer: the error falls like `spacing**accuracy`.
        spacing: Positive number, the distance of the points.
        periodic: Whether the first point follows the last.

    Returns:
        The matrix, `(points, points)`.

    Raises:
        ValueError: If an argument is out of range, or there are too few points.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.linspace(0, 1, 11)
        second = kp.kernels.differentiation_matrix(11, order=2, spacing=0.1)
        np.testing.assert_allclose(second @ x**3, 6 * x, atol=1e-11)  # the ends included
        ```

    Reference:
        Fornberg, 1988, https://doi.org/10.1090/S0025-5718-1988-0935077-0
    """
    points = check_positive_int("points", points)
    order = check_int("order", order, minimum=0)
    accuracy = check_accuracy("accuracy", accuracy)
    spacing = check_positive("spacing", spacing)
    periodic = check_bool("periodic", periodic)
    offsets = central_offsets(order, accuracy)
    reach = offsets[-1]
    needed = len(offsets) if periodic or not order else order + accuracy
    if points < needed:
        cure = f"Order {order} with accuracy {accuracy} takes that many."
        raise ValueError(message("points", f"at least {needed}", points, cure))
    matrix = np.zeros((points, points))
    rows = np.arange(points)
    for offset, weight in zip(offsets, weights_at_offsets(offsets, order), strict=True):
        matrix[rows, (rows + offset) % points] = weight
    if not periodic:
        for row in range(reach):
            near = tuple(range(-row, needed - row))
            weights = np.array(weights_at_offsets(near, order))
            matrix[[row, -1 - row]] = 0.0
            matrix[row, :needed] = weights
            matrix[-1 - row, -needed:] = (-1) ** order * weights[::-1]
    return matrix / spacing**order
