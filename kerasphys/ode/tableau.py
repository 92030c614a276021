"""Runge-Kutta methods as data that checks itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from kerasphys._validation import check_array, check_name, check_positive_int, message
from kerasphys.ode._order_conditions import elementary_weights, trees

TOLERANCE = 1e-9  # of the conditions: some published coefficients have eleven digits

Row = tuple[float, ...]


@dataclass(frozen=True)
class ButcherTableau:
    """A Runge-Kutta method, explicit or diagonally implicit.

    One step from `y` is `y + h Σ b_i k_i` with `k_i = f(t + c_i h, y + h Σ a_ij k_j)`. A mistyped
    coefficient would only lower the order, silently; here it is an error: the rows must sum to `c`,
    the weights to 1, and all order conditions (rooted trees, up to order 5) must hold.

    Args:
        name: What `odeint` calls the method.
        a: The rows of the matrix, the first of length 1, each one longer than the last; what stands
            on the diagonal makes a stage implicit, and is zero or the same number everywhere.
        b: The weights, one for each stage.
        c: The times of the stages, in steps.
        order: Positive integer up to 5, the order of the method.
        embedded: The weights of the method of lower order that estimates the error, or `None`.
        embedded_order: Its order, 0 without it.
        dense: For each stage the coefficients of `θ, θ², ...` of its weight `b_i(θ)` in the state
            at the time `t + θh`, or `None`: then outputs lie at the ends of steps.
        dense_order: The order of that state, 0 without it.

    Raises:
        ValueError: If lengths do not fit or a condition does not hold.

    Example:
        ```python
        import kerasphys as kp

        ralston = kp.ode.ButcherTableau(
            name="ralston", a=((0,), (2 / 3, 0)), b=(1 / 4, 3 / 4), c=(0, 2 / 3), order=2
        )
        states = kp.ode.odeint(lambda t, y: -y, [1.0], [0.0, 1.0], method=ralston, steps=50)
        ```

    Reference:
        Hairer, Nørsett and Wanner, Solving Ordinary Differential Equations I, chapter II.
    """

    name: str
    a: tuple[Row, ...] = field(repr=False)
    b: Row = field(repr=False)
    c: Row = field(repr=False)
    order: int
    embedded: Row | None = field(default=None, repr=False)
    embedded_order: int = 0
    dense: tuple[Row, ...] | None = field(default=None, repr=False)
    dense_order: int = 0

    def __post_init__(self) -> None:
        check_name("name", self.name)
        self._check_shapes()
        for argument in ("order", "embedded_order", "dense_order"):
            given = argument == "order" or getattr(self, argument[: -len("_order")]) is not None
            value = getattr(self, argument)
            if given and check_positive_int(argument, value) > 5:
                raise ValueError(message(argument, "an order of at most 5", value))
            if not given and (isinstance(value, bool) or value != 0):
                raise ValueError(message(argument, "0 for what the method does not have", value))
        matrix = self.matrix
        gap = float(np.max(np.abs(matrix.sum(1) - self.c)))
        if gap > TOLERANCE:
            raise ValueError(f"Argument `c` must hold the row sums of `a`. Received: off by {gap}.")
        implicit = np.diag(matrix)[np.diag(matrix) != 0]
        if len(implicit) and np.any(implicit != implicit[0]):
            raise ValueError(message("a", "one number (or zero) on the diagonal", self.a))
        self._check_order("b", np.asarray(self.b)[:, None], self.order)
        if self.embedded is not None:
            self._check_order("embedded", np.asarray(self.embedded)[:, None], self.embedded_order)
        if self.dense is not None:
            self._check_order("dense", np.asarray(self.dense), self.dense_order)
            ends = np.abs(np.sum(self.dense, axis=1) - self.b)
            if np.max(ends) > TOLERANCE:
                raise ValueError(f"Argument `dense` must end in `b` at θ = 1. Off by {ends.max()}.")

    def _check_shapes(self) -> None:
        stages = len(check_array("b", self.b, (None,)))
        check_array("c", self.c, (stages,))
        if not isinstance(self.a, tuple) or len(self.a) != stages:
            raise ValueError(message("a", f"a tuple of {stages} rows, as many as weights", self.a))
        for length, row in enumerate(self.a, start=1):
            check_array("a", row, (length,), "Each row is one longer than the last.")
        if self.embedded is not None:
            check_array("embedded", self.embedded, (stages,))
        if self.dense is not None:
            check_array("dense", self.dense, (stages, None))

    def _check_order(self, argument: str, weights: np.ndarray, order: int) -> None:
        """The conditions `Σ_i w_i(θ) Φ_i(τ) = θ^p / γ(τ)`, for all trees up to the order.

        Args:
            argument: Whose weights they are.
            weights: `(stages, powers)`; one power stands for `θ = 1`.
            order: Up to which.
        """
        for tree in trees(order):
            phi, size, gamma = elementary_weights(tree, self.matrix)
            wanted = np.zeros(weights.shape[1])
            if weights.shape[1] == 1:
                wanted[0] = 1 / gamma
            elif size <= len(wanted):
                wanted[size - 1] = 1 / gamma
            gap = float(np.max(np.abs(weights.T @ phi - wanted)))
            if gap > TOLERANCE:
                raise ValueError(
                    f"Argument `{argument}` must hold coefficients of order {order}. Received: "
                    f"a condition of order {size} of {self.name!r} is off by {gap:.2g}."
                )

    @cached_property
    def matrix(self) -> np.ndarray:
        """`a` as a square matrix, `(stages, stages)`."""
        square = np.zeros((len(self.a), len(self.a)))
        for i, row in enumerate(self.a):
            square[i, : i + 1] = row
        return square

    @property
    def stages(self) -> int:
        """The number of stages."""
        return len(self.b)

    @property
    def diagonal(self) -> float:
        """What stands on the diagonal of implicit stages; 0 for an explicit method."""
        return float(max(np.diag(self.matrix), key=abs))

    @property
    def first_same_as_last(self) -> bool:
        """Whether the last stage is the field at the end of the step, where the next begins."""
        return self.a[-1] == self.b and self.c[-1] == 1 and self.stages > 1 and self.c[0] == 0
