"""What quasi-Newton methods have in common."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from kerasphys.optimizers.line_search import wolfe_search
from kerasphys.optimizers.objective import Evaluation, Objective
from kerasphys.optimizers.second_order import SecondOrder, is_finite

MEMORY = 0.9  # of the stride, of its last value
SHORTEST = 0.1  # stride


class QuasiNewton(SecondOrder):
    """The base of methods that learn an inverse Hessian `H` from the gradients they meet.

    One iteration searches along `-H g` and teaches `H` the pair `s` (step) and `y` (change of the
    gradient). Where `-H g` does not descend, or nothing is found along it, `H` is the identity
    again. A subclass keeps `H`: `_product` and `_learn`.

    The first trial is not the full step: self-scaled updates leave `H` too large, by a factor that
    changes slowly. `stride` follows it: the geometric mean of the steps at which the slope would
    have vanished, from what each search found. Without it, every other first trial of `SSBroyden`
    is too long on a physics-informed network.
    """

    fresh: keras.Variable
    stride: keras.Variable

    def _build_memory(self, size: int, dtype: str) -> None:
        self.fresh = self.add_variable((), "ones", dtype="bool", name="fresh")
        self.stride = self.add_variable((), "ones", dtype=dtype, name="stride")

    def _product(self, vector: tf.Tensor) -> tf.Tensor:
        """The product `H vector`, `(P,)`."""
        raise NotImplementedError

    def _learn(
        self, s: tf.Tensor, y: tf.Tensor, b: tf.Tensor, teach: tf.Tensor, forget: tf.Tensor
    ) -> None:
        """Makes `H` the identity if `forget`, then updates it if `teach`.

        Args:
            s: The step, `(P,)`.
            y: The change of the gradient along it, `(P,)`. `sᵀy > 0` if `teach`.
            b: `sᵀH⁻¹s / sᵀy`, `()`: also the step along `-H g` at which, by the secant, the
                slope would have vanished.
            teach: Whether to update, `()`. If not, `s`, `y` and `b` may be anything.
            forget: Whether to start again, `()`.
        """
        raise NotImplementedError

    def _advance(self, objective: Objective, start: Evaluation) -> Evaluation:
        position = self._position()
        gradient = start.gradient
        known = -self._product(gradient)
        epsilon = float(np.finfo(self.dtype).eps)
        descends = tf.tensordot(gradient, known, 1) < -epsilon * tf.norm(gradient) * tf.norm(known)
        direction = tf.where(descends, known, -gradient)
        steepest = self.fresh.value | ~descends

        def evaluate_at(step: tf.Tensor) -> Evaluation:
            self._move(position + step * direction)
            return self._evaluate(objective)

        trial = self._first_trial()
        shortened = trial * tf.minimum(tf.ones_like(trial), 1 / tf.norm(gradient))
        first_step = tf.where(steepest, shortened, self.stride.value * trial)
        step, end = wolfe_search(evaluate_at, start, direction, first_step)

        possible = is_finite(start)
        resting = tf.reduce_all(gradient == 0)
        moved = (step > 0) & ~resting
        s = step * direction
        y = end.gradient - gradient
        curved = tf.tensordot(s, y, 1) > epsilon * tf.norm(s) * tf.norm(y)
        forget = possible & ~resting & ~(moved & descends)
        restarted = forget & ~self.fresh.value
        self.restarts.assign_add(tf.cast(restarted, "int64"))
        self.skipped.assign_add(tf.cast(moved & ~curved, "int64"))
        self.stalled.assign_add(tf.cast(possible & steepest & ~moved, "int64"))
        teach = moved & curved
        b = -step * tf.tensordot(s, gradient, 1) / tf.tensordot(s, y, 1)
        self._learn(s, y, b, teach, forget)
        self.fresh.assign((self.fresh.value | forget) & ~teach)
        stride = self.stride.value
        measured = tf.clip_by_value(tf.where(teach & ~steepest, b, stride), SHORTEST, 1.0)
        mean = tf.pow(stride, MEMORY) * tf.pow(measured, 1 - MEMORY)
        self.stride.assign(tf.where(forget, tf.ones_like(mean), mean))
        return end
