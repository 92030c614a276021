"""Darcy flow through a medium of varying conductivity, by finite volumes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_choice, message
from kerasphys.solvers.boxes import check_grid_values, check_lengths, spacings

MEANS = ("arithmetic", "harmonic")


def solve_darcy(
    conductivity: ArrayLike,
    source: float | ArrayLike = 1.0,
    lengths: float | Sequence[float] = 1.0,
    mean: str = "arithmetic",
    boundary: float | ArrayLike = 0.0,
) -> np.ndarray:
    """Solves `-div(κ grad u) = f` on a box of one to three dimensions, with `u = g` around it.

    Each point inside has a cell around it (in two dimensions five points are coupled). What flows
    out through its faces equals its source, and what leaves one cell enters the next, so no mass
    is lost. The symmetric positive definite system is solved directly. Second order where the
    conductivity is smooth. Where it jumps, between two points, the harmonic mean is exact for flow
    across the jump and the arithmetic one for flow along it.

    Args:
        conductivity: `κ` at the points of the grid, both ends of each axis included, `(*grid)`,
            positive.
        source: `f`, a number or an array like `conductivity`.
        lengths: Positive number, the sides of the box, or one for each axis.
        mean: `"arithmetic"` or `"harmonic"`, how the conductivity of a face follows from the two
            points beside it.
        boundary: `g`, a number or an array like `conductivity`, of which only the values on the
            boundary count.

    Returns:
        `u`, `(*grid)`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If the conductivity is not positive, or shapes do not match.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        u = kp.solvers.solve_darcy(np.full((33, 33), 2.0), source=4.0)
        assert abs(u.max() - 0.1473) < 1e-3  # f / κ times 0.07367, in the middle of the square
        ```

    Reference:
        Eymard, Gallouët and Herbin, 2000, https://doi.org/10.1016/S1570-8659(00)07005-8
    """
    check_choice("mean", mean, MEANS)
    rank = np.ndim(conductivity)
    if rank not in (1, 2, 3):
        expected = "an array of real numbers of one, two or three axes"
        error = ValueError if isinstance(conductivity, np.ndarray) else TypeError
        raise error(message("conductivity", expected, conductivity))
    kappa = check_grid_values("conductivity", conductivity, 3, rank)
    if np.any(kappa <= 0):
        raise ValueError(message("conductivity", "positive everywhere", conductivity))
    f = check_array("source", source, () if np.ndim(source) == 0 else kappa.shape)
    g = check_array("boundary", boundary, () if np.ndim(boundary) == 0 else kappa.shape)
    lengths = check_lengths(lengths, rank)

    inside = (slice(1, -1),) * rank
    inner = tuple(points - 2 for points in kappa.shape)
    u = np.zeros(kappa.shape) + g
    u[inside] = 0.0
    right = np.zeros(inner) + np.broadcast_to(f, kappa.shape)[inside]
    index = np.arange(right.size).reshape(inner)
    total = np.zeros(inner)
    couplings, rows, columns = [], [], []
    for axis, h in enumerate(spacings(kappa.shape, lengths, ("dirichlet",) * rank)):
        along = tuple(slice(None) if other == axis else slice(1, -1) for other in range(rank))
        faces = _face_means(kappa[along], axis, mean) / h**2
        below, above = _ends(faces, axis)
        total += below + above
        right += below * _around(u, axis, -1) + above * _around(u, axis, 1)
        couplings.append(-_ends(below, axis)[1].ravel())  # faces between two cells
        lower, upper = (part.ravel() for part in _ends(index, axis))
        rows.append(lower)
        columns.append(upper)
    matrix = _symmetric(total.ravel(), *map(np.concatenate, (couplings, rows, columns)))
    # an ordering for symmetric matrices without pivoting fills in least
    factors = scipy.sparse.linalg.splu(
        matrix,
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    u[inside] = factors.solve(right.ravel()).reshape(inner)
    return u


def _face_means(kappa: np.ndarray, axis: int, mean: str) -> np.ndarray:
    """The conductivity of the faces between neighbours along an axis."""
    one, other = _ends(kappa, axis)
    if mean == "arithmetic":
        return (one + other) / 2
    return 2 / (1 / one + 1 / other)


def _around(values: np.ndarray, axis: int, step: int) -> np.ndarray:
    """For each point inside, the value of its neighbour along an axis."""
    where = [slice(1, -1)] * values.ndim
    where[axis] = slice(2, None) if step > 0 else slice(None, -2)
    return values[tuple(where)]


def _ends(values: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """All but the last along an axis, and all but the first."""
    count = values.shape[axis]
    return (
        np.take(values, range(count - 1), axis=axis),
        np.take(values, range(1, count), axis=axis),
    )


def _symmetric(
    diagonal: np.ndarray, entries: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> scipy.sparse.csc_array:
    """A sparse matrix from its diagonal and the entries on one side of it."""
    main = np.arange(len(diagonal))
    return scipy.sparse.csc_array(
        (
            np.concatenate([diagonal, entries, entries]),
            (np.concatenate([main, rows, columns]), np.concatenate([main, columns, rows])),
        )
    )
