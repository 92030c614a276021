"""The form of a solution that satisfies conditions exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerasphys.conditions import Condition, Periodic
from kerasphys.conditions.exact import ExactValues
from kerasphys.layers import PeriodicEmbedding
from kerasphys.problem import Problem

PERIOD = 2.0  # of a coordinate that is scaled to [-1, 1]


def exact_values(problem: Problem, conditions: Mapping[str, Condition]) -> ExactValues | None:
    """What makes the Dirichlet conditions among these hold; `None` where there are none."""
    given = {n: c for n, c in conditions.items() if not isinstance(c, Periodic)}
    return ExactValues(problem.domain, problem.namespace, given) if given else None


def periodic_embedding(
    problem: Problem, conditions: Mapping[str, Condition], dtype: Any
) -> PeriodicEmbedding | None:
    """What makes the periodic conditions among these hold; `None` where there are none.

    Raises:
        ValueError: If a condition is about some of the fields only: all see the same circle.
    """
    periodic = {n: c for n, c in conditions.items() if isinstance(c, Periodic)}
    for name, condition in periodic.items():
        free = [field for field in problem.fields if field not in condition.fields]
        if free:
            raise ValueError(
                f"The condition {name!r} cannot be built into the network: it is not about "
                f"{', '.join(free)}, while a periodic network is periodic in all its fields. "
                "Leave it in the loss: name the others in `hard`."
            )
    if not periodic:
        return None
    across = {condition.across for condition in periodic.values()}
    periods = [PERIOD if name in across else None for name in problem.coordinates]
    return PeriodicEmbedding(periods, dtype=dtype, name="periodic_embedding")
