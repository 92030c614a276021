"""Derivatives of sums of basis functions: only the basis is differentiated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import keras
import tensorflow as tf

from kerasphys._validation import check_callable, check_choice
from kerasphys.derivatives.algebra import Algebra, Polynomial
from kerasphys.derivatives.engine import check_plan, check_points
from kerasphys.derivatives.jet_engine import JetEngine, combined, jet_of, value_of
from kerasphys.derivatives.plan import Plan
from kerasphys.derivatives.terms import Coordinate

METHODS = ("auto", "jets", "tape")

Part = Callable[[Polynomial], "tf.Tensor | None"]


@dataclass(frozen=True)
class TrunkEngine:
    """Differentiates `u(y) = Σ c_k b_k(y)` for many sets of coefficients `c` at once.

    The derivatives of the basis functions at the points are computed once, and multiplied by the
    coefficients of each function: the derivative graph is that of the basis at `p` points, whatever
    the number of functions, and what grows with both is the answer alone.

    The basis passes on truncated Taylor expansions, as in `JetEngine`; one that has an operation
    without a rule is differentiated by tapes, direction by direction.

    Args:
        method: `"jets"`, `"tape"`, or `"auto"` for jets where they can be had.

    Example:
        ```python
        import tensorflow as tf
        from kerasphys.derivatives import Namespace, Plan, TrunkEngine

        plan = Plan.of(Namespace(("x",), "u"), ["u_xx"])
        points = tf.constant([[1.0], [2.0]], "float64")
        coefficients = tf.constant([[[1.0, 0.0]], [[0.0, 1.0]], [[1.0, 1.0]]], "float64")

        def basis(x):  # x² and x³
            return tf.stack([x**2, x**3], axis=-1)

        values = TrunkEngine()(plan, basis, coefficients, points)
        assert values["u_xx"].numpy().tolist() == [[2.0, 2.0], [6.0, 12.0], [8.0, 14.0]]
        ```

    Reference:
        Wang, Wang, Perdikaris, 2021, https://doi.org/10.1126/sciadv.abi8605
    """

    method: str = "auto"
    name: ClassVar[str] = "trunk"

    def __post_init__(self) -> None:
        check_choice("method", self.method, METHODS)

    def __call__(
        self, plan: Plan, basis: Callable, coefficients: Any, points: Any
    ) -> dict[str, tf.Tensor]:
        """The values of the plan's names for each function at each point.

        Args:
            plan: What to compute.
            basis: Callable from points `(p, d)` to the basis functions of each of `m` fields,
                `(p, m, k)`, or to those that all fields share, `(p, 1, k)`.
            coefficients: Tensor `(n, m, k)`.
            points: Tensor `(p, d)`.

        Returns:
            A dict from name to value, in the plan's order: `(n, p)`; gradients
            `(n, p, spatial coordinates)`.

        Raises:
            NotImplementedError: If jets were asked for and an operation has no rule.
        """
        check_plan(plan)
        check_callable("basis", basis)
        points = check_points(plan, points)
        coefficients = tf.convert_to_tensor(coefficients)
        shape = keras.ops.shape(coefficients)[0], keras.ops.shape(points)[0]
        part = self._part(plan, basis, points) if plan.partials else _none

        def field(polynomial: Polynomial, index: int) -> tf.Tensor:
            of = coefficients[:, index]
            functions = part(polynomial)
            if functions is None:
                return tf.zeros(shape, of.dtype)
            own = functions[:, 0 if functions.shape[1] == 1 else index]
            return tf.matmul(of, own, transpose_b=True)

        return {
            name: tf.broadcast_to(points[:, term.index], shape)
            if isinstance(term, Coordinate)
            else value_of(term, field)
            for name, term in zip(plan.names, plan.terms, strict=True)
        }

    def uses_jets(self, plan: Plan, basis: Callable) -> bool:
        """Whether the basis passes on Taylor expansions."""
        if self.method == "auto":
            return JetEngine().supports(plan, basis)
        return self.method == "jets"

    def _part(self, plan: Plan, basis: Callable, points: tf.Tensor) -> Part:
        """From an operator to its values on the basis functions, `None` for zero."""
        if not self.uses_jets(plan, basis):
            return _Reverse(basis, points)
        jet = jet_of(Algebra.of(plan), basis, points)
        whole = jet.whole()

        def part(polynomial: Polynomial) -> tf.Tensor | None:
            return combined(
                (factor, found)
                for index, factor in whole.algebra.combination(polynomial)
                if (found := whole.parts[index]) is not None
            )

        return part


class _Reverse:
    """The derivatives of a basis by tapes, each computed once.

    All basis functions are differentiated along one coordinate together: the reverse derivative is
    linear in the weights of its sum, and its derivative by these is the forward one.
    """

    def __init__(self, basis: Callable, points: tf.Tensor):
        self._basis = basis
        self._columns = tf.unstack(points, axis=1)
        self._known: dict[tuple[int, ...], tf.Tensor] = {}

    def __call__(self, polynomial: Polynomial) -> tf.Tensor | None:
        return combined((float(f), self._along(along)) for along, f in polynomial.items())

    def _along(self, along: tuple[int, ...]) -> tf.Tensor:
        if along not in self._known:
            self._known[along] = self._derivative(along)
        return self._known[along]

    def _derivative(self, along: tuple[int, ...]) -> tf.Tensor:
        if not along:
            return self._basis(tf.stack(self._columns, axis=1))
        column, zero = self._columns[along[0]], tf.UnconnectedGradients.ZERO
        with tf.GradientTape(watch_accessed_variables=False) as outer:
            with tf.GradientTape(watch_accessed_variables=False) as inner:
                inner.watch(column)
                values = self._derivative(along[1:])
            weights = tf.ones_like(values)
            outer.watch(weights)
            total = inner.gradient(values, column, weights, unconnected_gradients=zero)
        return outer.gradient(total, weights, unconnected_gradients=zero)


def _none(polynomial: Polynomial) -> None:
    return None
