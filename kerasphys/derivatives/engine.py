"""What every derivative engine offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

import tensorflow as tf

from kerasphys.derivatives.plan import Plan
from kerasphys.derivatives.terms import Coordinate, Gradient, PartialKey

Network = Callable[[tf.Tensor], tf.Tensor]


@runtime_checkable
class Engine(Protocol):
    """Computes what a plan asks for. All engines give the same numbers."""

    @property
    def name(self) -> str:
        """What `select` and `explain` call the engine."""

    def __call__(self, plan: Plan, network: Network, points: Any) -> dict[str, tf.Tensor]:
        """The values of the plan's names at the points.

        Args:
            plan: What to compute.
            network: Callable from `(n, d)` to `(n, m)` that acts on each row independently.
            points: Tensor of shape `(n, d)`.

        Returns:
            A dict from name to value, in the plan's order and the dtype of `points`. Values have
            shape `(n,)`, gradients have shape `(n, spatial coordinates)`.
        """

    def supports(self, plan: Plan, network: Network | None) -> bool:
        """Whether the engine can compute `plan` for `network` (`None`: for some network)."""

    def cost(self, plan: Plan) -> str:
        """One sentence on the work that the plan takes, for `explain`."""


def assemble(
    plan: Plan, points: tf.Tensor, values: Mapping[PartialKey, tf.Tensor]
) -> dict[str, tf.Tensor]:
    """The values of the plan's names, from those of the partial derivatives that it needs."""
    assembled = {}
    for name, term in zip(plan.names, plan.terms, strict=True):
        parts = [values[partial] for partial in term.partials]
        if isinstance(term, Coordinate):
            assembled[name] = points[:, term.index]
        elif isinstance(term, Gradient):
            assembled[name] = tf.stack(parts, axis=1)
        else:
            assembled[name] = parts[0] if len(parts) == 1 else tf.add_n(parts)
    return assembled
