"""Bounds for linear parabolic equations and systems of ordinary differential equations."""

from __future__ import annotations

import numpy as np

from kerasphys.analysis.certificates.bound import Bound
from kerasphys.analysis.certificates.bound_term import BoundTerm
from kerasphys.analysis.certificates.certified_model import CertifiedModel
from kerasphys.analysis.certificates.decay import Decay, logarithmic_norm
from kerasphys.analysis.certificates.elliptic_bounds import (
    barrier_constant,
    boundary_term,
    coercivity,
)
from kerasphys.analysis.certificates.given_values import TOLERANCE
from kerasphys.analysis.certificates.linear_operator import LinearOperator
from kerasphys.analysis.certificates.nested_quadrature import NestedQuadrature
from kerasphys.analysis.certificates.no_bound import NoBound
from kerasphys.analysis.certificates.second_order_form import SecondOrderForm


def parabolic_bounds(setting: CertifiedModel, operator: LinearOperator) -> tuple[str, dict, str]:
    """The class of the equation in words, its bounds, and what else is to be said.

    `E(t) <= e^{-λt} ‖e(0)‖ + ∫ e^{-λ(t-s)} ‖r(s)‖ ds + |Ω|^½ max|e|`, the maximum over the boundary
    at all times, with the coercivity `λ` of the operator in space.

    Raises:
        NoBound: If no constant is known.
    """
    problem = setting.problem
    space = problem.namespace.spatial
    form = SecondOrderForm(operator, space, setting.time, setting.sites())
    walls = setting.faces(time=False)
    start, end = setting.interval
    measure = float(np.prod([piece.measure for piece in setting.space]))
    growth = np.exp(max(0.0, -form.reaction) * (end - start))
    boundary = boundary_term(setting, walls, form).times(np.sqrt(measure) * growth)
    rate = coercivity(setting, form)
    rule = NestedQuadrature(problem.domain, setting.count)
    residuals = setting.residuals(rule.points) * form.at(rule.points).scale[:, None]
    bounds = _bounds(setting, rule, residuals, Decay(-rate, end - start), boundary)
    by_barrier = barrier_constant(setting, form)
    residual = bounds["l2"].terms["residual"]
    if by_barrier is not None and by_barrier < residual.constant:
        bounds["l2"].terms["residual"] = residual.times(by_barrier)
    words = "constant" if form.constant else "varying"
    kind = f"a linear parabolic equation with {words} coefficients and Dirichlet values"
    return kind, bounds, f"an error that is left alone changes as exp({-rate:.4g} t) at most"


def ode_bounds(setting: CertifiedModel, operator: LinearOperator) -> tuple[str, dict, str]:
    """The same for a system `y' = A y + g`, with the logarithmic norm of `A`.

    Raises:
        NoBound: If the system is of another form.
    """
    problem = setting.problem
    count = len(problem.fields)
    order = max(len(along) for _, along in operator.partials)
    if order != 1 or operator.rows != count:
        raise NoBound(
            f"a system of first order has one equation for each field; this has {operator.rows} of "
            f"order {order} for {count}"
        )
    rule = NestedQuadrature(problem.domain, setting.count)
    rates, values = _system(operator, rule.points, count)
    if np.linalg.cond(rates).max() > 1e12:
        raise NoBound("the equations cannot be solved for the derivatives")
    matrices = -np.linalg.solve(rates, values)
    constant = bool(np.ptp(matrices, axis=0).max() <= 1e-12 * np.abs(matrices).max())
    start, end = setting.interval
    if constant:
        decay = Decay.of_matrix(matrices[0], end - start)
    else:
        decay = Decay(logarithmic_norm(matrices), end - start)
    residuals = np.linalg.solve(rates, setting.residuals(rule.points)[:, :, None])[:, :, 0]
    bounds = _bounds(setting, rule, residuals, decay, None)
    words = "constant" if constant else "varying"
    kind = f"a linear system of ordinary differential equations with {words} coefficients"
    norm = logarithmic_norm(matrices)
    used = ", of which ‖exp(A t)‖ is less" if constant else ""
    return kind, bounds, f"errors grow as exp({norm:.4g} t) at most, by the logarithmic norm{used}"


def _system(
    operator: LinearOperator, points: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """The matrices `(n, rows, fields)` of the derivatives and of the fields."""
    rates, values = np.zeros((2, len(points), operator.rows, count))
    for (field, along), column in operator(points).items():
        (rates if along else values)[:, :, field] = column
    return rates, values


def _bounds(
    setting: CertifiedModel,
    rule: NestedQuadrature,
    residuals: np.ndarray,
    decay: Decay,
    boundary: BoundTerm | None,
) -> dict[str, Bound]:
    """Over all times, by Young's inequality for convolutions, and at the last."""
    name, domain = setting.time_name, setting.problem.domain
    start, end = setting.interval
    final = NestedQuadrature(domain.end(name), setting.count)
    initial = _initial(setting, NestedQuadrature(domain.start(name), setting.count))
    late = np.sqrt(decay(end - rule.points[:, setting.time]))
    residual, weighted = rule.norm(residuals), rule.norm(late[:, None] * residuals)
    whole = {
        "residual": residual.times(decay.integral()),
        "initial": initial.times(np.sqrt(decay.integral(2))),
    }
    at_end = {
        "residual": weighted.times(np.sqrt(decay.integral())),
        "initial": initial.times(decay.end),
    }
    if boundary is not None:
        whole["boundary"] = boundary.times(boundary.constant * np.sqrt(end - start))
        at_end["boundary"] = boundary
    if not np.isfinite([term.value for term in (*whole.values(), *at_end.values())]).all():
        raise NoBound("errors may grow beyond all numbers")
    coordinates = setting.problem.coordinates
    space = ", ".join(other for other in coordinates if other != name)
    norm = f"L2 over {space}" if space else "Euclidean norm"
    return {
        "l2": Bound(f"L2 over {', '.join(coordinates)}", whole, setting.error(rule)),
        "end": Bound(f"{norm} at {name} = {end:g}", at_end, setting.error(final)),
    }


def _initial(setting: CertifiedModel, rule: NestedQuadrature) -> BoundTerm:
    """The norm of the error at the start."""
    faces = [
        face for face in setting.faces(time=True) if f"start({setting.time_name})" in face.parts
    ]
    miss = np.zeros((len(rule.points), len(setting.problem.fields)))
    for face in faces:
        on = face.contains(rule.points, TOLERANCE)
        miss[on] = setting.given.mismatch(face, rule.points[on])
    return rule.norm(miss)
