"""The loss that a model was compiled with, as a mean over samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from kerasphys._validation import message

MEANS = ("sum_over_batch_size", "mean", "mean_with_sample_weight")
RELATIVE = (
    keras.losses.mean_absolute_percentage_error,
    keras.losses.mean_squared_logarithmic_error,
)


class SampleLoss:
    """A Keras loss in the precision of its arguments; Keras' own call casts to floatx.

    The loss of a batch is the mean over its samples, and over the grid; with weights the weighted
    mean `Σ w loss / Σ w`.

    Args:
        loss: What `compile` took: a name, a Keras loss, or a function of targets and predictions.

    Attributes:
        relative: Whether the loss means something in physical units only.
        from_logits: Whether a classification loss takes logits, not probabilities.

    Raises:
        TypeError: If there are several losses.
        ValueError: If the loss is no mean.
    """

    def __init__(self, loss: Any):
        if isinstance(loss, dict | list | tuple):
            raise TypeError(message("loss", "one loss: a name, a Keras loss or a function", loss))
        found = keras.losses.get(loss)
        reduction = getattr(found, "reduction", MEANS[0])
        if reduction not in MEANS:
            expected = "a loss whose reduction is 'sum_over_batch_size', the mean"
            raise ValueError(message("loss", expected, reduction))
        function = getattr(found, "fn", found)
        self.relative = getattr(found, "physical_units", False) or function in RELATIVE
        self.from_logits = getattr(found, "from_logits", False)
        self._values: Callable = found.call if isinstance(found, keras.losses.Loss) else found

    def __call__(self, y: tf.Tensor, prediction: tf.Tensor, weights: Any = None) -> tf.Tensor:
        """The loss of a batch, a scalar."""
        values = tf.cast(self._values(y, prediction), prediction.dtype)
        if weights is None:
            return tf.reduce_mean(values)
        weights = tf.cast(weights, values.dtype)
        if weights.shape.rank > values.shape.rank:
            raise ValueError(
                "The loss must return a value for each weight. Received: values of shape "
                f"{values.shape} for weights of shape {weights.shape}."
            )
        values = tf.reduce_mean(values, axis=tuple(range(weights.shape.rank, values.shape.rank)))
        return tf.math.divide_no_nan(tf.reduce_sum(weights * values), tf.reduce_sum(weights))
