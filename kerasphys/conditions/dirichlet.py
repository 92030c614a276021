"""Values of fields on a boundary, or at the initial time."""

from __future__ import annotations

import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys.conditions.condition import FieldCondition
from kerasphys.conditions.located import Located
from kerasphys.conditions.values import Value
from kerasphys.geometry import Region


@serializable
class Dirichlet(FieldCondition):
    """`u = g` on a region: boundary values, or initial values on `domain.start("t")`.

    Args:
        on: The region.
        weight: Non-negative number, the factor of the mean square error in the loss.
        **fields: For each field its value: a number, an array, a `kp.Table` or a NumPy function
            of the coordinates.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        domain = kp.geometry.Interval(-1, 1, "x") * kp.geometry.Interval(0, 1, "t")
        kp.Dirichlet(u=lambda x: -np.sin(np.pi * x), on=domain.start("t"))
        ```
    """

    def __init__(self, on: Region, weight: float = 1.0, **fields: Value):
        super().__init__(on, weight, fields)

    def residuals(self, at: Located) -> tuple[tf.Tensor, ...]:
        return tuple(at.values[name] - at.givens[name] for name in self.fields)
