"""Networks with a known closed form, so that every loss can be computed by hand."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

import kerasphys as kp


class Formula(keras.layers.Layer):
    """Fields given by formulas of the physical coordinates, in the place of a network."""

    def __init__(self, domain, *formulas):
        super().__init__(dtype="float64")
        self.lower, self.upper = (tf.constant(bound) for bound in domain.bounds)
        self.formulas = formulas

    def call(self, scaled):
        points = self.lower + (scaled + 1) / 2 * (self.upper - self.lower)
        columns = tf.unstack(points, axis=1)
        return tf.stack([formula(*columns) for formula in self.formulas], axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], len(self.formulas))


def formula_model(problem, *formulas, **kwargs):
    """A model whose fields are the formulas."""
    return kp.models.PINNModel(Formula(problem.domain, *formulas), problem, **kwargs)


def loss_terms(problem, *formulas, weights=None, **points):
    """The loss of each condition for fields that are given by formulas."""
    model = formula_model(problem, *formulas)
    sets = problem.points(weights=weights, **points)
    terms = model.loss_terms(sets.tensors("float64"), training=False)
    return {name: float(term) for name, term in terms.items()}


def mean_square(*residuals, weights=1.0):
    """The loss of a condition, computed with NumPy."""
    return float(np.mean(weights * sum(np.square(residual) for residual in residuals)))
