"""The loss of a `SupervisedModel`; for a mean square error also its residuals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Self

import keras
import tensorflow as tf

from kerasphys.datasets.samples import POINTS
from kerasphys.models.objective import (
    ModelObjective,
    division,
    flat,
    over_blocks,
    scaled,
    share_of,
    take_rows,
)
from kerasphys.models.sample_layout import common_points, count_points

if TYPE_CHECKING:
    from kerasphys.models.supervised_model import SupervisedModel

JACOBIAN_BLOCK = 512


class RegressionObjective(ModelObjective):
    """Any loss of predictions and targets; a least-squares objective where that is `"mse"`.

    Args:
        model: The model, compiled with a loss.
        data: `(x, y)` or `(x, y, weights)`, of static shapes for a least-squares optimizer.
        training: Whether it is a training step.
    """

    model: SupervisedModel

    def part(self, index: int | tf.Tensor, count: int) -> Self:
        x, *others = self.data  # targets, and weights if there are any
        rows = share_of(others[0], index, count)
        common = common_points(x)
        x = keras.tree.map_structure(lambda array: array if array is common else rows.of(array), x)
        part = self._part(rows, (x, *map(rows.of, others)))
        if others[1:]:
            dtype = self.model.variable_dtype  # a TPU has no float64
            weights, all_weights = (
                tf.reduce_sum(tf.cast(data[2], dtype)) for data in (part.data, self.data)
            )
            fraction = tf.math.divide_no_nan(weights, all_weights)
            part.share = tf.where(part.counts, fraction, tf.zeros_like(fraction))
        return part

    def terms(self) -> tf.Tensor:
        x, y, weights = keras.utils.unpack_x_y_sample_weight(self.data)
        self.outputs = self.model.standardized(x, training=self.training)
        loss = self.model.sample_loss(y, self.outputs, weights)
        return scaled(tf.stack([loss]), self.share)

    @property
    def groups(self) -> list[_Samples]:
        """The residuals `(prediction - y) / sqrt(size)`.

        Raises:
            ValueError: If the loss is not the mean square error, or the samples change.
        """
        loss = getattr(self.model._compile_loss, "_user_loss", None)
        if loss not in ("mse", "mean_squared_error") and not isinstance(
            loss, keras.losses.MeanSquaredError
        ):
            raise ValueError(
                f"{type(self.model.optimizer).__name__} minimises sums of squares. Compile with "
                "loss='mse', or take another optimizer, such as kp.optimizers.SSBroyden()."
            )
        return [_Samples(self)]

    def product(self, vector: tf.Tensor) -> tf.Tensor:
        """`(JᵀJ) vector`, from the Jacobian of one block after another."""
        (group,) = self.groups

        def contribution(block: tf.Tensor) -> list[tf.Tensor]:
            _, jacobian = group(block)
            return [tf.linalg.matvec(jacobian, tf.linalg.matvec(jacobian, vector), True)]

        return over_blocks(group.blocks, contribution, [tf.zeros_like(vector)])[0]


class _Samples:
    """Residuals and Jacobian of so many samples at a time; of an operator, at one point each."""

    def __init__(self, objective: RegressionObjective):
        self._objective = objective
        self._x, self._y = objective.data[:2]
        if self._y.shape[0] is None:
            raise ValueError("A least-squares optimizer needs all samples at once: pass arrays.")
        self._points = count_points(objective.data)
        if self._points:
            self._y = tf.reshape(self._y, (-1, 1, self._y.shape[-1]))
        self._count, self._outputs = self._y.shape[0], math.prod(self._y.shape[1:])
        self.blocks, self._rows = division(self._count, JACOBIAN_BLOCK)
        self.rows = self._rows * self._outputs

    def __call__(self, block: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        start = tf.minimum(block * self._rows, self._count - self._rows)
        fresh = tf.cast(start + tf.range(self._rows) >= block * self._rows, self._y.dtype)

        def of_sample(sample: Any) -> tuple[tf.Tensor, tf.Tensor]:
            x, y = sample
            model = self._objective.model
            with tf.GradientTape(persistent=True) as tape:
                one, target = keras.tree.map_structure(lambda t: t[tf.newaxis], (x, y))
                outputs = model.standardized(one, training=True)
                difference = tf.reshape(outputs - model.output_scaling(target), (-1,))
                factor = math.sqrt(self._count * self._outputs)
                residuals = tf.unstack(difference / factor, num=self._outputs)
            gradients = [flat(self._objective.gradients(tape, r)) for r in residuals]
            return tf.stack(residuals), tf.stack(gradients)

        block_data = self._inputs_of(start), take_rows(self._y, start, self._rows)
        residuals, jacobian = tf.vectorized_map(of_sample, block_data, fallback_to_while_loop=False)
        factor = tf.sqrt(scaled(fresh, self._objective.share))
        residuals *= factor[:, tf.newaxis]
        jacobian *= factor[:, tf.newaxis, tf.newaxis]
        size = jacobian.shape[-1]
        return tf.reshape(residuals, (self.rows,)), tf.reshape(jacobian, (self.rows, size))

    def _inputs_of(self, start: tf.Tensor) -> Any:
        """The inputs of a block; for an operator each function with one of its points."""
        if not self._points:
            return keras.tree.map_structure(lambda t: take_rows(t, start, self._rows), self._x)
        numbers = start + tf.range(self._rows)
        inputs = {
            name: tf.gather(tensor, numbers // self._points)
            for name, tensor in self._x.items()
            if name != POINTS
        }
        points = self._x[POINTS]
        if common_points(self._x) is not None:
            inputs[POINTS] = tf.gather(points, numbers % self._points)[:, tf.newaxis]
        else:
            inputs[POINTS] = tf.gather(tf.reshape(points, (-1, 1, points.shape[-1])), numbers)
        return inputs
