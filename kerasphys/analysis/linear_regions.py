"""How many affine pieces a ReLU network has along a segment."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, message
from kerasphys.analysis.piecewise_linear import along_line, input_width


def linear_regions(network: Any, start: ArrayLike, end: ArrayLike) -> int:
    """The number of affine pieces of the network on the segment between two points.

    They are counted exactly, as those of `kinks`.

    Args:
        network: As of `kinks`, with any number `d` of inputs.
        start: `(d,)`.
        end: `(d,)`, another point.

    Returns:
        One more than the number of kinks between the points.

    Raises:
        TypeError: If the network has other layers or activations.
        ValueError: If the points are equal, or have another length than the inputs.

    Example:
        ```python
        import kerasphys as kp

        network = kp.networks.MLP([8], "relu", outputs=1, seed=0)  # eight lines through the origin
        network.build((None, 2))
        ends = [0.9, -0.3], [-0.9, 0.7]
        print(kp.analysis.linear_regions(network, *ends) <= 9)  # True
        ```

    Reference:
        Hanin and Rolnick, 2019, https://arxiv.org/abs/1901.09021
    """
    width = input_width(network)
    start, end = check_array("start", start, (width,)), check_array("end", end, (width,))
    if np.array_equal(start, end):
        raise ValueError(message("end", "different from `start`", end))
    return 1 + len(along_line(network, start, end - start, 0.0, 1.0).kinks())
