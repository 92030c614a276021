"""Norms of functions by quadrature, with an estimate of its error."""

from __future__ import annotations

import numpy as np

from kerasphys.analysis.certificates.bound_term import BoundTerm
from kerasphys.geometry import Region, quadrature

LEVELS = 3  # rules with all points, half of them and a quarter


class NestedQuadrature:
    """A quadrature rule on a region and two coarser ones, which tell its error.

    The error of an integral is taken as twice the larger of its differences to the two coarser
    rules: an estimate, not an enclosure. Where the integrand is smooth, Gauss' rules converge so
    fast that it is that of the coarsest rule.

    Args:
        region: The region.
        count: Positive integer, about how many points the finest rule has.
    """

    def __init__(self, region: Region, count: int):
        rules = [quadrature(region, max(count >> level, 1)) for level in range(LEVELS)]
        self.points = np.concatenate([points for points, _ in rules])
        self.weights = [weights for _, weights in rules]
        self._splits = np.cumsum([len(weights) for weights in self.weights])[:-1]

    def parts(self, values: np.ndarray) -> list[np.ndarray]:
        """Values at `points`, `(m, ...)`, for each of the rules, the finest first."""
        return np.split(values, self._splits)

    def norm(self, values: np.ndarray) -> BoundTerm:
        """The L2 norm of a function of one or several components.

        Args:
            values: Its values at `points`, `(m,)` or `(m, k)`.
        """
        squares = np.square(values.reshape(len(self.points), -1)).sum(axis=1)
        fine, *coarse = [
            float(weights @ part)
            for weights, part in zip(self.weights, self.parts(squares), strict=True)
        ]
        error = 2 * max(abs(fine - other) for other in coarse)
        size = np.sqrt(max(fine, 0.0))
        return BoundTerm(float(size), float(np.sqrt(fine + error) - size))
