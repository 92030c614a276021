"""What a condition may hold on."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasphys._validation import check_array, check_names, message
from kerasphys.geometry._arrays import TOLERANCE

if TYPE_CHECKING:
    from kerasphys.geometry.geometry import Geometry


class Region(abc.ABC):
    """A set of points with named coordinates: a domain, a part of its boundary, or a cloud.

    Points are float64 arrays `(n, d)` with one column for each coordinate, in their order. Two
    regions are equal when they are of one class and their configs are equal.

    Attributes:
        coordinates: Names of the columns, for example `("x", "t")`.
    """

    coordinates: tuple[str, ...]

    @property
    def dim(self) -> int:
        """The number of coordinates."""
        return len(self.coordinates)

    @property
    @abc.abstractmethod
    def measure(self) -> float:
        """Length, area or volume; the number of points where the region consists of points."""

    @abc.abstractmethod
    def sample(self, n: int, sampler: str = "sobol", seed: int = 0) -> np.ndarray:
        """Draws `n` points, uniform in measure unless the sampler says otherwise.

        Args:
            n: Positive integer.
            sampler: `"sobol"`, `"latin_hypercube"`, `"uniform"`, `"grid"` or `"chebyshev"`; see
                `unit_samples`.
            seed: Non-negative integer. The same seed gives the same points, bit for bit.

        Returns:
            Array `(n, d)`.
        """

    def rule(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """At most `n` quadrature points `(m, d)` and their weights `(m,)`; see `quadrature`."""
        return self.sample(n), np.full(n, self.measure / n)

    @abc.abstractmethod
    def contains(self, points: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
        """Which points belong to the region, its edge included.

        Args:
            points: Array `(n, d)`.
            tolerance: Non-negative number: how far outside a point may lie, as a fraction of the
                region's extent.

        Returns:
            Array of booleans `(n,)`.
        """

    @abc.abstractmethod
    def normals(self, points: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
        """Outward unit normals at points of a boundary.

        Args:
            points: Array `(n, d)` of points that lie on the region.
            tolerance: As in `contains`.

        Returns:
            Array `(n, d)`.

        Raises:
            ValueError: If the region has no normals, or a point is not on it.
        """

    @abc.abstractmethod
    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor, in a form that JSON can hold."""

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Region:
        """A region from the config of another."""
        return cls(**config)

    def __mul__(self, other: Geometry) -> Region:
        """All pairs of a point of this region and a point of a domain, where that is a region."""
        return NotImplemented

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return False
        return self.get_config() == other.get_config()

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.coordinates))

    def _check_points(self, points: np.ndarray) -> np.ndarray:
        cure = f"One column for each of {', '.join(self.coordinates)}."
        return check_array("points", points, (None, self.dim), cure)

    def _check_all_on(self, points: np.ndarray, on: np.ndarray) -> None:
        """Refuses points that are not `on` the region, and names the first."""
        missing = np.flatnonzero(~on)
        if len(missing):
            raise ValueError(
                f"Argument `points` must lie on {self!r}. Received: {len(missing)} points "
                f"elsewhere, the first is {points[missing[0]].tolist()} at index {missing[0]}."
            )


def check_coordinates(argument: str, value: Any, count: int) -> tuple[str, ...]:
    """`count` different names of coordinates."""
    names = check_names(argument, value)
    if len(names) != count:
        raise ValueError(message(argument, f"{count} names, one for each coordinate", value))
    for name in names:
        if "_" in name:
            raise ValueError(
                message(argument, "without underscores", value)
                + f" In a derivative the underscore separates coordinates: rename {name!r}."
            )
    return names
