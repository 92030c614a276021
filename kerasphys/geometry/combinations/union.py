"""The union of two domains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kerasphys._registry import serializable
from kerasphys.geometry.combinations.combination import Combination
from kerasphys.geometry.geometry import Geometry


@serializable
class Union(Combination):
    """The points of one domain or of another; written `left | right`.

    Parts keep their names. A flat face that is not at an end of the union is named by where it is,
    `"x=0.5"`; a part of `right` whose name `left` has too gets a number, `"circle_2"`. In the plane
    lengths, areas, samples and distances are exact. In other dimensions measures are those of a
    fine grid, and the distance is a bound from below where an edge is near.

    Args:
        left: Geometry.
        right: Geometry of the same coordinates.

    Raises:
        ValueError: If the coordinates differ.

    Example:
        ```python
        import kerasphys as kp

        corner = kp.geometry.Box((0, 0), (2, 1)) | kp.geometry.Box((0, 0), (1, 2))
        assert abs(corner.measure - 3.0) < 1e-12
        assert abs(corner.start("x").measure - 2.0) < 1e-12
        notch = corner.boundary("x=1", "y=1")
        assert abs(notch.measure - 2.0) < 1e-12
        ```
    """

    keep_left = 1
    keep_right = 1
    seam_inside = True
    symbol = "|"

    @staticmethod
    def combine(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        return np.minimum(left, right)

    def parents_bounds(self) -> tuple[np.ndarray, np.ndarray]:
        (lower, upper), (other_lower, other_upper) = self.left.bounds, self.right.bounds
        return np.minimum(lower, other_lower), np.maximum(upper, other_upper)

    def parents_around(self) -> Sequence[Geometry]:
        return ()
