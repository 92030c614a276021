"""Bounds for linear elliptic equations."""

from __future__ import annotations

import numpy as np

from kerasphys.analysis.certificates.bound import Bound
from kerasphys.analysis.certificates.bound_term import BoundTerm
from kerasphys.analysis.certificates.certified_model import CertifiedModel
from kerasphys.analysis.certificates.energy_bound import energy_bound
from kerasphys.analysis.certificates.linear_operator import LinearOperator
from kerasphys.analysis.certificates.nested_quadrature import NestedQuadrature
from kerasphys.analysis.certificates.no_bound import NoBound
from kerasphys.analysis.certificates.second_order_form import SecondOrderForm
from kerasphys.analysis.certificates.stability import barrier, first_eigenvalue


def elliptic_bounds(setting: CertifiedModel, operator: LinearOperator) -> tuple[str, dict, str]:
    """The class of the equation in words, its bounds, and what else is to be said.

    With `e = e_0 + w`, where `w` solves the equation without source and has the boundary error as
    its values: `‖e_0‖ <= C ‖r‖` by coercivity, or by the barrier, and `|w| <= max|e|` on the
    boundary (maximum principle).

    Raises:
        NoBound: If no constant is known.
    """
    problem = setting.problem
    axes = tuple(range(len(problem.coordinates)))
    form = SecondOrderForm(operator, axes, None, setting.sites())
    faces = setting.faces(time=False)
    boundary = boundary_term(setting, faces, form)
    constants = stability_constants(setting, form)
    rule = NestedQuadrature(problem.domain, setting.count)
    residuals = setting.residuals(rule.points)
    over = ", ".join(problem.coordinates)
    bounds = {
        "l2": Bound(
            norm=f"L2 over {over}",
            terms={
                "residual": rule.norm(residuals).times(min(constants.values())),
                "boundary": boundary.times(np.sqrt(problem.domain.measure)),
            },
            error=setting.error(rule),
        )
    }
    words = "constant" if form.constant else "varying"
    kind = f"a linear elliptic equation with {words} coefficients and Dirichlet values"
    listed = " and ".join(f"{value:.4g} ({name})" for name, value in constants.items())
    note = f"stability constant {listed}"
    if form.constant and not form.drift.any() and form.reaction == form.growth == 0:
        scale = form.at(rule.points).scale
        try:
            bounds["energy"] = energy_bound(setting, form, rule, scale * residuals[:, 0])
        except NoBound as why:
            note = f"{note}; no energy bound: {why}"
    return kind, bounds, note


def coercivity(setting: CertifiedModel, form: SecondOrderForm) -> float:
    """`λ` with `∫ e L e >= λ ∫ e²` for `e` that vanishes on the boundary."""
    return first_eigenvalue(setting.space, form.lowest) + form.growth


def boundary_term(setting: CertifiedModel, faces: list, form: SecondOrderForm) -> BoundTerm:
    """The largest error on faces; zero where the values are built into the model.

    Raises:
        NoBound: If the values are not given everywhere, or the maximum principle does not hold.
    """
    found = setting.given.maximum(faces, setting.count)
    if setting.given.exact(faces):
        return BoundTerm(0.0)
    if setting.time is None and form.reaction < 0:
        raise NoBound(
            "its reaction coefficient is negative, and without the maximum principle errors on "
            "the boundary have no bound: build the values into the model, hard=True"
        )
    return found


def barrier_constant(setting: CertifiedModel, form: SecondOrderForm) -> float | None:
    """The least of the bounds by barriers along each coordinate; `None` where there is none."""
    if not form.constant or form.reaction < 0:
        return None
    widths = np.concatenate([np.subtract(*piece.bounds[::-1]) for piece in setting.space])
    diffusion = np.diag(form.diffusion)
    return min(map(barrier, diffusion.tolist(), form.drift.tolist(), widths.tolist()))


def stability_constants(setting: CertifiedModel, form: SecondOrderForm) -> dict[str, float]:
    """The constants of `‖e‖ <= C ‖r‖` that are known."""
    rate = coercivity(setting, form)
    found = {"Friedrichs": 1 / rate} if rate > 0 else {}
    by_barrier = barrier_constant(setting, form)
    if by_barrier is not None:
        found["barrier"] = by_barrier
    if not found:
        raise NoBound("the operator is not known to be coercive: its reaction is too negative")
    return found
