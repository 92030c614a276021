"""Random conductivities on the unit square."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasphys._validation import check_choice, check_positive, message
from kerasphys.datasets.random_field import RandomField

KINDS = ("piecewise", "lognormal")


class Conductivity:
    """A law of conductivities that follow from a Gaussian field `z` of 64 wavenumbers.

    Args:
        kind: `"piecewise"`: one of two values by the sign of `z`; `"lognormal"`: `exp(z)`.
        conductivities: Two positive numbers, the values where `z < 0` and elsewhere, if piecewise.
        deviation: Positive number, the root mean square of `z`, if lognormal.
        tau: Non-negative number, the inverse length of `z`.
        gamma: Positive number, the smoothness of `z`.
    """

    def __init__(
        self,
        kind: str,
        conductivities: Sequence[float],
        deviation: float,
        tau: float,
        gamma: float,
    ):
        self.kind = check_choice("kind", kind, KINDS)
        self.values = _check_pair(conductivities)
        self.deviation = check_positive("deviation", deviation)
        self.field = RandomField("neumann", 2, tau=tau, gamma=gamma, modes=64)

    @property
    def arguments(self) -> dict[str, Any]:
        """All on which the law depends."""
        arguments = {"kind": self.kind, "tau": self.field.tau, "gamma": self.field.gamma}
        if self.kind == "piecewise":
            return arguments | {"conductivities": list(self.values)}
        return arguments | {"deviation": self.deviation}

    def fields(self, series: np.ndarray, points: int) -> np.ndarray:
        """Conductivities `(samples, points, points)`, from coefficients of `field`."""
        z = self.field.values(series, points)
        if self.kind == "piecewise":
            low, high = self.values
            return np.where(z >= 0, high, low)
        return np.exp(self.deviation / self.field.deviation * z)


def _check_pair(conductivities: Sequence[float]) -> tuple[float, float]:
    if isinstance(conductivities, str) or not isinstance(conductivities, Sequence):
        raise TypeError(message("conductivities", "two positive numbers", conductivities))
    if len(conductivities) != 2:
        raise ValueError(message("conductivities", "two positive numbers", conductivities))
    low, high = (check_positive("conductivities", value) for value in conductivities)
    return low, high
