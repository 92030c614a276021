"""Inputs and outputs of an operator, sample by sample."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_finite, check_name, message

POINTS = "points"


@dataclasses.dataclass(frozen=True, eq=False)
class Samples:
    """Pairs of inputs and outputs, with the samples along the first axis.

    It goes where Keras takes `x` and `y`: `model.fit(data.train)`. `len(samples)` is their number,
    `samples[:100]` and `samples[indices]` are some of them. What a network takes and returns may
    be unpacked: `x, y = samples`; with points, `x` is a dict that holds them as `points`.

    Args:
        inputs: Array `(n, ...)`, for fields on a grid `(n, *grid, channels)`; or a dict of such
            arrays by name, for networks with several inputs.
        outputs: Array `(n, ...)`: fields `(n, *grid, channels)`, or integer labels `(n,)`; with
            points `(n, p, channels)`, the values at `p` points. Aligned samples, each with one
            point of its own, may be given as `(n, channels)`.
        points: For operators, where the outputs are known: array `(p, d)` common to all samples,
            or `(n, p, d)` of each, or `(n, d)` for aligned samples, which are kept as
            `(n, 1, d)` and outputs `(n, 1, channels)`. The inputs are then a dict.

    Raises:
        TypeError: If an array does not hold real numbers.
        ValueError: If the numbers of samples or of points differ, there are none, or a value is
            not finite.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.linspace(0, 1, 6).reshape(3, 2, 1)
        samples = kp.datasets.Samples(x, 2 * x)
        assert len(samples) == 3
        assert samples[1:].outputs.shape == (2, 2, 1)
        ```
    """

    inputs: Any
    outputs: Any
    points: Any = None

    def __post_init__(self):
        inputs = self.inputs
        if isinstance(inputs, Mapping):
            inputs = {
                check_name("inputs", name): _check(f"inputs[{name!r}]", array)
                for name, array in inputs.items()
            }
            if not inputs:
                raise ValueError(message("inputs", "an array or a dict of arrays", self.inputs))
        else:
            inputs = _check("inputs", inputs)
        outputs = _check("outputs", self.outputs)
        if self.points is not None:
            _check_names(inputs)
            points, outputs = align(_check("points", self.points), outputs)
            object.__setattr__(self, "points", points)
        lengths = {len(array) for array in [*_arrays(inputs), outputs]}
        if len(lengths) > 1:
            received = [len(array) for array in _arrays(inputs)]
            raise ValueError(
                "Arguments `inputs` and `outputs` must have as many samples. Received: "
                f"{received} and {len(outputs)}."
            )
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "outputs", outputs)

    def __len__(self) -> int:
        return len(self.outputs)

    def __iter__(self):
        return iter((self.x, self.outputs))

    @property
    def x(self) -> Any:
        """What a network takes: the inputs, and with points a dict that holds them as `points`."""
        return self.inputs if self.points is None else {**self.inputs, POINTS: self.points}

    def __getitem__(self, which: slice | ArrayLike) -> Samples:
        if not isinstance(which, slice):
            which = np.asarray(which)
            if which.ndim != 1 or which.dtype.kind not in "iub":
                raise TypeError(message("which", "a slice or an array of indices", which))
        if isinstance(self.inputs, dict):
            inputs: Any = {name: array[which] for name, array in self.inputs.items()}
        else:
            inputs = self.inputs[which]
        of_each = self.points is not None and self.points.ndim == 3
        return Samples(inputs, self.outputs[which], self.points[which] if of_each else self.points)

    def __repr__(self) -> str:
        if isinstance(self.inputs, dict):
            shapes = ", ".join(f"{name}: {array.shape}" for name, array in self.x.items())
            return f"Samples({{{shapes}}} -> {self.outputs.shape})"
        return f"Samples({self.inputs.shape} -> {self.outputs.shape})"


def align(points: Any, outputs: Any) -> tuple[Any, Any]:
    """Points and outputs as they are kept: aligned samples get an axis for their one point.

    Args:
        points: Array or tensor `(p, d)`, `(n, p, d)` or, aligned, `(n, d)`.
        outputs: Array or tensor `(n, p, channels)` or, aligned, `(n, channels)`.

    Raises:
        ValueError: If the shapes do not fit.
    """
    received = f"points of shape {tuple(points.shape)}, outputs of shape {tuple(outputs.shape)}"
    if len(outputs.shape) == len(points.shape) == 2:
        points, outputs = points[:, np.newaxis], outputs[:, np.newaxis]
    ranks = len(points.shape), len(outputs.shape)
    first = 0 if ranks[0] == 3 else 1
    if ranks not in ((2, 3), (3, 3)) or points.shape[:-1] != outputs.shape[first:2]:
        raise ValueError(
            "Argument `points` must have a point for each value of the outputs: (p, d) or "
            "(n, p, d) for outputs (n, p, channels), (n, d) for outputs (n, channels). Received: "
            f"{received}."
        )
    return points, outputs


def _check_names(inputs: Any) -> None:
    """Refuses inputs beside which there cannot be points."""
    if not isinstance(inputs, dict) or POINTS in inputs:
        expected = "a dict of functions by names other than 'points' where points are given"
        received = list(inputs) if isinstance(inputs, dict) else inputs.shape
        raise ValueError(message("inputs", expected, received))


def _arrays(inputs: Any) -> list[np.ndarray]:
    return list(inputs.values()) if isinstance(inputs, dict) else [inputs]


def _check(argument: str, value: Any) -> np.ndarray:
    """Real numbers with samples first, in their own precision."""
    expected = "an array of real numbers with the samples along its first axis"
    try:
        array = np.asarray(value)
    except ValueError as error:
        cure = "All samples must have one shape."
        raise ValueError(message(argument, expected, value, cure)) from error
    if array.dtype.kind not in "fiu":
        raise TypeError(message(argument, expected, value))
    if not array.ndim or not len(array):
        raise ValueError(message(argument, f"{expected}, at least one", value))
    check_finite(argument, array)
    return array
