"""Quasi-Newton methods that keep the inverse Hessian as a matrix."""

from __future__ import annotations

from typing import NamedTuple

import keras
import tensorflow as tf

from kerasphys.optimizers.quasi_newton import QuasiNewton


class Curvature(NamedTuple):
    """What the scaling of an update depends on, each `()`.

    Attributes:
        b: `sᵀH⁻¹s / sᵀy`.
        h: `yᵀHy / sᵀy`.
        size: The number of parameters.
    """

    b: tf.Tensor
    h: tf.Tensor
    size: int


class DenseQuasiNewton(QuasiNewton):
    """The base of the self-scaled Broyden class with a dense inverse Hessian.

        v = √(yᵀHy) (s / sᵀy − Hy / yᵀHy)
        H ← [H − Hy yᵀH / yᵀHy + φ v vᵀ] / τ + s sᵀ / sᵀy

    A subclass says `τ` and `φ` in `scaling`. The first pair scales the identity by `sᵀy / yᵀy`:
    self-scaling enlarges `H` only, and where the identity is too large it would take one long
    search for each parameter. An iteration reads the matrix twice for products, and once more to
    update it, in place under XLA.
    """

    inverse_hessian: keras.Variable

    @staticmethod
    def scaling(curvature: Curvature) -> tuple[tf.Tensor, tf.Tensor]:
        """The divisor `τ > 0` and the share `φ` of the update."""
        raise NotImplementedError

    def _check_size(self, size: int, dtype: str) -> None:
        self._refuse_large(
            size, dtype, "kp.optimizers.LBFGS or kp.optimizers.LevenbergMarquardt(solver='cg')"
        )

    def _build_memory(self, size: int, dtype: str) -> None:
        super()._build_memory(size, dtype)
        self.inverse_hessian = self.add_variable(
            (size, size), "identity", dtype=dtype, name="inverse_hessian"
        )

    def _product(self, vector: tf.Tensor) -> tf.Tensor:
        return tf.linalg.matvec(self.inverse_hessian.value, vector)

    def _learn(
        self, s: tf.Tensor, y: tf.Tensor, b: tf.Tensor, teach: tf.Tensor, forget: tf.Tensor
    ) -> None:
        # One elementwise pass for all cases: a branch would make XLA copy the matrix.
        s, y = tf.where(teach, s, 0), tf.where(teach, y, 0)
        sy, yy = tf.tensordot(s, y, 1), tf.tensordot(y, y, 1)
        product = tf.where(forget, y, self._product(y))
        lost = teach & ~(tf.tensordot(y, product, 1) > 0)  # rounding made H indefinite
        self.restarts.assign_add(tf.cast(lost & ~forget, "int64"))
        forget = forget | lost
        b = tf.where(lost, tf.tensordot(s, s, 1) / sy, b)
        product = tf.where(forget, y, product)

        one = tf.ones_like(sy)
        initial = tf.where(teach & (self.fresh.value | forget), sy / yy, one)
        product = initial * product
        yhy = tf.tensordot(y, product, 1)

        def guarded(value: tf.Tensor) -> tf.Tensor:
            return tf.where(teach, value, one)

        sy, yhy = guarded(sy), guarded(yhy)
        tau, phi = self.scaling(Curvature(guarded(b / initial), guarded(yhy / sy), self.size))
        tau, phi = guarded(tau), guarded(phi)
        v = tf.sqrt(yhy) * (s / sy - product / yhy)
        self.inverse_hessian.assign(
            _restarted(self.inverse_hessian.value, forget) * (initial / tau)
            - _square(product / tf.sqrt(yhy * tau))
            + tf.sign(phi) * _square(tf.sqrt(tf.abs(phi) / tau) * v)
            + _square(s / tf.sqrt(sy))
        )


def _restarted(matrix: tf.Tensor, forget: tf.Tensor) -> tf.Tensor:
    """The identity if `forget`, else the matrix."""
    columns = tf.range(matrix.shape[0])
    rows = tf.where(forget, columns, -1)  # not a constant: it would be stored, and read each time
    kept = tf.where(forget, tf.zeros((), matrix.dtype), matrix)
    return kept + tf.cast(rows[:, None] == columns, matrix.dtype)


def _square(vector: tf.Tensor) -> tf.Tensor:
    """`v vᵀ`, symmetric to the last bit, however it is fused."""
    return vector[:, None] * vector
