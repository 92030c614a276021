"""What the optimizer of a model minimises."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import keras
import tensorflow as tf

from kerasphys.models.half_precision import scale_of
from kerasphys.optimizers import Evaluation

if TYPE_CHECKING:
    from kerasphys.models.physics_model import PhysicsModel


class ModelObjective:
    """The weighted sum of the terms of a model on one element of its data, plus regularisers.

    Args:
        model: The model.
        data: One element of the training or validation data.
        training: Whether it is a training step.

    Attributes:
        share: What part of the data of a step these are, where it is spread over several devices.
        counts: Whether it is any part of them.
        outputs: What the network returned when the terms were last evaluated, where a metric
            needs it, or `None`.
    """

    counts: bool | tf.Tensor = True
    outputs: tf.Tensor | None = None

    def __init__(self, model: PhysicsModel, data: Any, training: bool):
        self.model = model
        self.data = data
        self.training = training
        self.share: float | tf.Tensor = 1.0

    def part(self, index: int | tf.Tensor, count: int) -> Self:
        """One of `count` objectives of which this one is the sum, each of its share of the data.

        Args:
            index: Its number, below `count`.
            count: Positive integer.
        """
        rows = share_of(keras.tree.flatten(self.data)[0], index, count)
        return self._part(rows, keras.tree.map_structure(rows.of, self.data))

    def _part(self, rows: Share, data: Any) -> Self:
        part = type(self)(self.model, data, self.training)
        part.share = rows.portion
        part.counts = rows.portion > 0
        return part

    def each(self, function: Callable[[Any], None]) -> None:
        """Calls a function of the objective of each replica: this one."""
        function(self)

    def terms(self) -> tf.Tensor:
        """The terms of the loss without their weights, `(k,)`, in the order of the model."""
        terms = tf.stack(list(self.model.loss_terms(self.data, self.training).values()))
        return scaled(terms, self.share)

    def value(self) -> tuple[tf.Tensor, tf.Tensor]:
        """The loss `()` and its terms `(k,)`."""
        terms = self.terms()
        return self.weighted(terms) + self.remainder(), terms

    def evaluate(self) -> Evaluation:
        """The loss, its flat gradient `(P,)` and its terms `(k,)`."""
        scale = scale_of(getattr(self.model, "optimizer", None))
        with tf.GradientTape() as tape:
            loss, terms = self.value()
            target = loss if scale is None else loss * tf.cast(scale, loss.dtype)
        gradient = self.flat_gradient(tape, target)
        if scale is not None:
            gradient /= tf.cast(scale, gradient.dtype)
        return Evaluation(loss, gradient, terms)

    def weighted(self, terms: tf.Tensor) -> tf.Tensor:
        """The sum of the terms, each with its weight."""
        return tf.reduce_sum(self.weights * terms)

    @property
    def weights(self) -> tf.Tensor:
        """The weights of the terms, `(k,)`."""
        return tf.stack([weight.value for weight in self.model.loss_weights.values()])

    def remainder(self) -> tf.Tensor:
        """The sum of the regularisers."""
        dtype = self.model.compute_dtype
        losses = [tf.cast(loss, dtype) for loss in self.model.losses]
        return scaled(tf.add_n(losses), self.share) if losses else tf.zeros((), dtype)

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


@dataclass(frozen=True)
class Share:
    """The rows that belong to one of several parts of an array.

    A part is never empty: where there are fewer rows than parts it has one that counts as nothing.

    Attributes:
        first: The first row.
        rows: Their number, at least 1; an integer where it is known before the step runs.
        portion: Their number among all, 0 for what counts as nothing.
    """

    first: Any
    rows: Any
    portion: Any

    def of(self, array: tf.Tensor) -> tf.Tensor:
        """The rows of an array."""
        return take_rows(array, self.first, self.rows)


def share_of(array: tf.Tensor, index: int | tf.Tensor, count: int) -> Share:
    """The rows of an array that belong to a part.

    Args:
        array: Tensor `(n, ...)`.
        index: The number of the part, below `count`; an integer for shapes that are known.
        count: Positive integer, the number of parts.

    Raises:
        ValueError: If the index is a tensor and the rows of the parts would differ in number.
    """
    total = array.shape[0]
    if isinstance(index, int) and total is not None:
        first = index * total // count
        rows = (index + 1) * total // count - first
        return Share(min(first, total - 1), max(rows, 1), rows / total)
    if total is not None and total % count == 0:
        return Share(index * (total // count), total // count, 1 / count)
    if not isinstance(index, int):
        raise ValueError(
            f"On a TPU each of the {count} replicas takes as many rows, known before the step "
            f"runs. Received: {'an unknown number of' if total is None else total} rows. Take a "
            f"batch size, or numbers of points, that {count} divides; the batches of a "
            "tf.data.Dataset need drop_remainder=True."
        )
    total = tf.shape(array)[0]
    first = index * total // count
    rows = (index + 1) * total // count - first
    return Share(tf.minimum(first, total - 1), tf.maximum(rows, 1), rows / total)


def scaled(tensor: tf.Tensor, factor: float | tf.Tensor) -> tf.Tensor:
    """A tensor times a number, which tf.cast would round to float32."""
    return tensor * (tf.cast(factor, tensor.dtype) if tf.is_tensor(factor) else factor)


def take_rows(array: tf.Tensor, first: Any, rows: int) -> tf.Tensor:
    """So many rows of an array; XLA knows their number."""
    rest = array.shape[1:]
    return tf.slice(array, [first, *(0 for _ in rest)], [rows, *rest])
