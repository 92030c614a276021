"""What the optimizer of a model minimises."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

from kerasphys.optimizers import Evaluation

if TYPE_CHECKING:
    from kerasphys.models.physics_model import PhysicsModel


class ModelObjective:
    """The weighted sum of the terms of a model on one element of its data, plus regularisers.

    Args:
        model: The model.
        data: One element of the training or validation data.
        training: Whether it is a training step.
    """

    def __init__(self, model: PhysicsModel, data: Any, training: bool):
        self.model = model
        self.data = data
        self.training = training

    def terms(self) -> tf.Tensor:
        """The terms of the loss without their weights, `(k,)`, in the order of the model."""
        return tf.stack(list(self.model.loss_terms(self.data, self.training).values()))

    def value(self) -> tuple[tf.Tensor, tf.Tensor]:
        """The loss `()` and its terms `(k,)`."""
        terms = self.terms()
        return self.weighted(terms) + self.remainder(), terms

    def evaluate(self) -> Evaluation:
        """The loss, its flat gradient `(P,)` and its terms `(k,)`."""
        with tf.GradientTape() as tape:
            loss, terms = self.value()
        return Evaluation(loss, self.flat_gradient(tape, loss), terms)

    def weighted(self, terms: tf.Tensor) -> tf.Tensor:
        """The sum of the terms, each with its weight."""
        return tf.reduce_sum(self.weights * terms)

    @property
    def weights(self) -> tf.Tensor:
        """The weights of the terms, `(k,)`."""
        return tf.stack([weight.value for weight in self.model.loss_weights.values()])

    def remainder(self) -> tf.Tensor:
        """The sum of the regularisers."""
        losses = [tf.cast(loss, self.model.compute_dtype) for loss in self.model.losses]
        return tf.add_n(losses) if losses else tf.zeros((), self.model.compute_dtype)

    def remainder_gradient(self) -> tf.Tensor | None:
        """The flat gradient `(P,)` of the regularisers; `None` where there are none."""
        with tf.GradientTape() as tape:
            remainder = self.remainder()
        return self.flat_gradient(tape, remainder) if self.model.losses else None

    def flat_gradient(self, tape: tf.GradientTape, target: tf.Tensor) -> tf.Tensor:
        """The gradient of a scalar by the trainable variables, as one vector `(P,)`."""
        return flat(self.gradients(tape, target))

    def gradients(self, tape: tf.GradientTape, target: tf.Tensor) -> list[tf.Tensor]:
        """The gradient of a scalar by each trainable variable."""
        return tape.gradient(
            target,
            [v.value for v in self.model.trainable_variables],  # a Keras variable has no ZERO
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )


def flat(tensors: Sequence[tf.Tensor]) -> tf.Tensor:
    """Tensors as one vector."""
    return tf.concat([tf.reshape(tensor, (-1,)) for tensor in tensors], axis=0)


def unflat(vector: tf.Tensor, variables: Sequence[keras.Variable]) -> list[tf.Tensor]:
    """A vector cut into the shapes of variables."""
    parts = tf.split(vector, [math.prod(v.shape) for v in variables])
    return [tf.reshape(part, v.shape) for part, v in zip(parts, variables, strict=True)]


def over_blocks(
    count: int, contribution: Callable[[tf.Tensor], Sequence[tf.Tensor]], zeros: Sequence[tf.Tensor]
) -> list[tf.Tensor]:
    """The sums over blocks of what each contributes, with the memory of one block."""
    if count == 1:
        return list(contribution(tf.constant(0)))

    def body(block: tf.Tensor, sums: list) -> tuple[tf.Tensor, list]:
        parts = contribution(block)
        return block + 1, [total + part for total, part in zip(sums, parts, strict=True)]

    _, sums = tf.while_loop(
        lambda block, _: block < count,
        body,
        (tf.constant(0), list(zeros)),
        parallel_iterations=1,
        maximum_iterations=count,
    )
    return sums


def division(count: int, block: int) -> tuple[int, int]:
    """The number of blocks, and the rows of each; the last may overlap the one before."""
    blocks = math.ceil(count / block)
    return blocks, math.ceil(count / blocks)


def take_rows(array: tf.Tensor, first: Any, rows: int) -> tf.Tensor:
    """So many rows of an array; XLA knows their number."""
    rest = array.shape[1:]
    return tf.slice(array, [first, *(0 for _ in rest)], [rows, *rest])
