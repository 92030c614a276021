"""Mixed conditions on a boundary: convection, radiation, impedance."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys._validation import check_number
from kerasphys.conditions.located import Located
from kerasphys.conditions.neumann import NormalCondition
from kerasphys.conditions.values import Value
from kerasphys.geometry import Region


@serializable
class Robin(NormalCondition):
    """`alpha u + beta ∂u/∂n = g` on a boundary, with the outward normal `n`.

    Args:
        alpha: Number, the factor of the value.
        beta: Number, the factor of the normal derivative.
        on: The part of the boundary.
        weight: Non-negative number, the factor of the mean square error in the loss.
        **fields: For each field the right-hand side `g`: a number, an array, a `kp.Table` or a
            NumPy function of the coordinates.

    Raises:
        ValueError: If `alpha` and `beta` are both zero.

    Example:
        ```python
        import kerasphys as kp

        rod = kp.geometry.Interval(0, 1, "x")
        # a rod that loses heat to air at 20 degrees: conductivity 2, transfer coefficient 10
        kp.Robin(alpha=10.0, beta=2.0, T=10.0 * 20.0, on=rod.end("x"))
        ```
    """

    def __init__(self, alpha: float, beta: float, on: Region, weight: float = 1.0, **fields: Value):
        self.alpha = check_number("alpha", alpha)
        self.beta = check_number("beta", beta)
        if self.alpha == 0 and self.beta == 0:
            raise ValueError("Arguments `alpha` and `beta` must not both be zero.")
        super().__init__(on, weight, fields)

    def residuals(self, at: Located) -> tuple[tf.Tensor, ...]:
        return tuple(
            self.alpha * at.values[name]
            + self.beta * self._normal_derivative(name, at)
            - at.givens[name]
            for name in self.fields
        )

    def get_config(self) -> dict[str, Any]:
        return {"alpha": self.alpha, "beta": self.beta, **super().get_config()}
