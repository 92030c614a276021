"""Derivatives by nested gradient tapes: the engine for every network."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar

import tensorflow as tf

from kerasphys._validation import check_callable
from kerasphys.derivatives.engine import (
    Network,
    assemble,
    check_outputs,
    check_plan,
    check_points,
)
from kerasphys.derivatives.plan import Plan
from kerasphys.derivatives.terms import PartialKey

ReversePass = tuple[PartialKey, tuple[int, ...]]  # what is differentiated, along which coordinates


@dataclass(frozen=True)
class TapeEngine:
    """Nests `tf.GradientTape`, one for each order of derivative.

    The network is called once, whatever the plan. One reverse pass differentiates one quantity
    along all the coordinates that are needed of it, so `u_xx` and `u_xy` both come from one pass
    over `u_x`; each order reads everything that the orders below it recorded, so that the cost
    grows exponentially with the order.

    It works eagerly, in `tf.function`, with XLA and under an outer tape for the weights.

    Example:
        ```python
        import tensorflow as tf
        from kerasphys.derivatives import Namespace, Plan, TapeEngine

        plan = Plan.of(Namespace(("x", "y"), "u"), ["u_xy", "laplacian_u"])
        points = tf.constant([[1.0, 2.0], [3.0, 4.0]], "float64")
        values = TapeEngine()(plan, lambda p: p[:, :1] ** 2 * p[:, 1:], points)  # u = x² y
        assert values["u_xy"].numpy().tolist() == [2.0, 6.0]
        assert values["laplacian_u"].numpy().tolist() == [4.0, 8.0]
        ```
    """

    name: ClassVar[str] = "tape"

    def __call__(self, plan: Plan, network: Network, points: Any) -> dict[str, tf.Tensor]:
        """The values of the plan's names at the points; see `Engine`.

        Raises:
            TypeError: If the points are not of a floating dtype, or if the network answers in
                another dtype.
            ValueError: If the points or the network's output have a wrong shape.
        """
        check_plan(plan)
        check_callable("network", network)
        points = check_points(plan, points)
        return assemble(plan, points, _partials(plan, network, points))

    def supports(self, plan: Plan, network: Network | None) -> bool:
        """True: there is no plan and no network that tapes cannot differentiate."""
        return True

    def work(self, plan: Plan) -> float:
        """A pass of order `k` reads what the passes below it wrote, and writes twice as much."""
        if not plan.partials:
            return 0.0
        passes = self.reverse_passes(plan)
        return 1.0 + sum(count * 2.0 * 3.0**below for below, count in enumerate(passes))

    def cost(self, plan: Plan) -> str:
        """The number of reverse passes, in words."""
        if not plan.partials:
            return "the network is not called"
        passes = self.reverse_passes(plan)
        if not passes:
            return "one call of the network, no reverse pass"
        orders = ", ".join(f"order {order}: {count}" for order, count in enumerate(passes, 1))
        noun = "reverse pass" if sum(passes) == 1 else "reverse passes"
        return f"one call of the network, {sum(passes)} {noun} ({orders})"

    def reverse_passes(self, plan: Plan) -> tuple[int, ...]:
        """How many reverse passes are made for each order, from the first on."""
        check_plan(plan)
        return tuple(len(level) for level in _schedule(plan.partials))


def _partials(plan: Plan, network: Network, points: tf.Tensor) -> dict[PartialKey, tf.Tensor]:
    if not plan.partials:
        return {}
    schedule = _schedule(plan.partials)
    if not schedule:
        return _fields(plan, network, points)
    columns = tf.unstack(points, axis=1)

    def up_to(order: int) -> dict[PartialKey, tf.Tensor]:
        if order == 0:
            return _fields(plan, network, tf.stack(columns, axis=1))
        passes = schedule[order - 1]
        with tf.GradientTape(len(passes) > 1, watch_accessed_variables=False) as tape:
            tape.watch(columns)
            values = up_to(order - 1)
        for parent, along in passes:
            derivatives = tape.gradient(
                values[parent],
                [columns[index] for index in along],
                unconnected_gradients=tf.UnconnectedGradients.ZERO,
            )
            for index, derivative in zip(along, derivatives, strict=True):
                derivative.set_shape(points.shape[:1])
                values[_child(parent, index)] = derivative
        return values

    return up_to(len(schedule))


def _fields(plan: Plan, network: Network, points: tf.Tensor) -> dict[PartialKey, tf.Tensor]:
    outputs = tf.convert_to_tensor(network(points))
    check_outputs(plan, points, outputs)
    outputs.set_shape(points.shape[:1] + outputs.shape[1:])
    return {(index, ()): column for index, column in enumerate(tf.unstack(outputs, axis=1))}


@functools.lru_cache(maxsize=256)
def _schedule(partials: tuple[PartialKey, ...]) -> tuple[tuple[ReversePass, ...], ...]:
    """The reverse passes of each order, from the first on.

    From the highest order down, the derivatives needed are covered greedily by those of one order
    less from which most of them follow; a tie goes to one that is needed anyway.
    """
    order = max((len(along) for _, along in partials), default=0)
    needed = [{partial for partial in partials if len(partial[1]) == k} for k in range(order + 1)]
    levels = []
    for k in range(order, 0, -1):
        level, left = [], set(needed[k])
        while left:
            counts = Counter(parent for child in left for parent in _parents(child))
            parent = min(counts, key=lambda p: (-counts[p], p not in needed[k - 1], p))
            along = _columns(parent, left)
            level.append((parent, along))
            left -= {_child(parent, index) for index in along}
            needed[k - 1].add(parent)
        levels.append(tuple(level))
    return tuple(reversed(levels))


def _parents(child: PartialKey) -> set[PartialKey]:
    field, along = child
    return {(field, along[:place] + along[place + 1 :]) for place in range(len(along))}


def _child(parent: PartialKey, index: int) -> PartialKey:
    field, along = parent
    return field, tuple(sorted((*along, index)))


def _columns(parent: PartialKey, children: set[PartialKey]) -> tuple[int, ...]:
    indices = {index for _, along in children for index in along}
    return tuple(sorted(index for index in indices if _child(parent, index) in children))
