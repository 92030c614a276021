"""What an optimizer may ask of the function that it minimises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import tensorflow as tf


class Evaluation(NamedTuple):
    """A loss with its gradient, at one point.

    Attributes:
        loss: Tensor of shape `()`.
        gradient: Tensor of shape `(P,)`: flat, in the order of the variables.
        terms: Tensor of shape `(k,)`, `k >= 0`, of static shape: the parts of the loss for the
            logs. Optimizers carry them along and never look at them.
    """

    loss: tf.Tensor
    gradient: tf.Tensor
    terms: tf.Tensor


@runtime_checkable
class Objective(Protocol):
    """What an optimizer minimises, at the current values of the variables."""

    def evaluate(self) -> Evaluation:
        """The loss, its gradient and its terms. It runs in the graph, inside loops and branches."""


@runtime_checkable
class Group(Protocol):
    """Residuals in blocks of equal size, one block at a time.

    Attributes:
        blocks: Integer, the number of blocks.
        rows: Integer, the number of residuals in one block.
    """

    blocks: int
    rows: int

    def __call__(self, block: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The residuals `(rows,)` of one block, by its number, and their Jacobian `(rows, P)`."""


@runtime_checkable
class LeastSquares(Objective, Protocol):
    """A loss that is a sum of squares of residuals, plus a remainder (regularisers, say).

    `loss = Σ r² + remainder` over the residuals `r` of all groups and blocks, so its gradient is
    `2 Jᵀr` plus that of the remainder.
    """

    @property
    def groups(self) -> Sequence[Group]:
        """The residuals."""

    def value(self) -> tuple[tf.Tensor, tf.Tensor]:
        """The loss `()` and its terms `(k,)`, without any derivative."""

    def remainder_gradient(self) -> tf.Tensor | None:
        """The gradient `(P,)` of what is no square, or `None` where there is nothing."""

    def product(self, vector: tf.Tensor) -> tf.Tensor:
        """The product `(JᵀJ) vector` of shape `(P,)`, without the matrix."""


@runtime_checkable
class SpreadLeastSquares(Objective, Protocol):
    """As `LeastSquares`, of residuals that are spread over several devices."""

    def accumulate(
        self, add: Callable[..., Sequence[tf.Tensor]], zeros: Sequence[tf.Tensor]
    ) -> Sequence[tf.Tensor]:
        """The sums over all residuals, wherever they are, as `accumulate` makes them."""

    def value(self) -> tuple[tf.Tensor, tf.Tensor]:
        """The loss `()` and its terms `(k,)`, without any derivative."""

    def remainder_gradient(self) -> tf.Tensor | None:
        """The gradient `(P,)` of what is no square, or `None` where there is nothing."""

    def product(self, vector: tf.Tensor) -> tf.Tensor:
        """The product `(JᵀJ) vector` of shape `(P,)`, without the matrix."""


def accumulate(
    groups: Sequence[Group],
    add: Callable[..., Sequence[tf.Tensor]],
    zeros: Sequence[tf.Tensor],
) -> list[tf.Tensor]:
    """The sums over all blocks of all groups of what each adds.

    Args:
        groups: Residuals in blocks.
        add: From the residuals `(rows,)` of a block and their Jacobian `(rows, P)` to tensors.
        zeros: Zeros of the shapes of these tensors.
    """
    total = list(zeros)
    for group in groups:

        def body(block: tf.Tensor, *sums: tf.Tensor, group: Group = group) -> tuple:
            parts = add(*group(block))
            return block + 1, *(a + b for a, b in zip(sums, parts, strict=True))

        count = group.blocks
        _, *total = tf.while_loop(
            lambda block, *_, count=count: block < count,
            body,
            (tf.constant(0), *total),
            maximum_iterations=count,
        )
    return total
