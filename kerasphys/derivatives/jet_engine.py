"""Derivatives by truncated Taylor expansions: the fast engine."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import keras
import tensorflow as tf

from kerasphys._validation import check_callable
from kerasphys.derivatives.algebra import Algebra, Polynomial, symbol
from kerasphys.derivatives.engine import Network, check_outputs, check_plan, check_points
from kerasphys.derivatives.jet import Jet
from kerasphys.derivatives.jet_rules import knows, rule
from kerasphys.derivatives.plan import Plan
from kerasphys.derivatives.terms import Coordinate, Divergence, Gradient, PartialKey, Term
from kerasphys.derivatives.trace import Trace


@dataclass(frozen=True)
class JetEngine:
    """Propagates truncated Taylor expansions forward through the operations of a network.

    The network is traced into elementary TensorFlow operations; each passes on the value and the
    derivatives that the plan needs. It therefore suits any network made of operations that have a
    rule, layers and hard conditions of the user's own included, and needs nothing from them. The
    cost grows with the number of derivatives, not exponentially with their order; a Laplacian or
    a biharmonic operator passes as one sum.

    It works eagerly, in `tf.function`, with XLA and under a tape for the weights.

    Example:
        ```python
        import tensorflow as tf
        from kerasphys.derivatives import JetEngine, Namespace, Plan

        plan = Plan.of(Namespace(("x", "y"), "u"), ["u_xy", "laplacian_u"])
        points = tf.constant([[1.0, 2.0], [3.0, 4.0]], "float64")
        values = JetEngine()(plan, lambda p: p[:, :1] ** 2 * p[:, 1:], points)  # u = x² y
        assert values["u_xy"].numpy().tolist() == [2.0, 6.0]
        assert values["laplacian_u"].numpy().tolist() == [4.0, 8.0]
        ```

    Reference:
        Griewank and Walther, Evaluating Derivatives, 2008, chapter 13,
        https://doi.org/10.1137/1.9780898717761
    """

    name: ClassVar[str] = "jets"

    def __call__(self, plan: Plan, network: Network, points: Any) -> dict[str, tf.Tensor]:
        """The values of the plan's names at the points; see `Engine`.

        Raises:
            NotImplementedError: If the network has an operation without a rule.
            TypeError: If the points are not of a floating dtype, or if the network answers in
                another dtype.
            ValueError: If the points or the network's output have a wrong shape.
        """
        check_plan(plan)
        check_callable("network", network)
        points = check_points(plan, points)
        if not plan.partials:
            return _read(plan, points, None)
        outputs = jet_of(Algebra.of(plan), network, points)
        check_outputs(plan, points, outputs.value)
        return _read(plan, points, outputs.whole())

    def supports(self, plan: Plan, network: Network | None) -> bool:
        """Whether every operation of the network that depends on the points has a rule."""
        if network is None:
            return True
        return not _missing(plan, network)

    def work(self, plan: Plan) -> float:
        """The number of values that pass through the network, each at the cost of a call."""
        return float(len(Algebra.of(plan).operators)) if plan.partials else 0.0

    def cost(self, plan: Plan) -> str:
        """The number of Taylor coefficients, in words."""
        if not plan.partials:
            return "the network is not called"
        count = len(Algebra.of(plan).operators)
        return f"one pass of {count} Taylor coefficients, each at the cost of a call of the network"


def jet_of(algebra: Algebra, network: Network, points: tf.Tensor) -> Jet:
    """The jet of what a network answers at points `(n, d)`.

    Raises:
        NotImplementedError: If the network has an operation without a rule.
    """
    trace = Trace(network, points)
    missing = _without_rule(trace)
    if missing:
        raise NotImplementedError(
            f"The engine 'jets' has no rule for the operation {', '.join(missing)}. Use 'tape'."
        )
    result = trace.replay(_seed(algebra, points), rule)
    if isinstance(result, Jet):
        return result
    return Jet(algebra, [result, *(None for _ in algebra.operators[1:])])


def _seed(algebra: Algebra, points: tf.Tensor) -> Jet:
    """The jet of the points themselves: their derivatives are unit vectors, one row each."""
    parts: list[tf.Tensor | None] = [points, *(None for _ in algebra.operators[1:])]
    width = points.shape[1]
    for coordinate in range(width):
        index = algebra.first(coordinate)
        if index is not None:
            parts[index] = tf.one_hot([coordinate], width, dtype=points.dtype)
    return Jet(algebra, parts)


def _read(plan: Plan, points: tf.Tensor, outputs: Jet | None) -> dict[str, tf.Tensor]:
    """The values of the plan's names, from the jet of the network's output `(n, m)`."""

    def value(polynomial: Polynomial, field: int) -> tf.Tensor:
        assert outputs is not None
        total = combined(
            (factor, part[:, field])
            for index, factor in outputs.algebra.combination(polynomial)
            if (part := outputs.parts[index]) is not None
        )
        return tf.zeros_like(outputs.value[:, field]) if total is None else total

    return {
        name: points[:, term.index] if isinstance(term, Coordinate) else value_of(term, value)
        for name, term in zip(plan.names, plan.terms, strict=True)
    }


def value_of(term: Term, value: Callable[[Polynomial, int], tf.Tensor]) -> tf.Tensor:
    """The value of a term other than a coordinate, from those of operators applied to fields.

    Args:
        term: What is wanted.
        value: From an operator and the index of a field to a tensor `(...)`.

    Returns:
        Tensor `(...)`; of a gradient `(..., spatial coordinates)`.
    """

    def of(partial: PartialKey) -> tf.Tensor:
        return value(symbol(term, partial), partial[0])

    if isinstance(term, Gradient):
        return tf.stack([of(partial) for partial in term.partials], axis=-1)
    if isinstance(term, Divergence):
        return tf.add_n([of(partial) for partial in term.partials])
    return of(term.partials[0])


def combined(parts: Iterable[tuple[float, tf.Tensor]]) -> tf.Tensor | None:
    """The sum of tensors, each times its factor; `None` if there are none."""
    found = [part if factor == 1.0 else factor * part for factor, part in parts]
    if not found:
        return None
    return found[0] if len(found) == 1 else tf.add_n(found)


# What networks lack, by network and the form of the points: a trace takes tens of milliseconds.
_known: weakref.WeakKeyDictionary[Any, dict[Any, tuple[str, ...]]] = weakref.WeakKeyDictionary()


def _missing(plan: Plan, network: Network) -> tuple[str, ...]:
    """The kinds of operations without a rule; what cannot be traced lacks everything."""
    try:
        known = _known.setdefault(network, {})
    except TypeError:  # neither hashable nor weakly referable
        known = {}
    dtype = str(getattr(network, "compute_dtype", None) or "float64")
    key = (plan.coordinates, dtype)
    if key not in known:
        if _regularizes_activity(network):
            known[key] = ("activity_regularizer",)
            return known[key]
        try:
            known[key] = _without_rule(Trace(network, tf.TensorSpec((None, key[0]), dtype)))
        except Exception:
            known[key] = ("everything",)
    return known[key]


def _without_rule(trace: Trace) -> tuple[str, ...]:
    operations = [o for o in trace.dependent if not knows(o)]
    return tuple(dict.fromkeys(o.type for o in (*operations, *trace.effects)))


def _regularizes_activity(network: Any) -> bool:
    """Whether a call of the network adds to the loss, which a trace would lose."""
    layers = network._flatten_layers() if isinstance(network, keras.layers.Layer) else ()
    return any(getattr(layer, "activity_regularizer", None) is not None for layer in layers)
