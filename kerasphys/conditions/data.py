"""Measured values at points inside the domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys._validation import check_array, message
from kerasphys.conditions.condition import FieldCondition
from kerasphys.conditions.located import Located
from kerasphys.derivatives import Namespace
from kerasphys.geometry import Geometry, PointCloud, Region


@serializable
class Data(FieldCondition):
    """Readings of fields at fixed positions.

    Args:
        at: Positions, array of shape `(n, d)`, columns in the order of the domain's coordinates.
        weight: Non-negative number, the factor of the mean square misfit in the loss.
        **fields: For each measured field its readings, array of shape `(n,)`.

    Raises:
        ValueError: If the lengths differ, or a number is not finite; when the problem is made, if
            a position lies outside the domain.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        positions = np.array([[0.2, 0.0], [0.2, 0.5], [0.8, 0.5]])  # x, t
        kp.Data(at=positions, u=np.array([0.31, 0.27, 0.11]))
        ```
    """

    has_own_points = True

    def __init__(self, at: np.ndarray | Sequence, weight: float = 1.0, **fields: Any):
        self.at = check_array("at", at, (None, None))
        for name, readings in fields.items():
            if callable(readings) or np.ndim(readings) != 1:
                raise TypeError(message(name, f"an array of {len(self.at)} readings", readings))
            check_array(name, readings, (len(self.at),))
        super().__init__(None, weight, fields)

    def region(self, domain: Geometry) -> Region:
        return PointCloud(self.at, domain.coordinates)

    def residuals(self, at: Located) -> tuple[tf.Tensor, ...]:
        return tuple(at.values[name] - at.givens[name] for name in self.fields)

    def check(self, namespace: Namespace, domain: Geometry) -> None:
        check_array(
            "at",
            self.at,
            (None, len(namespace.coordinates)),
            f"One column for each of {', '.join(namespace.coordinates)}.",
        )
        super().check(namespace, domain)
        outside = np.flatnonzero(~domain.contains(self.at))
        if len(outside):
            raise ValueError(
                f"Argument `at` must lie inside the domain. Received: {len(outside)} positions "
                f"outside, the first is {self.at[outside[0]].tolist()} at index {outside[0]}."
            )

    def describe(self) -> str:
        return f"Data({', '.join(self.fields)}) at {len(self.at)} positions"

    def get_config(self) -> dict[str, Any]:
        return {
            "at": self.at.tolist(),
            "weight": self.weight,
            "values": self._serialized_givens(),
        }
