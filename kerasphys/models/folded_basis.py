"""The fields of an operator network as sums of functions of the points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import tensorflow as tf

if TYPE_CHECKING:
    from kerasphys.models.operator_pinn_model import OperatorPINNModel


class FoldedBasis:
    """Folds what a model makes of its network into the basis functions and the coefficients.

    A field is `G + D (Σ c_k(f) b_k + bias)`, where `G` and `D` make conditions hold exactly. It is
    a sum of the functions `D b_k`, `D` and `G` with the coefficients `c_k(f)`, the bias and one, so
    that its derivatives are those of functions of the points alone.

    Args:
        model: The model.
    """

    def __init__(self, model: OperatorPINNModel):
        self._model = model

    @property
    def compute_dtype(self) -> str:
        """That of the model."""
        return self._model.compute_dtype

    def __call__(self, points: tf.Tensor) -> tf.Tensor:
        """The functions of each field at points `(p, d)`: `(p, m, k)`; `(p, 1, k)` if all agree."""
        model = self._model
        basis = model.network.basis(model.features(points))
        if model.network.bias is not None:
            basis = tf.concat([basis, tf.ones_like(basis[:, :1])], axis=1)
        basis = basis[:, tf.newaxis]
        if model.transform is None:
            return basis
        values, factors = model.transform.parts(points)
        return tf.concat([factors[..., tf.newaxis] * basis, values[..., tf.newaxis]], axis=2)

    def coefficients(
        self, functions: Mapping[str, tf.Tensor], training: bool | None = None
    ) -> tf.Tensor:
        """What multiplies them, for input functions by name: `(n, m, k)`."""
        model = self._model
        scaled = model.scaled_functions(functions)
        found = tf.transpose(model.network.coefficients(scaled, training=training), (0, 2, 1))
        ones = tf.ones_like(found[..., :1])
        if model.network.bias is not None:
            bias = tf.convert_to_tensor(model.network.bias)[:, tf.newaxis]
            found = tf.concat([found, ones * bias], axis=2)
        found *= tf.constant(model.scale, found.dtype)[..., tf.newaxis]
        return found if model.transform is None else tf.concat([found, ones], axis=2)
