"""The self-scaled Broyden method."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys.optimizers.dense import Curvature, DenseQuasiNewton


@serializable
class SSBroyden(DenseQuasiNewton):
    """The self-scaled Broyden method: it chooses the member of the class and the scale each time.

    The method of choice for physics-informed networks up to a few thousand parameters. Train on
    all points at once, in float64, under XLA.

    Args:
        learning_rate: Positive float, a factor of the first trial step of every iteration.
        name: String or `None`.

    Raises:
        ValueError: At build, if there are more than 8,000 trainable parameters.

    Example:
        ```python notest
        model.compile(
            optimizer=kp.optimizers.SSBroyden(), jit_compile=True, steps_per_execution=50
        )
        model.fit(points, epochs=60, steps_per_epoch=100)
        ```

    Reference:
        Al-Baali, Numerical experience with a class of self-scaling quasi-Newton algorithms, 1998;
        Urbán et al., 2024, https://arxiv.org/abs/2405.04230;
        Kiyani et al., 2025, https://arxiv.org/abs/2501.16371
    """

    @staticmethod
    def scaling(curvature: Curvature) -> tuple[tf.Tensor, tf.Tensor]:
        b, h, size = curvature
        one = tf.ones_like(b)
        # Not negative by Cauchy and Schwarz, but rounding knows no such law; 0 if s and Hy align.
        a = tf.maximum(h * b - 1, float(np.finfo(b.dtype.as_numpy_dtype).eps))
        c = tf.sqrt(a / (a + 1))
        rho = tf.minimum(one, h / ((a + 1) * (1 + c)))  # h (1 - c), without the cancellation
        theta = tf.maximum((rho - 1) / a, tf.minimum(1 / rho, (1 - b) / b))
        sigma = 1 + theta * a
        scale = tf.pow(sigma, -1.0 / max(size - 1, 1))
        shrunk = tf.minimum(one, 1 / b)
        positive = theta > 0
        bound = tf.where(positive, 1 / tf.where(positive, theta, one), one)
        tau = tf.where(
            positive,
            shrunk * tf.minimum(scale, bound),
            tf.minimum(shrunk * scale, sigma),
        )
        return tau, (1 - theta) / sigma
