"""Other training points for a model, chosen while it trains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from kerasphys.conditions import Residual
from kerasphys.point_sets import PointSets

if TYPE_CHECKING:
    from kerasphys.models.pinn_model import PINNModel


def assign_points(model: PINNModel, points: Mapping[str, np.ndarray]) -> None:
    """Moves the points of some sets; all that is evaluated there is evaluated anew.

    From then on these points stay where they are when the others are drawn anew.

    Args:
        model: The model.
        points: For each set, named by its first condition, as many points of its region as before.
    """
    model._point_sets = point_sets(model).with_points(points)
    moved = model._point_sets.tensors(model.compute_dtype, tuple(points))
    for name, arrays in moved.items():
        model.points.replace(name, arrays)


def point_sets(model: PINNModel) -> PointSets:
    """The points that a model is trained on, with where they came from.

    Raises:
        ValueError: If it is trained on points that a file held.
    """
    if model._point_sets is None:
        raise ValueError("There are no points to draw anew: call fit with problem.points(...).")
    return model._point_sets


def movable_sets(model: PINNModel, conditions: tuple[str, ...] | None) -> tuple[str, ...]:
    """The sets on which some conditions hold, and whose points were drawn by number.

    Args:
        model: The model.
        conditions: Names of conditions that are trained; `None` for the equations, that is those
            `Residual` conditions of the whole domain whose points were drawn by number.

    Raises:
        ValueError: If a set has points of the user's own, or if there is none.
    """
    sets = point_sets(model)
    names = equations(model) if conditions is None else conditions
    chosen = [name for name in names if model.points.set_of(name) in sets.drawn]
    own = [name for name in names if name not in chosen]
    if conditions is not None and own:
        raise ValueError(
            f"Argument `conditions`: the points of {own[0]!r} are your own, so no others can be "
            f"drawn. Give their number: problem.points({own[0]}=1000)."
        )
    if not chosen:
        raise ValueError(
            "Argument `conditions`: no equation on the whole domain has points that were drawn by "
            "number, as in problem.points(equation=1000). Name the conditions that you mean."
        )
    return tuple(dict.fromkeys(model.points.set_of(name) for name in chosen))


def equations(model: PINNModel) -> tuple[str, ...]:
    """The names of the `Residual` conditions that are trained on the whole domain."""
    domain = model.problem.domain
    return tuple(
        name
        for name, condition in model.soft_conditions.items()
        if isinstance(condition, Residual)
        and condition.pointwise
        and condition.region(domain) == domain
    )
