"""A domain without another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kerasphys._registry import serializable
from kerasphys.geometry.combinations.combination import Combination
from kerasphys.geometry.geometry import Geometry


@serializable
class Difference(Combination):
    """The points of one domain outside another; written `left - right`.

    Parts keep their names, and normals point out of what is left. A flat face that is not at an
    end of it is named by where it is, `"x=0.5"`; a part of `right` whose name `left` has too gets a
    number, so that a second hole has the part `"circle_2"`. Samples with `"grid"` and `"chebyshev"`
    are the points inside of the finest grid that has at most `n` of them. In the plane lengths,
    areas and distances are exact. In other dimensions measures are those of a fine grid, and the
    distance is a bound from below where an edge is near.

    Args:
        left: Geometry.
        right: Geometry of the same coordinates.

    Raises:
        ValueError: If the coordinates differ, or nothing is left.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        channel = kp.geometry.Box((0, 0), (2.2, 0.41)) - kp.geometry.Disk((0.2, 0.2), 0.05)
        assert np.isclose(channel.measure, 2.2 * 0.41 - np.pi * 0.05**2)
        cylinder = channel.boundary("circle")
        assert np.allclose(cylinder.normals([[0.25, 0.2]]), [[-1, 0]])  # out of the fluid
        ```
    """

    keep_left = 1
    keep_right = -1
    flip_right = True
    symbol = "-"

    @staticmethod
    def combine(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        return np.maximum(left, -right)

    def parents_bounds(self) -> tuple[np.ndarray, np.ndarray]:
        return self.left.bounds

    def parents_around(self) -> Sequence[Geometry]:
        return (self.left,)
