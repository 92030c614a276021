"""Where a ReLU network of one input bends."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerasphys._validation import check_number, message
from kerasphys.analysis.piecewise_linear import along_line, input_width


def kinks(network: Any, lower: float = -math.inf, upper: float = math.inf) -> np.ndarray:
    """The places between `lower` and `upper` where the slope of the outputs jumps.

    A network of ReLUs is piecewise linear. Layer by layer, its pieces end where a neuron changes
    sign: these places are roots of affine functions, not sought on a grid. What later layers do not
    see is no kink.

    Args:
        network: A built `kp.networks.MLP` or `keras.Sequential` of dense layers with one input, of
            ReLUs, leaky ReLUs or linear activations, in any precision.
        lower: Number, or minus infinity.
        upper: Number above, or infinity.

    Returns:
        `(k,)`, rising, float64. Kinks at `lower` and `upper` themselves do not count.

    Raises:
        TypeError: If the network has other layers or activations.
        ValueError: If it has several inputs, or `upper` is not above `lower`.

    Example:
        ```python
        import kerasphys as kp

        network = kp.networks.shallow_interpolant([0.0, 0.3, 1.0], [0.0, 1.0, 0.0])
        print(kp.analysis.kinks(network))  # [0.  0.3]
        ```
    """
    ends = [
        value if isinstance(value, float) and value == infinite else check_number(argument, value)
        for argument, value, infinite in (
            ("lower", lower, -math.inf),
            ("upper", upper, math.inf),
        )
    ]
    if ends[0] >= ends[1]:
        raise ValueError(message("upper", "greater than `lower`", upper))
    if input_width(network) != 1:
        cure = "For more inputs use kp.analysis.linear_regions, along a segment."
        raise ValueError(message("network", "a network with one input", network, cure))
    return along_line(network, np.zeros(1), np.ones(1), *ends).kinks()
