"""Error bounds that come with a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kerasphys._validation import check_int, check_names, message
from kerasphys.analysis.certificates.certificate import Certificate
from kerasphys.analysis.certificates.certified_model import CertifiedModel
from kerasphys.analysis.certificates.elliptic_bounds import elliptic_bounds
from kerasphys.analysis.certificates.evolution_bounds import ode_bounds, parabolic_bounds
from kerasphys.analysis.certificates.linear_operator import LinearOperator
from kerasphys.analysis.certificates.no_bound import NoBound
from kerasphys.conditions import Residual
from kerasphys.conditions.values import Value, check_arguments, check_value
from kerasphys.models import PINNModel
from kerasphys.models.certificate_entry import weights_digest
from kerasphys.models.problem_model import ProblemModel
from kerasphys.networks import TimeWindows
from kerasphys.problem import Problem


def certify(
    model: ProblemModel,
    condition: str | Sequence[str] | None = None,
    *,
    points: int = 4096,
    exact: Value | Mapping[str, Value] | None = None,
) -> Certificate:
    """Bounds the error of a model by what can be measured without knowing the solution.

    The error `e = û - u` of a linear problem satisfies the same equation with the residual as its
    source and the errors on the boundary as its values. Stability turns their size into a bound:

    - *Linear elliptic equations* `-a_ij u_ij + b·∇u + cu = f` with Dirichlet values on the whole
      boundary: `‖e‖ <= C ‖r‖ + |Ω|^½ max|e|`. `C` is Friedrichs' constant, from the first
      eigenvalue of the box around the domain or of the ball of its volume, or that of a barrier,
      which stays finite as the diffusion goes to zero.
    - For *Poisson's equation* also the energy, by an equilibrated flux: near the true error.
    - *Linear parabolic equations*, with values on the boundary and at the start, and *systems
      `y' = A y + g`*: the error over all times, and at the last.

    The class is read off from the residual, a function of named derivatives: it must be affine in
    them. Elsewhere the certificate says that there is no bound, and why: for equations that are not
    linear, unknown coefficients, ranges of parameters, and boundary conditions of other kinds.

    Norms are computed by quadrature and maxima on grids. Each comes with an estimate of its own
    error, which is added to the bound; so is what a coefficient that varies may be between points.
    These are estimates, not interval arithmetic, and rounding is not counted. The model must be
    smooth: a kink in a boundary value that is built in has a residual that no point sees.

    Args:
        model: A `PINNModel`, trained or not.
        condition: The name of the equation, or of several. By default all `kp.Residual` on the
            whole domain.
        points: Integer, at least 64: about how many points an integral takes.
        exact: The true solution, a function of the coordinates, or one for each field by name. The
            certificate then has the true error and the effectivity.

    Returns:
        A `Certificate`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If `condition` is no equation on the whole domain, or `exact` lacks a field.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        line = kp.geometry.Interval(0, 1, "x")
        source = lambda x: np.pi**2 * np.sin(np.pi * x)
        problem = kp.Problem(
            line,
            fields="u",
            conditions={
                "equation": kp.Residual(kp.equations.poisson, source=source),
                "ends": kp.Dirichlet(u=0.0, on=line.boundary("x")),
            },
        )
        model = kp.models.PINNModel(kp.networks.MLP([8], seed=0), problem)
        certificate = kp.certify(model, exact=lambda x: np.sin(np.pi * x))
        assert certificate.bound > certificate.error
        print(certificate)
        ```

    Reference:
        Gilbarg and Trudinger, Elliptic Partial Differential Equations of Second Order, section 3.3;
        Ray, Pinti and Oberai, https://arxiv.org/abs/2301.00942, section 4.6
    """
    if not isinstance(model, ProblemModel):
        raise TypeError(message("model", "a kp.models.PINNModel", model))
    problem = model.problem
    names = _equations(problem, condition)
    count = check_int("points", points, minimum=64)
    truth = _check_exact(exact, problem)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            kind, bounds, reason = _bounds(model, names, truth, count)
    except NoBound as why:
        kind, bounds, reason = None, {}, str(why)
    return Certificate(kind, reason, bounds, weights_digest(model))


def _bounds(
    model: ProblemModel, names: tuple[str, ...], truth: dict[str, Value], count: int
) -> tuple[str, dict, str]:
    problem = model.problem
    if not isinstance(model, PINNModel):
        raise NoBound("the model takes functions or grids, not points alone")
    if isinstance(model.network, TimeWindows):
        raise NoBound("the networks of kp.networks.TimeWindows differ where windows meet")
    if not names:
        raise NoBound("no kp.Residual holds on the whole domain")
    _check_parameters(problem, names)
    operator = LinearOperator(model, names, problem.domain.sample(64))
    order = max((len(along) for _, along in operator.partials), default=0)
    if len(problem.coordinates) == 1 and order == 1:
        setting = CertifiedModel(model, names, 0, truth, count)
        return ode_bounds(setting, operator)
    if operator.rows != 1 or len(problem.fields) != 1:
        raise NoBound("there are several fields or equations, with derivatives in space")
    time = problem.namespace.time if len(problem.coordinates) > 1 else None
    if time is None:
        return elliptic_bounds(CertifiedModel(model, names, None, truth, count), operator)
    axis = problem.coordinates.index(time)
    return parabolic_bounds(CertifiedModel(model, names, axis, truth, count), operator)


def _equations(problem: Problem, condition: Any) -> tuple[str, ...]:
    """The names of the equations."""
    found = tuple(
        name
        for name, one in problem.conditions.items()
        if isinstance(one, Residual)
        and one.pointwise
        and one.region(problem.domain) == problem.domain
    )
    if condition is None:
        return found
    chosen = check_names("condition", condition)
    if not set(chosen) <= set(found):
        expected = f"a kp.Residual on the whole domain, among {', '.join(found) or 'none'}"
        raise ValueError(message("condition", expected, condition))
    return chosen


def _check_parameters(problem: Problem, names: tuple[str, ...]) -> None:
    """Raises where the coefficients of the equations are not numbers."""
    used = {name for one in names for name in problem.conditions[one].names(problem.namespace)}
    for name, value in problem.parameters.items():
        if name in problem.ranges:
            raise NoBound(f"{name!r} is a range of values, so there is not one problem")
        if name in used and not isinstance(value, float):
            raise NoBound(f"{name!r} is unknown, and the error of its estimate has no bound")


def _check_exact(exact: Any, problem: Problem) -> dict[str, Value]:
    if exact is None:
        return {}
    fields = problem.fields
    if not isinstance(exact, Mapping):
        if len(fields) > 1:
            raise TypeError(message("exact", f"a dict with {', '.join(fields)}", exact))
        exact = {fields[0]: exact}
    if set(exact) != set(fields):
        raise ValueError(message("exact", f"given for the fields {', '.join(fields)}", exact))
    checked = {name: check_value(f"exact[{name!r}]", value) for name, value in exact.items()}
    for name, value in checked.items():
        if not isinstance(value, float) and not callable(value):
            expected = "a function of the coordinates, for it is evaluated at quadrature points"
            raise TypeError(message(f"exact[{name!r}]", expected, value))
        check_arguments(f"exact[{name!r}]", value, problem.coordinates)
    return checked
