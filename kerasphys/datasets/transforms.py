"""Samples made of other samples: for denoising, super-resolution and single steps in time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from kerasphys._validation import check_choice, check_int, check_positive, message
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.samples import Samples

Data = TypeVar("Data", Samples, Dataset)


def noisy(data: Data, std: float, seed: int = 0, of: str = "inputs") -> Data:
    """Pairs for denoising: fields with Gaussian noise as inputs, without it as outputs.

    Args:
        data: `Samples` or a `Dataset`, in which training, validation and test have independent
            noise.
        std: Positive number, the standard deviation of the noise, in the unit of the fields.
        seed: Non-negative integer.
        of: `"inputs"` or `"outputs"`, which arrays of `data` are the clean fields.

    Returns:
        What `data` is, `Samples` or a `Dataset`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.

    Example:
        ```python
        import kerasphys as kp

        clean = kp.datasets.shapes(samples=20, resolution=32)
        data = kp.datasets.noisy(clean, std=0.2)
        assert abs((data.train.inputs - data.train.outputs).std() - 0.2) < 0.01
        ```
    """
    std, seed = check_positive("std", std), check_int("seed", seed, minimum=0)

    def pairs(samples: Samples, number: int) -> Samples:
        fields = _fields(samples, of)
        noise = np.random.default_rng([seed, number]).standard_normal(fields.shape)
        return Samples(fields + std * noise, fields)

    return _in_each(data, pairs, of, f"with noise of {std:g}", {"noise": std, "noise_seed": seed})


def coarse(data: Data, factor: int, of: str = "inputs") -> Data:
    """Pairs for super-resolution: means over blocks as inputs, the fields as outputs.

    Each mean is repeated over its block, so that inputs and outputs have the same grid.

    Args:
        data: `Samples` or a `Dataset`, with fields `(n, *grid, channels)`.
        factor: Integer of at least 2 that divides every side of the grid, the side of a block.
        of: `"inputs"` or `"outputs"`, which arrays of `data` are the fine fields.

    Returns:
        What `data` is, `Samples` or a `Dataset`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If the factor does not divide the grid.

    Example:
        ```python
        import kerasphys as kp

        fine = kp.datasets.shapes(samples=20, resolution=32)
        data = kp.datasets.coarse(fine, factor=4)
        assert data.train.inputs.shape == data.train.outputs.shape
        ```
    """
    factor = check_int("factor", factor, minimum=2)

    def pairs(samples: Samples, _: int) -> Samples:
        fields = _fields(samples, of)
        count, *grid, channels = fields.shape
        if any(points % factor for points in grid):
            expected = f"an integer that divides all sides of the grid {tuple(grid)}"
            raise ValueError(message("factor", expected, factor))
        blocks = [length for points in grid for length in (points // factor, factor)]
        split = fields.reshape(count, *blocks, channels)
        means = split.mean(axis=tuple(range(2, 2 * len(grid) + 1, 2)), keepdims=True)
        return Samples(np.broadcast_to(means, split.shape).reshape(fields.shape), fields)

    return _in_each(data, pairs, of, f"coarser by {factor}", {"coarser_by": factor})


def one_step(data: Data) -> Data:
    """Pairs of consecutive states from trajectories.

    Args:
        data: `Samples` or a `Dataset`, with the inputs `(n, *grid, channels)`, initial states, and
            the outputs `(n, steps, *grid, channels)`, the states that follow.

    Returns:
        What `data` is, with the inputs and outputs `(n * steps, *grid, channels)`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If the shapes are not those of trajectories.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        trajectories = kp.datasets.Samples(np.zeros((5, 16, 1)), np.ones((5, 3, 16, 1)))
        pairs = kp.datasets.one_step(trajectories)
        assert pairs.inputs.shape == pairs.outputs.shape == (15, 16, 1)
        ```
    """

    def pairs(samples: Samples, _: int) -> Samples:
        start, states = _fields(samples, "inputs"), samples.outputs
        if states.ndim < 4 or states[:, 0].shape != start.shape:
            cure = "The outputs of trajectories are (n, steps, *grid, channels)."
            raise ValueError(message("data", "trajectories", samples, cure))
        before = np.concatenate([start[:, np.newaxis], states[:, :-1]], axis=1)
        return Samples(*(part.reshape(-1, *start.shape[1:]) for part in (before, states)))

    return _in_each(data, pairs, "outputs", "single steps", {})


def _fields(samples: Samples, of: str) -> np.ndarray:
    """The fields `(n, *grid, channels)` of samples."""
    fields = getattr(samples, of)
    if isinstance(fields, dict) or fields.ndim < 3:
        cure = f"Its {of} are of another kind: {samples!r}."
        raise ValueError(message("data", "samples of fields (n, *grid, channels)", samples, cure))
    return fields


def _in_each(
    data: Any,
    change: Callable[[Samples, int], Samples],
    of: str,
    title: str,
    parameters: dict[str, Any],
) -> Any:
    """The samples of every set changed, each with a number of its own."""
    check_choice("of", of, ("inputs", "outputs"))
    if isinstance(data, Samples):
        return change(data, 0)
    if not isinstance(data, Dataset):
        raise TypeError(message("data", "Samples or a Dataset", data))
    fields = data.input_fields if of == "inputs" else data.output_fields
    changed: dict[str, Any] = {
        name: change(part, i) for i, (name, part) in enumerate(data.splits.items())
    }
    return dataclasses.replace(
        data,
        **changed,
        name=f"{data.name}, {title}",
        input_fields=fields,
        output_fields=fields,
        classes=(),
        parameters={**data.parameters, **parameters},
    )
