"""Functions that a network receives as input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy

from kerasphys._registry import serializable
from kerasphys._validation import check_array, check_choice, check_name, message


@serializable
class InputFunction:
    """A function of the coordinates that differs from sample to sample, an input of the network.

    It stands among the `parameters` of a problem: a source, a conductivity, an initial state. One
    network is trained for all functions of a kind, and answers a new one in a single call.
    Residuals name it, and its derivatives, as they name fields: `k`, `k_x`, `grad_k`.

    A network on grids knows it at the nodes of the fields. An operator network knows it at the
    sensors that `axes` say, along the coordinates on which it depends, and a residual sees the
    interpolant of these values: it is linear in them, so that its values and derivatives at given
    points are matrices, computed once.

    Args:
        axes: Maps the coordinates on which the function depends to increasing positions of its
            sensors, each an array `(m_i,)`. Its values have the shape `(m_1, m_2, ...)`, in this
            order. `None` for a network on grids.
        method: How it goes on between the sensors: `"cubic"`, by the spline of `scipy`, which is
            twice differentiable, or `"linear"`.

    Raises:
        ValueError: If an axis does not increase.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        def darcy(k, k_x, k_y, u_x, u_y, laplacian_u):  # ∇·(k ∇u) + 1
            return k * laplacian_u + k_x * u_x + k_y * u_y + 1.0

        square = kp.geometry.Box((0, 0), (1, 1))
        problem = kp.Problem(
            square,
            fields="u",
            parameters={"k": kp.InputFunction()},
            conditions={
                "equation": kp.Residual(darcy),
                "boundary": kp.Dirichlet(u=0.0, on=square.boundary()),
            },
        )
        assert problem.inputs == ("k",)

        source = kp.InputFunction({"x": np.linspace(0, 1, 20)})  # at 20 sensors
        slopes = source.matrix({"x": np.array([0.3, 0.7])}, ["x"])  # (2, 20)
        assert np.allclose(slopes @ np.linspace(0, 1, 20) ** 2, [0.6, 1.4])
        ```

    Reference:
        de Boor, A Practical Guide to Splines, 1978, chapter IV,
        https://doi.org/10.1007/978-1-4612-6333-3
    """

    def __init__(self, axes: Mapping[str, Sequence[float]] | None = None, method: str = "cubic"):
        self.axes = None if axes is None else _check_axes(axes)
        self.method = check_choice("method", method, ("cubic", "linear"))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of its values at the sensors, `(m_1, m_2, ...)`."""
        return tuple(len(grid) for grid in (self.axes or {}).values())

    def matrix(self, columns: Mapping[str, np.ndarray], along: Sequence[str] = ()) -> np.ndarray:
        """What turns values at the sensors into values, or derivatives, at points.

        Args:
            columns: Maps each coordinate of the axes to those of the points, `(p,)`.
            along: The coordinates to differentiate along, with repetition.

        Returns:
            Array `(p, m_1 m_2 ...)`; it multiplies the values as one vector in C order.

        Raises:
            ValueError: If there are no axes, or a point lies outside of them.
        """
        if self.axes is None:
            raise ValueError(message("axes", "given for values between sensors", None))
        rows = np.ones((len(next(iter(columns.values()))), 1))
        for name, grid in self.axes.items():
            factor = _rows(name, grid, columns[name], list(along).count(name), self.method)
            rows = (rows[:, :, np.newaxis] * factor[:, np.newaxis, :]).reshape(len(rows), -1)
        return rows if set(along) <= set(self.axes) else np.zeros_like(rows)

    def get_config(self) -> dict[str, Any]:
        axes = self.axes and {name: grid.tolist() for name, grid in self.axes.items()}
        return {"axes": axes, "method": self.method}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputFunction:
        return cls(**config)

    def __repr__(self) -> str:
        if self.axes is None:
            return "InputFunction()"
        sensors = ", ".join(f"{len(grid)} of {name}" for name, grid in self.axes.items())
        return f"InputFunction({sensors}, {self.method})"


def _check_axes(axes: Any) -> dict[str, np.ndarray]:
    if not isinstance(axes, Mapping) or not axes:
        raise TypeError(message("axes", "a dict of coordinate names and sensor positions", axes))
    found = {}
    for name, positions in axes.items():
        grid = check_array(f"axes[{name!r}]", positions, (None,))
        if len(grid) < 2 or np.any(np.diff(grid) <= 0):
            raise ValueError(message(f"axes[{name!r}]", "at least two increasing positions", grid))
        found[check_name("axes", name)] = grid
    return found


def _rows(name: str, grid: np.ndarray, column: np.ndarray, order: int, method: str) -> np.ndarray:
    """The interpolants of the unit vectors, or their derivatives, at positions: `(p, m)`."""
    slack = 1e-6 * (grid[-1] - grid[0])  # points come in single precision as well
    if np.any(column < grid[0] - slack) or np.any(column > grid[-1] + slack):
        raise ValueError(
            f"The sensors of an input function cover {name} from {grid[0]:g} to {grid[-1]:g}, and "
            f"it is needed from {column.min():g} to {column.max():g}. Give `axes` that cover the "
            "points."
        )
    inside = np.clip(column, grid[0], grid[-1])
    unit = np.eye(len(grid))
    if method == "cubic":
        return scipy.interpolate.CubicSpline(grid, unit)(inside, order)
    return scipy.interpolate.make_interp_spline(grid, unit, k=1)(inside, order)
