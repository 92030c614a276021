"""The method of Broyden, Fletcher, Goldfarb and Shanno."""

from __future__ import annotations

import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys.optimizers.dense import Curvature, DenseQuasiNewton


@serializable
class BFGS(DenseQuasiNewton):
    """The BFGS method, with the inverse Hessian as a matrix.

    For networks of physics `SSBroyden` is nearly always better; this is what it is compared with.

    Args:
        learning_rate: Positive float, a factor of the first trial step of every iteration.
        name: String or `None`.

    Raises:
        ValueError: At build, if there are more than 8,000 trainable parameters.

    Example:
        ```python notest
        model.compile(optimizer=kp.optimizers.BFGS(), jit_compile=True)
        ```

    Reference:
        Nocedal and Wright, Numerical Optimization, 2006, chapter 6
    """

    @staticmethod
    def scaling(curvature: Curvature) -> tuple[tf.Tensor, tf.Tensor]:
        one = tf.ones_like(curvature.b)
        return one, one
