"""How far new inputs are from those of the training."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasphys._validation import check_bool
from kerasphys.analysis._inputs import rows_of

VALUES_AT_ONCE = 2**22  # of the table of products: 32 MB


def covering_distance(
    test: Any, train: Any, *, relative: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """The distance of each input to the nearest training input, in the discrete L2 norm.

    For a linear operator `N` and a model with the Lipschitz constant `L`, the error at an input `a`
    is at most `(‖N‖ + L) distance(a) + error(nearest)`: the triangle inequality. Inputs that are
    far from all that the model has seen may be served badly.

    Args:
        test: `(n, ...)`, a dict of such arrays, or `kp.datasets.Samples`. Points are left out. The
            norm of a function is the root of the mean of its squares; those of several add up in
            squares.
        train: Likewise, with the same shapes.
        relative: Whether to divide by the norm of the test input.

    Returns:
        The distances, `(n,)`, and the indices of the nearest training inputs, `(n,)`. Memory does
        not grow with the product of the numbers of samples.

    Raises:
        TypeError: If an array does not hold real numbers.
        ValueError: If the inputs differ in shape, or a value is not finite.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        train = np.random.default_rng(0).normal(size=(500, 8))
        distance, nearest = kp.analysis.covering_distance(train[3:5] + 0.01, train)
        assert np.allclose(distance, 0.01) and list(nearest) == [3, 4]
        ```
    """
    relative = check_bool("relative", relative)
    points, centres = rows_of("test", test), rows_of("train", train)
    if points.shape[1] != centres.shape[1]:
        raise ValueError(
            "Arguments `test` and `train` must have inputs of the same shape. Received: "
            f"{points.shape[1]} and {centres.shape[1]} values for each sample."
        )
    squares = np.sum(centres**2, axis=1)
    nearest = np.empty(len(points), dtype=np.int64)
    size = max(1, VALUES_AT_ONCE // len(centres))
    for start in range(0, len(points), size):
        some = points[start : start + size]
        nearest[start : start + size] = np.argmin(squares - 2 * some @ centres.T, axis=1)
    distance = np.empty(len(points))
    for start in range(0, len(points), size):
        rows = slice(start, start + size)
        distance[rows] = np.linalg.norm(points[rows] - centres[nearest[rows]], axis=1)
    return over_norms(distance, points) if relative else distance, nearest


def over_norms(distance: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Distances `(n,)` over the norms of the points `(n, k)` from which they are."""
    norms = np.linalg.norm(points, axis=1)
    return np.divide(distance, norms, out=np.zeros_like(norms), where=distance > 0)
