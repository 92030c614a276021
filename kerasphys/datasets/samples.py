"""Inputs and outputs of an operator, sample by sample."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import check_finite, check_name, message


@dataclasses.dataclass(frozen=True, eq=False)
class Samples:
    """Pairs of inputs and outputs, with the samples along the first axis.

    It goes where Keras takes `x` and `y`: `model.fit(data.train)`. `len(samples)` is their number,
    `samples[:100]` and `samples[indices]` are some of them. The arrays may be unpacked:
    `x, y = samples`.

    Args:
        inputs: Array `(n, ...)`, for fields on a grid `(n, *grid, channels)`; or a dict of such
            arrays by name, for networks with several inputs.
        outputs: Array `(n, ...)`: fields `(n, *grid, channels)`, or integer labels `(n,)`.

    Raises:
        TypeError: If an array does not hold real numbers.
        ValueError: If the numbers of samples differ, there are none, or a value is not finite.

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
        return iter((self.inputs, self.outputs))

    def __getitem__(self, which: slice | ArrayLike) -> Samples:
        if not isinstance(which, slice):
            which = np.asarray(which)
            if which.ndim != 1 or which.dtype.kind not in "iub":
                raise TypeError(message("which", "a slice or an array of indices", which))
        if isinstance(self.inputs, dict):
            inputs: Any = {name: array[which] for name, array in self.inputs.items()}
        else:
            inputs = self.inputs[which]
        return Samples(inputs, self.outputs[which])

    def __repr__(self) -> str:
        if isinstance(self.inputs, dict):
            shapes = ", ".join(f"{name}: {array.shape}" for name, array in self.inputs.items())
            return f"Samples({{{shapes}}} -> {self.outputs.shape})"
        return f"Samples({self.inputs.shape} -> {self.outputs.shape})"


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
