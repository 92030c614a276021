"""Values known on a grid, interpolated between its points."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy

from kerasphys._registry import serializable
from kerasphys._validation import check_array, check_choice, check_name, message


@serializable
class Table:
    """A function of the coordinates, given by its values on a tensor grid.

    It may stand wherever a condition takes a function: a measured source, a tabulated boundary
    temperature.

    Args:
        axes: Maps coordinate names to increasing grid positions, each an array of shape `(m_i,)`.
        values: Array of shape `(m_1, m_2, ...)`, in the order of `axes`.
        method: `"linear"`, `"cubic"` (four grid points or more on each axis), or `"nearest"`.

    Raises:
        ValueError: If an axis does not increase, or the shapes do not fit; when called, if a
            point lies outside the grid.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        t = np.linspace(0.0, 1.0, 11)
        wall = kp.Table({"t": t}, t**2, method="cubic")
        print(wall(t=np.array([0.25])))  # [0.0625]
        ```
    """

    def __init__(
        self,
        axes: Mapping[str, Sequence[float]],
        values: Sequence | np.ndarray,
        method: str = "linear",
    ):
        if not isinstance(axes, Mapping) or not axes:
            raise TypeError(message("axes", "a dict of coordinate names and grid positions", axes))
        self.axes = {
            check_name("axes", name): check_array(f"axes[{name!r}]", grid, (None,))
            for name, grid in axes.items()
        }
        for name, grid in self.axes.items():
            if len(grid) < 2 or np.any(np.diff(grid) <= 0):
                raise ValueError(
                    message(f"axes[{name!r}]", "at least two increasing positions", grid)
                )
        shape = tuple(len(grid) for grid in self.axes.values())
        self.values = check_array("values", values, shape)
        self.method = check_choice("method", method, ("linear", "cubic", "nearest"))
        if method == "cubic" and min(shape) < 4:
            raise ValueError(
                message("method", "'linear' on a grid of fewer than four points an axis", method)
            )
        self.__signature__ = inspect.Signature(
            [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in self.axes]
        )

    def __call__(self, **columns: np.ndarray) -> np.ndarray:
        """Interpolated values `(n,)` at coordinate columns `(n,)`."""
        for name, grid in self.axes.items():
            column = columns[name]
            slack = 1e-9 * (grid[-1] - grid[0])
            if np.any(column < grid[0] - slack) or np.any(column > grid[-1] + slack):
                raise ValueError(
                    f"The table covers {name} from {grid[0]:g} to {grid[-1]:g}. Received points "
                    f"from {column.min():g} to {column.max():g}."
                )
        # the default is an iterative solver that stops at a relative error of 1e-6
        exact = {"solver": scipy.sparse.linalg.spsolve} if self.method == "cubic" else {}
        interpolate = scipy.interpolate.RegularGridInterpolator(
            tuple(self.axes.values()), self.values, method=self.method, **exact
        )
        return interpolate(
            np.stack(
                [np.clip(columns[name], grid[0], grid[-1]) for name, grid in self.axes.items()],
                axis=-1,
            )
        )

    def get_config(self) -> dict[str, Any]:
        return {
            "axes": {name: grid.tolist() for name, grid in self.axes.items()},
            "values": self.values.tolist(),
            "method": self.method,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Table:
        return cls(**config)
