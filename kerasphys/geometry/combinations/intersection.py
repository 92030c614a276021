"""What two domains have in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kerasphys._registry import serializable
from kerasphys.geometry.combinations.combination import Combination
from kerasphys.geometry.geometry import Geometry


@serializable
class Intersection(Combination):
    """The points that two domains have in common; written `left & right`.

    Parts keep their names. A flat face that is not at an end of the intersection is named by where
    it is, `"x=0.5"`; a part of `right` whose name `left` has too gets a number, `"circle_2"`. In
    the plane lengths, areas, samples and distances are exact. In other dimensions measures are
    those of a fine grid, and the distance is a bound from below where an edge is near.

    Args:
        left: Geometry.
        right: Geometry of the same coordinates.

    Raises:
        ValueError: If the coordinates differ, or the domains have nothing in common.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        half = kp.geometry.Disk((0, 0), 1) & kp.geometry.Box((0, -1), (1, 1))
        assert np.isclose(half.measure, np.pi / 2)
        assert np.isclose(half.boundary("circle").measure, np.pi)
        assert np.isclose(half.start("x").measure, 2.0)
        ```
    """

    keep_left = -1
    keep_right = -1
    symbol = "&"

    @staticmethod
    def combine(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        return np.maximum(left, right)

    def parents_bounds(self) -> tuple[np.ndarray, np.ndarray]:
        (lower, upper), (other_lower, other_upper) = self.left.bounds, self.right.bounds
        return np.maximum(lower, other_lower), np.minimum(upper, other_upper)

    def parents_around(self) -> Sequence[Geometry]:
        return self.left, self.right
