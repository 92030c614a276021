"""What every derivative engine offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

import tensorflow as tf

from kerasphys._validation import message
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

    def work(self, plan: Plan) -> float:
        """The work that the plan takes, in calls of the network: `"auto"` takes the least."""

    def supports(self, plan: Plan, network: Network | None) -> bool:
        """Whether the engine can compute `plan` for `network` (`None`: for some network)."""

    def cost(self, plan: Plan) -> str:
        """One sentence on the work that the plan takes, for `explain`."""


def assemble(
    plan: Plan, points: tf.Tensor, values: Mapping[PartialKey, tf.Tensor]
) -> dict[str, tf.Tensor]:
    """The values of the plan's names, from those of the partial derivatives that it needs.

    Args:
        plan: What is wanted.
        points: The coordinates, `(..., d)`; read only where the plan names one.
        values: The partial derivatives, `(...)` each.
    """
    assembled = {}
    for name, term in zip(plan.names, plan.terms, strict=True):
        parts = [values[partial] for partial in term.partials]
        if isinstance(term, Coordinate):
            assembled[name] = points[..., term.index]
        elif isinstance(term, Gradient):
            assembled[name] = tf.stack(parts, axis=-1)
        else:
            assembled[name] = parts[0] if len(parts) == 1 else tf.add_n(parts)
    return assembled


def check_plan(plan: Any) -> None:
    """Refuses what is no plan."""
    if not isinstance(plan, Plan):
        raise TypeError(message("plan", "a Plan", plan, "Make it with Plan.of."))


def check_points(plan: Plan, points: Any) -> tf.Tensor:
    """The points as a tensor `(n, d)` of a floating dtype, with the columns that a plan reads."""
    try:
        points = tf.convert_to_tensor(points)
    except (TypeError, ValueError) as error:
        raise TypeError(message("points", "a tensor of shape (n, d)", points)) from error
    if not points.dtype.is_floating:
        raise TypeError(
            "Argument `points` must be of a floating dtype. Received: a tensor of dtype "
            f"{points.dtype.name}."
        )
    used = [index for _, along in plan.partials for index in along]
    used += [term.index for term in plan.terms if isinstance(term, Coordinate)]
    least = 1 + max(used, default=0)
    if points.shape.rank != 2 or points.shape[1] is None or points.shape[1] < least:
        raise ValueError(
            f"Argument `points` must have shape (n, d) with d of at least {least}, one column for "
            f"each coordinate. Received: shape {points.shape}."
        )
    return points


def check_outputs(plan: Plan, points: tf.Tensor, outputs: tf.Tensor) -> None:
    """Refuses what a network must not answer at points `(n, d)`."""
    if outputs.dtype != points.dtype:
        raise TypeError(
            f"Argument `network` must answer in the dtype of the points, {points.dtype.name}. "
            f"Received: an output of dtype {outputs.dtype.name}. Build the network in "
            f"{points.dtype.name}, or convert the points."
        )
    fields = 1 + max(field for field, _ in plan.partials)
    rank, width = outputs.shape.rank, outputs.shape[-1] if outputs.shape.rank else None
    if rank != 2 or width is None or width < fields:
        raise ValueError(
            f"Argument `network` must return a tensor of shape (n, m) with m of at least {fields}, "
            f"one column for each field. Received: shape {tuple(outputs.shape or ())}."
        )
    if not outputs.shape[:1].is_compatible_with(points.shape[:1]):
        raise ValueError(
            f"Argument `network` must return as many rows as there are points, {points.shape[0]}. "
            f"Received: {outputs.shape[0]} rows."
        )
