"""The energy bound for Poisson's equation, by an equilibrated flux."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.polynomial import legendre

from kerasphys.analysis.certificates.bound import Bound
from kerasphys.analysis.certificates.certified_model import CertifiedModel
from kerasphys.analysis.certificates.harmonic_lifting import lifting_energy
from kerasphys.analysis.certificates.nested_quadrature import NestedQuadrature
from kerasphys.analysis.certificates.second_order_form import SecondOrderForm
from kerasphys.analysis.certificates.stability import first_eigenvalue

FUNCTIONS = 640  # the most polynomials that the flux is made of
SHARE = 0.6  # of the points at which they are fitted: fewer functions than these
HIGHEST = 64  # degree
BLOCK = 4096  # points at once
ITERATIONS = 6


def energy_bound(
    setting: CertifiedModel,
    form: SecondOrderForm,
    rule: NestedQuadrature,
    residuals: np.ndarray,
) -> Bound:
    """A bound for `(∫ ∇e·a∇e)^½`, with the residual `r = -a:∇²û - f`.

    For every flux `q = a∇û - a∇φ` the theorem of Prager and Synge, in the form that allows a flux
    which is not quite in equilibrium, gives `‖∇e‖_a <= ‖∇φ‖_a + λ^{-½} ‖r + div a∇φ‖` for an error
    that vanishes on the boundary, with the first eigenvalue `λ` of the operator. Least squares
    choose `φ` among polynomials; the best is the error itself, and makes the bound sharp. An error
    `w` on the boundary adds the energy of any function with these values.

    Raises:
        NoBound: If the boundary values are not built in and the domain is no box.

    Reference:
        Repin, 2008, A Posteriori Estimates for Partial Differential Equations,
        https://doi.org/10.1515/9783110203042; Prager and Synge, 1947,
        https://doi.org/10.1090/qam/25902
    """
    exact = setting.given.exact(setting.faces(time=False))
    lifting = {} if exact else {"boundary": lifting_energy(setting, form.diffusion)}
    friedrichs = 1 / np.sqrt(first_eigenvalue(setting.space, form.lowest))
    root = np.linalg.cholesky(form.diffusion).T  # |root v|² = v·av
    few = rule.parts(rule.points)[-1]
    count = min(FUNCTIONS, SHARE * len(few))
    basis = _Basis(setting.problem.domain.bounds, form.diffusion, count)
    coefficients = _fit(
        np.einsum("ij,njk->ink", root, basis.gradients(few)),
        basis.divergences(few),
        rule.parts(residuals)[-1],
        rule.weights[-1],
        friedrichs,
    )
    blocks = np.array_split(rule.points, -(-len(rule.points) // BLOCK))
    flux = np.concatenate([basis.gradients(block) @ coefficients for block in blocks]) @ root.T
    divergence = np.concatenate([basis.divergences(block) @ coefficients for block in blocks])
    terms = min(
        (
            {
                "flux": rule.norm(share * flux),
                "remainder": rule.norm(residuals + share * divergence).times(friedrichs),
            }
            for share in (1.0, 0.0)  # no flux at all is what remains if the fit went wrong
        ),
        key=lambda terms: sum(term.value for term in terms.values()),
    )
    terms.update(lifting)
    gradient = setting.error_gradient(rule.points)
    error = None if gradient is None else rule.norm(gradient @ root.T).size
    identity = np.array_equal(form.diffusion, np.eye(len(root)))
    return Bound("L2 of the gradient" if identity else "energy", terms, error)


class _Basis:
    """Products of Legendre polynomials on the box around the domain, the constant left out."""

    def __init__(self, bounds: tuple, diffusion: np.ndarray, count: float):
        self._lower, self._upper = bounds
        dim = len(self._lower)
        self._degree = min(max(int(count ** (1 / dim)) - 1, 1), HIGHEST)
        self._powers = np.array(list(itertools.product(range(self._degree + 1), repeat=dim))[1:])
        self._diffusion = diffusion

    def gradients(self, points: np.ndarray) -> np.ndarray:
        """`(n, d, functions)`."""
        tables = self._tables(points)
        return np.stack([self._values(tables, (axis,)) for axis in range(len(tables))], axis=1)

    def divergences(self, points: np.ndarray) -> np.ndarray:
        """`div a∇φ`, `(n, functions)`."""
        tables = self._tables(points)
        return sum(
            self._diffusion[i, j] * self._values(tables, (i, j))
            for i, j in zip(*np.nonzero(self._diffusion), strict=True)
        )

    def _tables(self, points: np.ndarray) -> list[list[np.ndarray]]:
        """For each axis the polynomials and their first and second derivatives, `(n, degree+1)`."""
        stretch = 2 / (self._upper - self._lower)
        scaled = stretch * (points - self._lower) - 1
        return [
            [
                legendre.legvander(scaled[:, axis], self._degree)
                @ _derivative(self._degree, order, stretch[axis])
                for order in range(3)
            ]
            for axis in range(points.shape[1])
        ]

    def _values(self, tables: list[list[np.ndarray]], along: tuple[int, ...]) -> np.ndarray:
        factors = [
            table[along.count(axis)][:, self._powers[:, axis]] for axis, table in enumerate(tables)
        ]
        return np.prod(factors, axis=0)


def _derivative(degree: int, order: int, stretch: float) -> np.ndarray:
    """The matrix from Legendre coefficients to those of a derivative."""
    columns = [
        np.pad(legendre.legder(row, order), (0, min(order, degree)))[: degree + 1]
        for row in np.eye(degree + 1)
    ]
    return stretch**order * np.stack(columns, axis=1)


def _fit(
    fluxes: np.ndarray,
    divergences: np.ndarray,
    residuals: np.ndarray,
    weights: np.ndarray,
    friedrichs: float,
) -> np.ndarray:
    """Coefficients for which `‖flux‖ + λ^{-½} ‖remainder‖` is small.

    At the minimum it is that of `‖flux‖² + τ² ‖remainder‖²` with `τ² = λ^{-½} ‖flux‖ /
    ‖remainder‖`: a few solutions find `τ`.
    """
    import scipy

    roots = np.sqrt(weights)
    flat = np.concatenate(list(fluxes * roots[:, None]))
    rows = divergences * roots[:, None]
    wanted = -residuals * roots
    norms = np.sqrt(np.sum(flat**2, axis=0) + friedrichs**2 * np.sum(rows**2, axis=0))
    flat, rows = flat / norms, rows / norms
    squares = [flat.T @ flat, rows.T @ rows]
    right, best, found = rows.T @ wanted, np.linalg.norm(wanted) * friedrichs, np.zeros(len(norms))
    tau = 10.0 * friedrichs
    for _ in range(ITERATIONS):
        matrix = squares[0] + tau**2 * squares[1]
        ridge = 1e-14 * np.trace(matrix)
        trial = scipy.linalg.solve(
            matrix + ridge * np.eye(len(norms)), tau**2 * right, assume_a="pos"
        )
        sizes = np.linalg.norm(flat @ trial), np.linalg.norm(rows @ trial - wanted)
        if sizes[0] + friedrichs * sizes[1] < best:
            best, found = sizes[0] + friedrichs * sizes[1], trial
        tau = np.sqrt(friedrichs * sizes[0] / max(sizes[1], 1e-12 * np.linalg.norm(wanted)))
    return found / norms
