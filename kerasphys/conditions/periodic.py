"""Periodicity across the domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys._validation import check_int, check_name, check_names
from kerasphys.conditions.condition import Condition
from kerasphys.conditions.located import Located
from kerasphys.derivatives import Namespace
from kerasphys.geometry import Geometry, Region


@serializable
class Periodic(Condition):
    """Equal values, and derivatives, at the two ends of a coordinate.

    Args:
        across: The coordinate whose start and end are identified.
        fields: The fields that are periodic: one name or several.
        order: Non-negative integer, the highest derivative along `across` that must agree. An
            equation of order `k` needs `k - 1`.
        weight: Non-negative number, the factor of the mean square jump in the loss.

    Example:
        ```python
        import kerasphys as kp

        kp.Periodic(across="x", fields="u", order=1)  # u and u_x agree
        ```
    """

    def __init__(
        self, across: str, fields: str | Sequence[str], order: int = 1, weight: float = 1.0
    ):
        self.across = check_name("across", across)
        self.fields = check_names("fields", fields)
        self.order = check_int("order", order, minimum=0)
        super().__init__(None, weight, {})

    def region(self, domain: Geometry) -> Region:
        return domain.start(self.across)

    def names(self, namespace: Namespace) -> tuple[str, ...]:
        return self._names

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(
            field + "".join("_" + self.across for _ in range(k))
            for field in self.fields
            for k in range(self.order + 1)
        )

    def residuals(self, at: Located) -> tuple[tf.Tensor, ...]:
        return tuple(at.values[name] - at.images[name] for name in self._names)

    def images(self, points: np.ndarray, domain: Geometry) -> np.ndarray:
        column = domain.coordinates.index(self.across)
        images = points.copy()
        images[:, column] = domain.bounds[1][column]
        return images

    def check(self, namespace: Namespace, domain: Geometry) -> None:
        if self.across not in namespace.coordinates:
            raise ValueError(
                f"Periodic across {self.across!r}, which is not a coordinate of the domain. Its "
                f"coordinates are {', '.join(namespace.coordinates)}."
            )
        super().check(namespace, domain)
        images = self.images(domain.start(self.across).sample(64), domain)
        if not domain.end(self.across).contains(images).all():
            raise ValueError(
                f"Periodic across {self.across!r}, but the start and the end of {domain!r} are not "
                "of one shape: every point of the one must lie opposite a point of the other."
            )
        for name in self.fields:
            if name not in namespace.fields:
                raise ValueError(
                    f"Periodic names {name!r}, which is not a field of the problem. Its fields "
                    f"are {', '.join(namespace.fields)}."
                )

    def describe(self) -> str:
        return f"Periodic({', '.join(self.fields)}) across {self.across}, order {self.order}"

    def get_config(self) -> dict[str, Any]:
        return {
            "across": self.across,
            "fields": list(self.fields),
            "order": self.order,
            "weight": self.weight,
        }
