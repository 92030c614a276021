"""Samples on a grid as an operator network takes them."""

from __future__ import annotations

import dataclasses
from typing import Any

from kerasphys._validation import check_bool, check_name, message
from kerasphys.datasets._nodes import nodes
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.samples import POINTS, Samples


def at_points(data: Dataset, name: str = "u", flat: bool = False) -> Dataset:
    """Fields on a grid as functions with values at points, the nodes of the grid.

    Args:
        data: A `Dataset` of fields `(n, *grid, channels)`, with its coordinates.
        name: The name of the input function; inputs that are a dict keep their names.
        flat: Whether the input functions lose their grid: `(n, m)` for a dense branch, the
            channels of a node side by side. Otherwise they stay `(n, *grid, channels)`.

    Returns:
        A `Dataset` with the inputs `{name: ...}`, the outputs `(n, p, channels)` and the points
        `(p, d)`, in the order of the axes of the grid.

    Raises:
        TypeError: If `data` is no `Dataset`.
        ValueError: If its samples are not fields on a grid with known coordinates.

    Example:
        ```python
        import kerasphys as kp

        grid = kp.datasets.poisson_2d(samples=12, resolution=16, validation=2, test=2, seed=0)
        data = kp.datasets.at_points(grid, name="f")
        assert data.train.points.shape == (256, 2)
        assert data.train.outputs.shape == (8, 256, 1)
        ```
    """
    if not isinstance(data, Dataset):
        raise TypeError(message("data", "a kp.datasets.Dataset", data))
    name, flat = check_name("name", name), check_bool("flat", flat)
    if name == POINTS:
        raise ValueError(message("name", "another name than 'points'", name))
    rank = len(data.coordinates)
    if data.train.points is not None or not rank or data.train.outputs.ndim != rank + 2:
        cure = "Fields are (n, *grid, channels), with a coordinate for each axis of the grid."
        raise ValueError(message("data", "fields on a grid", data, cure))
    points = nodes(*data.axes.values())

    def changed(samples: Samples) -> Samples:
        inputs: Any = samples.inputs
        if not isinstance(inputs, dict):
            inputs = {name: inputs}
        if flat:
            inputs = {key: array.reshape(len(array), -1) for key, array in inputs.items()}
        outputs = samples.outputs
        return Samples(inputs, outputs.reshape(len(outputs), -1, outputs.shape[-1]), points)

    splits: dict[str, Any] = {key: changed(part) for key, part in data.splits.items()}
    return dataclasses.replace(data, **splits)
