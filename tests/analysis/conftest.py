"""Models whose every number can be computed by hand."""

import keras
import numpy as np
import tensorflow as tf

import kerasphys as kp

LINE = kp.geometry.Interval(0.0, 1.0, "x")
SPACE_TIME = kp.geometry.Interval(-1.0, 1.0, "x") * kp.geometry.Interval(0.0, 1.0, "t")
SMALL = {"resolution": 5}


class Sum(keras.layers.Layer):
    """One field, the sum of functions of the coordinates with weights to be trained."""

    def __init__(self, domain, functions, weights):
        super().__init__(dtype="float64")
        self.lower, self.upper = (tf.constant(bound) for bound in domain.bounds)
        self.functions = functions
        self.factors = self.add_weight(
            shape=(len(weights),), initializer=lambda shape, dtype: tf.constant(weights, dtype)
        )

    def call(self, scaled):
        points = self.lower + (scaled + 1) / 2 * (self.upper - self.lower)
        columns = tf.unstack(points, axis=1)
        values = tf.stack([function(*columns) for function in self.functions], axis=1)
        return tf.reduce_sum(self.factors.value * values, axis=1, keepdims=True)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 1)


def sum_model(domain, conditions, functions, weights, hard=False, **kwargs):
    """A model of that sum, and its problem as `model.problem`."""
    problem = kp.Problem(domain, "u", conditions, **kwargs)
    return kp.models.PINNModel(Sum(domain, functions, np.array(weights, float)), problem, hard=hard)
