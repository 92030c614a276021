"""The BFGS method with self-scaling."""

from __future__ import annotations

import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys.optimizers.dense import Curvature, DenseQuasiNewton


@serializable
class SSBFGS(DenseQuasiNewton):
    """The self-scaled BFGS method: before an update, `H` grows where it was too small.

    `φ = 1`, `τ = min(1, sᵀy / sᵀH⁻¹s)`.

    Args:
        learning_rate: Positive float, a factor of the first trial step of every iteration.
        name: String or `None`.

    Raises:
        ValueError: At build, if there are more than 8,000 trainable parameters.

    Example:
        ```python notest
        model.compile(optimizer=kp.optimizers.SSBFGS(), jit_compile=True)
        ```

    Reference:
        Al-Baali, Numerical experience with a class of self-scaling quasi-Newton algorithms, 1998;
        Urbán et al., 2024, https://arxiv.org/abs/2405.04230 (for networks of physics)
    """

    @staticmethod
    def scaling(curvature: Curvature) -> tuple[tf.Tensor, tf.Tensor]:
        one = tf.ones_like(curvature.b)
        return tf.minimum(one, 1 / curvature.b), one
