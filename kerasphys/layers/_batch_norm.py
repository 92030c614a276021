"""Batch normalisation by TensorFlow's fused operation."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
from keras import ops


class BatchNorm(keras.layers.BatchNormalization):
    """`keras.layers.BatchNormalization` with one operation for a training step.

    Keras composes it of elementary operations, each of which passes over the whole tensor: without
    XLA, a training step of a U-Net on CPU then takes twice as long. The fused operation exists in
    single precision; otherwise this is the layer of Keras.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        if not self.uses_batch(training) or mask is not None or inputs.dtype != tf.float32:
            return super().call(inputs, training=training, mask=mask)
        shape = tf.shape(inputs)
        channels = inputs.shape[-1]
        flat = tf.reshape(inputs, [shape[0], -1, 1, channels])
        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            flat, self.gamma.value, self.beta.value, epsilon=self.epsilon, is_training=True
        )
        # the operation divides by one less than the number of values, Keras by the number
        count = tf.cast(tf.size(flat) // channels, variance.dtype)
        variance = variance * tf.maximum(count - 1, 1) / count
        for kept, new in ((self.moving_mean, mean), (self.moving_variance, variance)):
            kept.assign(kept * self.momentum + new * (1 - self.momentum))
        return tf.ensure_shape(tf.reshape(outputs, shape), inputs.shape)

    def uses_batch(self, training: bool | None) -> bool:
        """Whether the statistics are those of the batch."""
        return bool(training) and self.trainable

    def affine(self) -> tuple[Any, Any]:
        """The factor and the addend that it applies to each channel outside training."""
        scale = self.gamma * ops.rsqrt(self.moving_variance + self.epsilon)
        return scale, self.beta - self.moving_mean * scale
