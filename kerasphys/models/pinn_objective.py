"""The loss of a `PINNModel`: mean squares of residuals, in blocks of points."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import tensorflow as tf

from kerasphys.conditions import Condition, Located
from kerasphys.models.objective import (
    ModelObjective,
    division,
    flat,
    over_blocks,
    scaled,
    share_of,
    take_rows,
)
from kerasphys.models.point_store import conditions_on, givens_of
from kerasphys.optimizers import Evaluation
from kerasphys.problem import check_residuals

if TYPE_CHECKING:
    from kerasphys.models.pinn_model import PINNModel

BLOCK = 2048  # points that are processed at once: they fit the cache, and memory stays flat
JACOBIAN_BLOCK = 512  # fewer, for each has a row of as many numbers as there are parameters

Arrays = Mapping[str, tf.Tensor]
Contribution = Callable[["_Part", tf.Tensor], Sequence[tf.Tensor]]


class PINNObjective(ModelObjective):
    """Also a least-squares objective: it offers residuals and their Jacobian.

    Args:
        model: The model.
        sets: The arrays of each point set, as `PointStore.read` gives them.
        training: Whether it is a training step.
    """

    model: PINNModel

    def __init__(self, model: PINNModel, sets: Mapping[str, Arrays], training: bool):
        super().__init__(model, sets, training)
        self.names = list(model.soft_conditions)
        self.parts = [
            self.make_part(arrays, conditions)
            for arrays in sets.values()
            if (conditions := conditions_on(model.soft_conditions, arrays))
        ]

    def make_part(self, arrays: Arrays, conditions: dict[str, Condition]) -> _Part:
        """What one point set contributes."""
        return _Part(self, arrays, conditions)

    def part(self, index: int | tf.Tensor, count: int) -> Self:
        sets = {name: _part_of_set(arrays, index, count) for name, arrays in self.data.items()}
        part = type(self)(self.model, sets, self.training)
        part.share = 1 / count
        return part

    def terms(self) -> tf.Tensor:
        return self._sum(lambda part, block: [part.terms(block)], self._no_terms)[0]

    def evaluate(self) -> Evaluation:
        def contribution(part: _Part, block: tf.Tensor) -> list[tf.Tensor]:
            with tf.GradientTape() as tape:
                terms = part.terms(block)
                loss = self.weighted(terms)
            return [terms, self.flat_gradient(tape, loss)]

        terms, gradient = self._sum(contribution, self._no_terms, self._no_gradient)
        remainder = self.remainder_gradient()
        if remainder is not None:
            gradient += remainder
        return Evaluation(self.weighted(terms) + self.remainder(), gradient, terms)

    @property
    def groups(self) -> list[_Group]:
        """The residuals, scaled so that the loss is the sum of their squares."""
        return [_Group(self, part) for part in self.parts]

    def product(self, vector: tf.Tensor) -> tf.Tensor:
        """`(JᵀJ) vector`, by one derivative along the vector and one back."""

        def contribution(part: _Part, block: tf.Tensor) -> list[tf.Tensor]:
            with tf.GradientTape() as outer:
                residuals = part.scaled(block)
                ones = tf.ones_like(residuals)
                with tf.GradientTape() as along:
                    along.watch(ones)
                    with tf.GradientTape() as inner:
                        total = tf.reduce_sum(ones * part.scaled(block))
                    gradient = self.flat_gradient(inner, total)
                    projected = tf.reduce_sum(gradient * vector)
                change = tf.stop_gradient(along.gradient(projected, ones))
                total = tf.reduce_sum(residuals * change)
            return [self.flat_gradient(outer, total)]

        return self._sum(contribution, self._no_gradient)[0]

    @property
    def _no_terms(self) -> tf.Tensor:
        return tf.zeros((len(self.names),), self.model.compute_dtype)

    @property
    def _no_gradient(self) -> tf.Tensor:
        size = sum(math.prod(v.shape) for v in self.model.trainable_variables)
        return tf.zeros((size,), self.model.variable_dtype)

    def _sum(self, contribution: Contribution, *zeros: tf.Tensor) -> list[tf.Tensor]:
        sums = [
            over_blocks(part.blocks, functools.partial(contribution, part), zeros)
            for part in self.parts
        ]
        return [tf.add_n(list(column)) for column in zip(*sums, strict=True)]


@dataclass
class _Part:
    """One point set with the conditions that hold on it."""

    objective: PINNObjective
    arrays: Arrays
    conditions: dict[str, Condition]

    def __post_init__(self) -> None:
        model = self.objective.model
        self.plan = model.problem.plan(conditions=self.conditions.values())
        self.count = self.arrays["points"].shape[0]
        self.nodes = math.prod(self.arrays["points"].shape[1:-1])  # of each row of an integral
        self.blocks, self.rows = division(self.count, max(BLOCK // self.nodes, 1))

    def terms(self, block: tf.Tensor) -> tf.Tensor:
        """What a block adds to the mean squares, `(k,)`."""
        arrays, mask = self.slice(block, self.blocks, self.rows)
        found = {}
        for name, residuals in self.residuals(arrays).items():
            weight = arrays[f"weights.{name}"]
            weight = weight if mask is None else weight * mask
            squares = tf.add_n([tf.square(residual) for residual in residuals])
            found[name] = tf.reduce_sum(weight * squares) / self.count
        zero = tf.zeros((), self.objective.model.compute_dtype)
        return tf.stack([found.get(name, zero) for name in self.objective.names])

    def scaled(self, block: tf.Tensor) -> tf.Tensor:
        """The residuals of a block, such that the loss is the sum of their squares."""
        arrays, mask = self.slice(block, self.blocks, self.rows)
        return tf.reshape(self.rows_of(arrays, mask), (-1,))

    def rows_of(self, arrays: Arrays, mask: tf.Tensor | None) -> tf.Tensor:
        """The scaled residuals at points, `(n, m)`."""
        weights = self.objective.model.loss_weights
        columns = []
        for name, residuals in self.residuals(arrays).items():
            factor = tf.sqrt(weights[name].value * arrays[f"weights.{name}"] / self.count)
            factor = factor if mask is None else factor * mask
            columns += [factor * residual for residual in residuals]
        return tf.stack(columns, axis=1)

    def residuals(self, arrays: Arrays) -> dict[str, tuple[tf.Tensor, ...]]:
        """The residuals `(n,)` of each condition."""
        values = self.values_at(tf.reshape(arrays["points"], (-1, arrays["points"].shape[-1])))
        images = self.values_at(arrays["images"]) if "images" in arrays else {}
        found = {}
        for name, condition in self.conditions.items():
            givens = givens_of(name, arrays)
            at = Located(values, givens, images, arrays.get("normals"))
            found[name] = condition.residuals(at)
            check_residuals(found[name], arrays["points"].shape[0])
        return found

    def values_at(self, points: tf.Tensor) -> Mapping[str, tf.Tensor]:
        """What the conditions name, at points `(n, d)`; `()` for a parameter."""
        model = self.objective.model
        return {**model.values(self.plan, points), **model.parameter_tensors()}

    def slice(self, block: tf.Tensor, blocks: int, rows: int) -> tuple[Arrays, tf.Tensor | None]:
        """The rows of a block, and which of them do not belong to the one before."""
        if blocks == 1:
            return self.arrays, None
        first = tf.minimum(block * rows, self.count - rows)
        arrays = {
            key: take_rows(array, first, rows) if array.shape.rank else array
            for key, array in self.arrays.items()
        }
        fresh = first + tf.range(rows) >= block * rows
        return arrays, tf.cast(fresh, arrays["points"].dtype)


class _Group:
    """The residuals of one point set and their Jacobian, block by block."""

    def __init__(self, objective: PINNObjective, part: _Part):
        self._objective = objective
        self._part = part
        self.blocks, self._points = division(part.count, max(JACOBIAN_BLOCK // part.nodes, 1))
        row = {k: take_rows(a, 0, 1) if a.shape.rank else a for k, a in part.arrays.items()}
        columns = part.rows_of(row, None).shape[1]
        self._columns = columns
        self.rows = self._points * columns

    def __call__(self, block: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        arrays, mask = self._part.slice(block, self.blocks, self._points)
        rank = {key: array for key, array in arrays.items() if array.shape.rank}
        scalars = {key: array for key, array in arrays.items() if not array.shape.rank}
        objective, part = self._objective, self._part

        def at_point(row: Arrays) -> tuple[tf.Tensor, tf.Tensor]:
            here = {key: array[tf.newaxis] for key, array in row.items()} | scalars
            with tf.GradientTape(persistent=True) as tape:
                residuals = tf.unstack(part.rows_of(here, None)[0])
            gradients = [flat(objective.gradients(tape, residual)) for residual in residuals]
            return tf.stack(residuals), tf.stack(gradients)

        residuals, jacobian = tf.vectorized_map(at_point, rank, fallback_to_while_loop=False)
        if mask is not None:
            residuals *= mask[:, tf.newaxis]
            jacobian *= mask[:, tf.newaxis, tf.newaxis]
        size = jacobian.shape[-1]
        return tf.reshape(residuals, (self.rows,)), tf.reshape(jacobian, (self.rows, size))


def _part_of_set(arrays: Arrays, index: int | tf.Tensor, count: int) -> dict[str, tf.Tensor]:
    """The share of one point set, its weights such that the means over the shares add up."""
    rows = share_of(arrays["points"], index, count)
    found = {key: rows.of(array) if array.shape.rank else array for key, array in arrays.items()}
    return found | {
        key: scaled(array, rows.portion)
        for key, array in found.items()
        if key.startswith("weights.")
    }
