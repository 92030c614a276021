"""Points of a problem whose parameters have ranges."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from kerasphys._outside import outside
from kerasphys._validation import check_array, check_number, message
from kerasphys.problem import Problem


def points_with_ranges(
    problem: Problem, argument: str, x: Any, parameters: Mapping[str, float] | None
) -> np.ndarray:
    """Points `(n, d)` with all coordinates of a problem, ranges included.

    Args:
        problem: The problem.
        argument: The name of `x` in errors.
        x: Array with a column for each coordinate that `parameters` does not name, in their order.
        parameters: For some of the ranges one value for all points.

    Warns:
        UserWarning: If a parameter lies outside its range.
    """
    fixed = _check_parameters(problem, parameters)
    given = [name for name in problem.coordinates if name not in fixed]
    cure = f"One column for each of {', '.join(given)}."
    points = check_array(argument, x, (None, len(given)), cure)
    constant = np.broadcast_to(list(fixed.values()), (len(points), len(fixed)))
    order = [[*given, *fixed].index(name) for name in problem.coordinates]
    points = np.hstack([points, constant])[:, order]
    dtype = np.asarray(x).dtype
    _warn_outside(problem, points, np.finfo(dtype).eps if dtype.kind == "f" else 0.0)
    return points


def _check_parameters(problem: Problem, parameters: Any) -> dict[str, float]:
    if parameters is None:
        return {}
    if not isinstance(parameters, Mapping):
        raise TypeError(message("parameters", "a dict of numbers by name, or None", parameters))
    known = ", ".join(problem.ranges) or "none"
    for name in parameters:
        if name not in problem.ranges:
            expected = f"for parameters that are kp.Range in the problem ({known})"
            raise ValueError(message("parameters", expected, dict(parameters)))
    return {n: check_number(f"parameters[{n!r}]", value) for n, value in parameters.items()}


def _warn_outside(problem: Problem, points: np.ndarray, precision: float) -> None:
    for name, interval in problem.ranges.items():
        column = points[:, problem.coordinates.index(name)]
        beyond = outside(column, interval.lower, interval.upper, precision)
        if len(beyond):
            warnings.warn(
                f"{len(beyond)} of {len(points)} points lie outside the range of the parameter "
                f"{name!r}, [{interval.lower:g}, {interval.upper:g}]; the first has {name} = "
                f"{beyond[0]:g}. The model was not trained there.",
                UserWarning,
                stacklevel=5,
            )
