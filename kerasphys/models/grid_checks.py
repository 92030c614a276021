"""What a `GridPINNModel` refuses before it trains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kerasphys._validation import message
from kerasphys.geometry import Box, Geometry, Interval
from kerasphys.layers.grid_padding import per_axis
from kerasphys.models.array_data import check_samples
from kerasphys.models.grid_regions import periodic_conditions
from kerasphys.models.pinn_checks import (
    check_functional,
)
from kerasphys.networks import GridNetwork
from kerasphys.problem import Problem

MOST_AXES = 3


def check_on_grids(network: Any, problem: Problem) -> None:
    """Refuses a network or a problem that is none on grids, and two that do not fit together."""
    if not isinstance(network, GridNetwork):
        expected = "a kp.networks.GridNetwork, such as kp.networks.UNet()"
        raise TypeError(message("network", expected, network))
    if not problem.inputs:
        raise ValueError(
            "A network on grids needs an input function: "
            'kp.Problem(..., parameters={"f": kp.InputFunction()}). Without one take a network of '
            "points, such as kp.networks.MLP."
        )
    check_functional(problem, "A network on grids")
    for name, function in problem.input_functions.items():
        if function.axes is not None and tuple(function.axes) != problem.coordinates:
            raise ValueError(
                f"The input function {name!r} has sensors along {', '.join(function.axes)}, and a "
                f"network on grids knows it at all nodes, along {', '.join(problem.coordinates)}. "
                "Take an operator network, such as kp.networks.DeepONet."
            )
    _check_domain(problem.domain)
    modes = per_axis("padding", network.padding, problem.domain.dim)
    across = {condition.across for condition in periodic_conditions(problem).values()}
    for name, mode in zip(problem.coordinates, modes, strict=True):
        if name in across and mode != "periodic":
            words = ["periodic" if x in across else "zero" for x in problem.coordinates]
            raise ValueError(
                f"The problem is periodic in {name!r}, and the network continues fields there by "
                f"{mode!r}. Make it with padding={words}."
            )


def input_values(argument: str, x: Any, problem: Problem) -> np.ndarray:
    """The values of the input functions, `(n, *grid, c)`, from an array or a dict of arrays."""
    names, rank = problem.inputs, problem.domain.dim
    grid = ", ".join(["n", *problem.coordinates])
    if isinstance(x, Mapping):
        if set(x) != set(names):
            expected = f"a dict with the input functions {', '.join(names)}"
            raise ValueError(message(argument, expected, list(x)))
        columns = [check_samples(f"{argument}[{name!r}]", x[name]) for name in names]
        shapes = {name: column.shape for name, column in zip(names, columns, strict=True)}
        if len(set(shapes.values())) > 1 or columns[0].ndim != rank + 1:
            raise ValueError(
                f"Argument `{argument}` must hold arrays of one shape ({grid}), the values at the "
                f"nodes. Received: {shapes}."
            )
        return np.stack(columns, axis=-1)
    array = check_samples(argument, x)
    if array.ndim != rank + 2 or array.shape[-1] != len(names):
        raise ValueError(
            f"Argument `{argument}` must be an array of shape ({grid}, {len(names)}), with a "
            f"channel for each of {', '.join(names)}. Received: an array of shape {array.shape}."
        )
    return array


def _check_domain(domain: Geometry) -> None:
    """Refuses what a grid of nodes cannot cover."""
    for factor in domain.factors:
        if not isinstance(factor, Interval | Box):
            raise ValueError(
                f"A grid covers intervals, boxes and their products. Received: {factor!r} in the "
                "domain. Take a network of points, such as kp.networks.MLP."
            )
    if domain.dim > MOST_AXES:
        raise ValueError(
            f"A grid has one axis for each coordinate, at most {MOST_AXES}. Received: the "
            f"coordinates {', '.join(domain.coordinates)}."
        )
