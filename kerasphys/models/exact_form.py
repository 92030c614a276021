"""The form of a solution that satisfies conditions exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kerasphys.conditions import Condition, Periodic
from kerasphys.conditions.exact import ExactValues
from kerasphys.layers import PeriodicEmbedding
from kerasphys.models.loading import only_weights_matter
from kerasphys.problem import Problem

PERIOD = 2.0  # of a coordinate that is scaled to [-1, 1]


def exact_values(problem: Problem, conditions: Mapping[str, Condition]) -> ExactValues | None:
    """What makes the Dirichlet conditions among these hold; `None` where there are none.

    A model that is loaded for its weights alone does without, as its functions may be missing.
    """
    given = {n: c for n, c in conditions.items() if not isinstance(c, Periodic)}
    if not given or only_weights_matter():
        return None
    return ExactValues(problem.domain, problem.namespace, given)


def periodic_embedding(
    problem: Problem, conditions: Mapping[str, Condition], dtype: Any
) -> PeriodicEmbedding | None:
    """What makes the periodic conditions among these hold; `None` where there are none.

    Raises:
        ValueError: If a condition is about some of the fields only: all see the same circle.
    """
    periodic = _periodic(conditions)
    for name, condition in periodic.items():
        free = [field for field in problem.solution_fields if field not in condition.fields]
        if free:
            raise ValueError(
                f"The condition {name!r} cannot be built into the network: it is not about "
                f"{', '.join(free)}, while a periodic network is periodic in all its fields. "
                "Leave it in the loss: name the others in `hard`."
            )
    across = {condition.across for condition in periodic.values()}
    return _embedding(problem.coordinates, across, dtype)


def field_embedding(
    name: str, problem: Problem, conditions: Mapping[str, Condition], dtype: Any
) -> PeriodicEmbedding | None:
    """The same for an unknown field, for the conditions that are about it.

    It is applied to the columns that `columns_of` gives.
    """
    about = [c for c in _periodic(conditions).values() if name in c.fields]
    seen = [problem.coordinates[i] for i in columns_of(problem, name)]
    return _embedding(seen, {condition.across for condition in about}, dtype)


def columns_of(problem: Problem, name: str) -> list[int]:
    """The columns of the points that an unknown field depends on, as it names them."""
    coordinates = problem.coordinates
    return [coordinates.index(x) for x in problem.unknown_fields[name].of or coordinates]


def _periodic(conditions: Mapping[str, Condition]) -> dict[str, Periodic]:
    return {n: c for n, c in conditions.items() if isinstance(c, Periodic)}


def _embedding(names: Sequence[str], across: set[str], dtype: Any) -> PeriodicEmbedding | None:
    if not across & set(names):
        return None
    periods = [PERIOD if name in across else None for name in names]
    return PeriodicEmbedding(periods, dtype=dtype, name="periodic_embedding")
