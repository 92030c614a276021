"""How well each condition of a model holds, and what it wants of the weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerasphys.geometry import PointCloud
from kerasphys.models import PINNModel
from kerasphys.models.adaptive_points import equations
from kerasphys.models.condition_gradients import condition_gradients
from kerasphys.models.condition_residuals import condition_residuals
from kerasphys.models.point_store import conditions_on
from kerasphys.point_sets import PointSets

ON_DOMAIN, ON_BOUNDARY = 1024, 256  # points of a model that has none
FRESH = 2**31 - 1  # a number of a draw that no epoch has
ENOUGH = 100  # points, for the share of the first percent to mean anything

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class ConditionState:
    """One condition at the points of a model.

    Attributes:
        points: How many points it is trained on.
        drawn: Whether they were drawn by number, so that others would do as well.
        weight: Its weight in the loss.
        loss: What it adds to the loss, with the weights of the points.
        mean_square: The mean square residual at its points.
        fresh_mean_square: The same at as many other points; NaN where there can be none.
        largest: The largest residual, at all these points.
        where: `(d,)`, the place of it.
        concentration: The share that the largest hundredth of the squares has in their sum; NaN
            where there are few points.
        early_to_late: The mean square in the first quarter of time by that in the last one; NaN
            where it is no equation on the whole of a domain with time.
        gradient: The norm of the gradient of its mean square by the weights of the model.
        cosines: The cosines of the angles to the gradients of the other conditions; NaN where
            there is no angle.
        faults: At how many points the residual is not finite; then `where` is the first.
        checked: Of how many points.
    """

    points: int
    drawn: bool
    weight: float
    loss: float
    mean_square: float
    fresh_mean_square: float
    largest: float
    where: np.ndarray
    concentration: float
    early_to_late: float
    gradient: float
    cosines: dict[str, float]
    faults: int
    checked: int

    @property
    def pull(self) -> float:
        """The norm of its gradient, with its weight in the loss."""
        return self.weight * self.gradient

    @property
    def overfitting(self) -> float:
        """How many times larger the mean square is at fresh points."""
        return quotient(self.fresh_mean_square, self.mean_square)


def quotient(numerator: float, denominator: float) -> float:
    """A quotient that may be infinite; NaN for zero by zero."""
    if denominator == 0:
        return math.nan if numerator == 0 or math.isnan(numerator) else math.inf
    return numerator / denominator


def training_points(model: PINNModel, points: PointSets | None, seed: int) -> PointSets | None:
    """The points on which a model is judged; `None` for those that it holds itself.

    A model that has none gets some.
    """
    if points is not None:
        return model.check_covered("points", points)
    if model.points.filled:
        return None
    problem = model.problem
    wanted: dict[str, Any] = {}
    for name, condition in model.soft_conditions.items():
        region = condition.region(problem.domain)
        if condition.has_own_points or isinstance(region, PointCloud):
            continue
        if has_arrays(model, name):
            raise ValueError(
                f"Argument `points` must be given for a model without any, as the condition "
                f"{name!r} has values at points of your own: "
                f"problem.points({', '.join(f'{c}=...' for c in model.soft_conditions)})."
            )
        wanted[name] = ON_DOMAIN if region == problem.domain else ON_BOUNDARY
    return problem.points(seed=seed, **wanted)


def sets_of(model: PINNModel, points: PointSets | None) -> dict[str, Arrays]:
    """The arrays of the sets on which the conditions are trained."""
    if points is None:
        return {name: model.points.arrays(name) for name in model.points.read()}
    return {name: found.arrays() for name, found in points.sets.items()}


def trained_on(model: PINNModel, arrays: Mapping[str, np.ndarray]) -> list[str]:
    """The conditions that are trained on a set."""
    return list(conditions_on(model.soft_conditions, arrays))


def gradients_of(model: PINNModel, points: PointSets | None) -> dict[str, np.ndarray]:
    """For each condition that is trained the gradient of its mean square, without its weight."""
    if not model.trainable_variables:
        return {name: np.zeros(0) for name in model.soft_conditions}
    return condition_gradients(model, points)


def condition_states(
    model: PINNModel,
    points: PointSets | None,
    gradients: dict[str, np.ndarray],
    seed: int,
) -> dict[str, ConditionState]:
    """Measures every condition that is trained.

    Args:
        model: The model.
        points: What `training_points` found.
        gradients: What `gradients_of` gives.
        seed: Of the fresh points.
    """
    known = points if points is not None else model._point_sets
    found = {}
    for set_name, arrays in sets_of(model, points).items():
        names = trained_on(model, arrays)
        if not names:
            continue
        fresh = _fresh(model, names, len(arrays["points"]), seed)
        here = condition_residuals(model, arrays)
        there = {} if fresh is None else condition_residuals(model, fresh)
        for name in names:
            found[name] = _state(
                model,
                name,
                (arrays, here[name]),
                None if fresh is None else (fresh, there[name]),
                gradients,
                drawn=fresh is not None and (known is None or set_name in known.drawn),
            )
    return {name: found[name] for name in model.soft_conditions}


def _state(
    model: PINNModel,
    name: str,
    trained: tuple[Arrays, np.ndarray],
    fresh: tuple[Arrays, np.ndarray] | None,
    gradients: dict[str, np.ndarray],
    drawn: bool,
) -> ConditionState:
    arrays, squares = trained
    others = squares[:0] if fresh is None else fresh[1]
    sets = [arrays] if fresh is None else [arrays, fresh[0]]
    everywhere = np.concatenate([_places(known["points"]) for known in sets])
    together = np.concatenate([squares, others])
    faults = np.flatnonzero(~np.isfinite(together))
    place = int(faults[0]) if len(faults) else int(np.argmax(together))
    weight = float(model.loss_weights[name].numpy())
    even = (arrays["points"], squares) if fresh is None else (fresh[0]["points"], others)
    return ConditionState(
        points=len(squares),
        drawn=drawn,
        weight=weight,
        loss=weight * float(np.mean(arrays[f"weights.{name}"] * squares)),
        mean_square=float(np.mean(squares)),
        fresh_mean_square=float(np.mean(others)) if len(others) else math.nan,
        largest=float(np.sqrt(together[place])),
        where=everywhere[place].astype(np.float64),
        concentration=_concentration(even[1]),
        early_to_late=_early_to_late(model, *even) if name in equations(model) else math.nan,
        gradient=float(np.linalg.norm(gradients[name])),
        cosines={
            other: _cosine(gradients[name], gradients[other])
            for other in gradients
            if other != name
        },
        faults=len(faults),
        checked=len(together),
    )


def _fresh(model: PINNModel, names: Sequence[str], count: int, seed: int) -> Arrays | None:
    """A set of as many other points; `None` where the conditions hold at points of their own."""
    problem = model.problem
    conditions = {name: problem.conditions[name] for name in names}
    for name, condition in conditions.items():
        own = condition.has_own_points or isinstance(condition.region(problem.domain), PointCloud)
        if own or has_arrays(model, name):
            return None
    sets = PointSets(
        problem.domain,
        conditions,
        problem.namespace,
        dict.fromkeys(names, count),
        seed,
        draw=FRESH,
    ).sets
    (found,) = sets.values()
    return found.arrays()


def has_arrays(model: PINNModel, name: str) -> bool:
    """Whether a condition is given numbers that belong to the points one by one."""
    givens = model.problem.conditions[name].givens.values()
    return any(isinstance(value, np.ndarray) for value in givens)


def _places(points: np.ndarray) -> np.ndarray:
    """The points `(n, d)`; for integrals the middle of the quadrature points of each."""
    return points.reshape(len(points), -1, points.shape[-1]).mean(axis=1)


def _concentration(squares: np.ndarray) -> float:
    total = float(np.sum(squares))
    if len(squares) < ENOUGH or not math.isfinite(total):
        return math.nan
    most = math.ceil(len(squares) / 100)
    return quotient(float(np.sum(np.partition(squares, -most)[-most:])), total)


def _early_to_late(model: PINNModel, points: np.ndarray, squares: np.ndarray) -> float:
    time = model.problem.namespace.time
    if time is None:
        return math.nan
    column = model.problem.coordinates.index(time)
    start, end = (float(corner[column]) for corner in model.problem.domain.bounds)
    fraction = (points[:, column] - start) / (end - start)
    early, late = squares[fraction < 0.25], squares[fraction > 0.75]
    if not len(early) or not len(late):
        return math.nan
    return quotient(float(np.mean(early)), float(np.mean(late)))


def _cosine(first: np.ndarray, second: np.ndarray) -> float:
    length = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / length if length > 0 else math.nan
