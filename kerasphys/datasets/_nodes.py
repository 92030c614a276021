"""The nodes of grids as points."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasphys._validation import check_int, message


def nodes(*axes: np.ndarray) -> np.ndarray:
    """All nodes of the grid over some axes, `(p, d)`: the last axis runs first."""
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))


def check_sizes_of(argument: str, resolution: Any) -> tuple[int, int]:
    """The numbers of positions and of times, given one for both or two."""
    pair = resolution if isinstance(resolution, tuple | list) else (resolution, resolution)
    if len(pair) != 2:
        raise ValueError(message(argument, "one integer or two", resolution))
    positions, times = (check_int(argument, points, minimum=2) for points in pair)
    return positions, times
