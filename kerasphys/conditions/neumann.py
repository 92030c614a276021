"""Normal derivatives of fields on a boundary."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys.conditions.condition import FieldCondition
from kerasphys.conditions.located import Located
from kerasphys.conditions.values import Value
from kerasphys.derivatives import Namespace
from kerasphys.geometry import Region


class NormalCondition(FieldCondition):
    """A condition on normal derivatives: reads `grad_u` and the outward normals."""

    needs_normals = True

    def check_normals(self, normals: np.ndarray, namespace: Namespace) -> None:
        """Refuses a region whose normal points along time."""
        spatial = list(namespace.spatial)
        if not np.allclose(np.linalg.norm(normals[:, spatial], axis=1), 1.0):
            raise ValueError(
                f"{type(self).__name__} needs a wall: a normal without a part along time. For a "
                "rate at the initial time write kp.Residual(lambda u_t: u_t, "
                'on=domain.start("t")).'
            )

    def names(self, namespace: Namespace) -> tuple[str, ...]:
        return (*self.fields, *(f"grad_{name}" for name in self.fields))

    def _normal_derivative(self, name: str, at: Located) -> tf.Tensor:
        gradient = at.values[f"grad_{name}"]  # (n, spatial coordinates)
        return tf.reduce_sum(gradient * at.normals, axis=1)


@serializable
class Neumann(NormalCondition):
    """`∂u/∂n = g` on a boundary, with the outward normal `n`.

    Args:
        on: The part of the boundary.
        weight: Non-negative number, the factor of the mean square error in the loss.
        **fields: For each field the value of its normal derivative: a number, an array, a
            `kp.Table` or a NumPy function of the coordinates.

    Example:
        ```python
        import kerasphys as kp

        plate = kp.geometry.Box((0, 0), (2, 1), names=("x", "y"))
        kp.Neumann(u=0.0, on=plate.boundary("y"))  # insulated above and below
        ```
    """

    def __init__(self, on: Region, weight: float = 1.0, **fields: Value):
        super().__init__(on, weight, fields)

    def residuals(self, at: Located) -> tuple[tf.Tensor, ...]:
        return tuple(self._normal_derivative(name, at) - at.givens[name] for name in self.fields)
