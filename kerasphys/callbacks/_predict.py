"""What a model says at points, whatever kind of Keras model it is."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

BATCH_SIZE = 65536


def predict(model: keras.Model, points: np.ndarray) -> np.ndarray:
    """The outputs `(n, m)` at points `(n, d)`, in the model's own precision.

    Raises:
        ValueError: If the model does not return one row for each point.
    """
    # a dataset, because Keras casts arrays to floatx, whatever the model's precision
    batches = tf.data.Dataset.from_tensor_slices(points).batch(BATCH_SIZE)
    outputs = np.asarray(model.predict(batches, verbose=0))
    if outputs.ndim == 1:
        outputs = outputs[:, None]
    if outputs.ndim != 2 or len(outputs) != len(points):
        raise ValueError(
            "The model must return outputs of shape (n, m) for points of shape (n, d). Received: "
            f"outputs of shape {outputs.shape} for points of shape {points.shape}."
        )
    return outputs
