"""Elliptic and parabolic equations in one form, with what their stability depends on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kerasphys.analysis.certificates.linear_operator import LinearOperator
from kerasphys.analysis.certificates.no_bound import NoBound

STEP = 1e-4  # of the width of the domain, in differences of coefficients
ROUNDING = 1e-12


class Coefficients(NamedTuple):
    """`u_t - a_ij u_ij + b_i u_i + c u` at points, and the factor of the residual that makes it so.

    Shapes: `a` `(n, k, k)`, `b` `(n, k)`, `c` and `scale` `(n,)`.
    """

    a: np.ndarray
    b: np.ndarray
    c: np.ndarray
    scale: np.ndarray


class SecondOrderForm:
    """The equation `-a_ij u_ij + b_i u_i + c u = f`, with or without `u_t` in front.

    Attributes:
        constant: Whether all coefficients are.
        diffusion: `(k, k)`, the matrix `a` where it is constant.
        drift: `(k,)`, the vector `b` where it is constant.
        lowest: `(k,)`, lower bounds of the diffusivities: `ξ·aξ >= Σ lowest_i ξ_i²`.
        reaction: The least `c`.
        growth: The least `c - div β / 2`, where `β_i = b_i + ∂_j a_ij` is the drift of the equation
            in divergence form: `∫ e L e >= ∫ Σ lowest_i e_i² + growth ∫ e²` for `e` that vanishes
            on the boundary.

    Args:
        operator: The operator of one residual.
        space: The indices of the coordinates of space.
        time: The index of time, or `None`.
        points: Points `(n, d)` of the domain and its boundary, where coefficients that vary are
            evaluated.

    Raises:
        NoBound: If the equation is of another form, or not elliptic.
    """

    def __init__(
        self,
        operator: LinearOperator,
        space: tuple[int, ...],
        time: int | None,
        points: np.ndarray,
    ):
        self._operator, self._space, self._time = operator, space, time
        self._check_orders()
        found = self.at(points)
        eigenvalues = np.linalg.eigvalsh(found.a)
        if eigenvalues.min() <= 0:
            raise NoBound("the second derivatives do not form an elliptic operator")
        self.constant = all(np.ptp(array, axis=0).max() == 0 for array in found)
        self.diffusion, self.drift = found.a[0], found.b[0]
        diagonal = np.einsum("nii->ni", found.a)
        mixed = np.any(found.a != diagonal[:, :, None] * np.eye(len(space)))
        bounds = eigenvalues[:, :1] * np.ones(len(space)) if mixed else diagonal
        self.lowest = np.array([_lowest(column) for column in bounds.T])
        if np.any(self.lowest <= 0):
            raise NoBound("the diffusivity comes too close to zero")
        self.reaction = _lowest(found.c)
        shift = 0.0 if self.constant else self._divergence(points)
        self.growth = _lowest(found.c - shift / 2)

    def at(self, points: np.ndarray) -> Coefficients:
        """The coefficients at points `(n, d)`."""
        known = {along: values[:, 0] for (_, along), values in self._operator(points).items()}
        n, k = len(points), len(self._space)
        a = np.zeros((n, k, k))
        for i, x in enumerate(self._space):
            for j, y in enumerate(self._space):
                share = 1.0 if i == j else 0.5
                a[:, i, j] = -share * known.get(tuple(sorted((x, y))), 0.0)
        b = np.stack([known.get((x,), np.zeros(n)) for x in self._space], axis=1)
        c = known.get((), np.zeros(n))
        if self._time is None:
            scale = np.sign(np.einsum("nii->n", a))
        else:
            rate = known[(self._time,)]
            scale = np.divide(1.0, rate, out=np.zeros(n), where=rate != 0)
        if not np.all(scale != 0) or np.ptp(np.sign(scale)) != 0:
            raise NoBound("its leading coefficient vanishes or changes its sign")
        return Coefficients(a * scale[:, None, None], b * scale[:, None], c * scale, scale)

    def _check_orders(self) -> None:
        along = [along for _, along in self._operator.partials]
        if max(map(len, along)) > 2:
            raise NoBound(f"the equation is of order {max(map(len, along))}")
        if not any(len(k) == 2 and self._time not in k for k in along):
            raise NoBound("the equation has no second derivatives in space")
        if self._time is not None and any(self._time in k and k != (self._time,) for k in along):
            raise NoBound("the equation is not of first order in time")
        if self._time is not None and (self._time,) not in along:
            raise NoBound("the equation has no derivative in time")

    def _divergence(self, points: np.ndarray) -> np.ndarray:
        """`div β = ∂_i b_i + ∂_ij a_ij` at points, by central differences."""
        lower, upper = self._operator.problem.domain.bounds
        steps = STEP * (upper - lower)
        points = np.clip(points, lower + 2 * steps, upper - 2 * steps)
        moves = [np.eye(len(steps))[x] * steps[x] for x in self._space]
        h = steps[list(self._space)]
        middle = self.at(points).a
        total = np.zeros(len(points))
        for i, move in enumerate(moves):
            ahead, behind = self.at(points + move), self.at(points - move)
            total += (ahead.b[:, i] - behind.b[:, i]) / (2 * h[i])
            total += (ahead.a[:, i, i] - 2 * middle[:, i, i] + behind.a[:, i, i]) / h[i] ** 2
            for j in range(i):
                corners = [
                    s * t * self.at(points + s * move + t * moves[j]).a[:, i, j]
                    for s in (-1, 1)
                    for t in (-1, 1)
                ]
                total += sum(corners) / (2 * h[i] * h[j])
        return total


def _lowest(values: np.ndarray) -> float:
    """The least value; lowered by what it differs from that of every second point."""
    low = values.min()
    found = low - max(values[::2].min() - low, values[1::2].min() - low)
    return 0.0 if abs(found) <= ROUNDING * np.abs(values).max() else float(found)
