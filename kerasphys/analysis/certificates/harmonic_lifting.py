"""Functions that take the errors on the boundary of a box, with little energy."""

from __future__ import annotations

import functools

import numpy as np

from kerasphys.analysis.certificates.bound_term import BoundTerm
from kerasphys.analysis.certificates.certified_model import CertifiedModel
from kerasphys.analysis.certificates.given_values import TOLERANCE
from kerasphys.analysis.certificates.no_bound import NoBound
from kerasphys.geometry import Interval, quadrature
from kerasphys.solvers import chebyshev_matrix, chebyshev_points

DEGREES = {1: 4, 2: 32, 3: 10}  # of the polynomials, for the number of coordinates


def lifting_energy(setting: CertifiedModel, diffusion: np.ndarray) -> BoundTerm:
    """The energy `(∫ ∇w·a∇w)^½` of a polynomial `w` with the error as its boundary values.

    `w` solves the equation without source by collocation at Chebyshev points; of all functions with
    these values the solution has the least energy. What it differs from that with half the degree
    is the uncertainty.

    Raises:
        NoBound: If the domain is no box, or the diffusion couples its coordinates.
    """
    dim = len(diffusion)
    if not all(isinstance(piece, Interval) for piece in setting.space) or dim not in DEGREES:
        raise NoBound("on this domain it takes boundary values that are built in, hard=True")
    if np.any(diffusion != np.diag(np.diag(diffusion))):
        raise NoBound("the diffusion couples the coordinates")
    fine, coarse = (_energy(setting, np.diag(diffusion), DEGREES[dim] // part) for part in (1, 2))
    return BoundTerm(fine, abs(fine - coarse))


def _energy(setting: CertifiedModel, diffusion: np.ndarray, degree: int) -> float:
    bounds = list(zip(*setting.problem.domain.bounds, strict=True))
    axes = [chebyshev_points(degree, *ends) for ends in bounds]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    values = np.full(len(points), np.nan)
    for face in setting.faces(time=False):
        on = face.contains(points, TOLERANCE)
        values[on] = setting.given.mismatch(face, points[on])[:, 0]
    inner = np.isnan(values)
    operator = sum(
        kappa * _along(axis, _from_nodes(axes[axis], axes[axis], 2, bounds[axis]), len(axes))
        for axis, kappa in enumerate(diffusion)
    )
    right = -operator[np.ix_(inner, ~inner)] @ values[~inner]
    values[inner] = np.linalg.solve(operator[np.ix_(inner, inner)], right)
    field = values.reshape((degree + 1,) * len(axes))
    total = 0.0
    for along, kappa in enumerate(diffusion):
        slope = field
        for axis, ends in enumerate(bounds):
            points, weights = quadrature(Interval(*ends), 2 * degree)
            matrix = _from_nodes(points[:, 0], axes[axis], int(axis == along), ends)
            slope = np.moveaxis(np.tensordot(matrix, slope, (1, axis)), 0, axis)
            shape = [-1 if other == axis else 1 for other in range(len(axes))]
            slope = slope * np.sqrt(weights).reshape(shape)
        total += kappa * float(np.sum(slope**2))
    return float(np.sqrt(total))


def _from_nodes(
    x: np.ndarray, nodes: np.ndarray, order: int, ends: tuple[float, float]
) -> np.ndarray:
    """The matrix from the values of a polynomial at its nodes to a derivative at points."""
    degree = len(nodes) - 1
    return chebyshev_matrix(x, degree, order, *ends) @ np.linalg.inv(
        chebyshev_matrix(nodes, degree, 0, *ends)
    )


def _along(axis: int, matrix: np.ndarray, dim: int) -> np.ndarray:
    """The matrix of an operator along one axis of a tensor grid with equal sides."""
    same = np.eye(len(matrix))
    return functools.reduce(np.kron, [matrix if other == axis else same for other in range(dim)])
