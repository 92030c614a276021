"""The input functions of an operator network: their values at sensors and at points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys._validation import message
from kerasphys.datasets.samples import POINTS
from kerasphys.derivatives import Plan
from kerasphys.derivatives.engine import assemble
from kerasphys.derivatives.terms import Coordinate, PartialKey, Term
from kerasphys.models.array_data import check_samples
from kerasphys.problem import Problem

MATRIX = "matrix."  # what the names of matrices among the arrays of a point set begin with

Arrays = Mapping[str, tf.Tensor]


def split_plan(problem: Problem, plan: Plan) -> tuple[Plan, Plan]:
    """What a plan asks of the fields, coordinates included, and what of the input functions."""
    fields = len(problem.fields)

    def of_inputs(term: Term) -> bool:
        return not isinstance(term, Coordinate) and term.partials[0][0] >= fields

    def some(inputs: bool) -> Plan:
        pairs = zip(plan.names, plan.terms, strict=True)
        chosen = {name: term for name, term in pairs if of_inputs(term) == inputs}
        return Plan(tuple(chosen), tuple(chosen.values()), plan.coordinates)

    return some(False), some(True)


def input_matrices(problem: Problem, plan: Plan, points: np.ndarray) -> dict[str, np.ndarray]:
    """For each derivative of an input function that a plan needs, its matrix at points `(p, d)`."""
    columns = dict(zip(problem.coordinates, points.T, strict=True))
    found = {}
    for partial in split_plan(problem, plan)[1].partials:
        name, along = _named(problem, partial)
        found[_key(name, along)] = problem.input_functions[name].matrix(columns, along)
    return found


def inputs_at_points(
    problem: Problem, plan: Plan, functions: Arrays, arrays: Arrays
) -> dict[str, tf.Tensor]:
    """What a plan asks of the input functions, at the points of a set.

    Args:
        problem: The problem.
        plan: What is asked for.
        functions: The input functions by name, `(n, m)` or `(n, *grid, 1)`.
        arrays: The arrays of the set, with the matrices of `input_matrices` among them.

    Returns:
        For each name a tensor `(n, p)`; `(n, p, d)` for a gradient.
    """
    of_inputs = split_plan(problem, plan)[1]
    values = {}
    for partial in of_inputs.partials:
        name, along = _named(problem, partial)
        matrix = arrays[_key(name, along)]
        rows = tf.reshape(functions[name], (-1, matrix.shape[1]))
        values[partial] = tf.matmul(rows, matrix, transpose_b=True)
    return assemble(of_inputs, arrays[POINTS], values)


def function_values(argument: str, x: Any, problem: Problem) -> dict[str, np.ndarray]:
    """The values of the input functions at their sensors, checked.

    Args:
        argument: The name of the argument in errors.
        x: A dict of arrays `(n, m)`, or `(n, *grid)` where there are several axes, by name; the
            array itself where there is one input function.
        problem: The problem.

    Returns:
        For each input function, in the problem's order, `(n, m)` or `(n, *grid, 1)`.
    """
    names = problem.inputs
    if not isinstance(x, Mapping):
        if len(names) > 1:
            raise TypeError(message(argument, f"a dict with the input functions {names}", x))
        x = {names[0]: x}
    if set(x) != set(names):
        expected = f"a dict with the input functions {', '.join(names)}"
        raise ValueError(message(argument, expected, sorted(map(str, x))))
    found = {}
    for name in names:
        array = check_samples(f"{argument}[{name!r}]", x[name])
        sensors = problem.input_functions[name].shape
        if array.ndim == len(sensors) + 2 and array.shape[-1] == 1:
            array = array[..., 0]
        if array.shape[1:] != sensors:
            expected = ", ".join(["n", *map(str, sensors)])
            raise ValueError(
                f"Argument `{argument}[{name!r}]` must be an array of shape ({expected}), the "
                f"values of each function at its sensors. Received: an array of shape "
                f"{array.shape}."
            )
        found[name] = array if len(sensors) == 1 else array[..., np.newaxis]
    if len({len(array) for array in found.values()}) > 1:
        lengths = ", ".join(f"{name}: {len(array)}" for name, array in found.items())
        raise ValueError(
            f"Argument `{argument}` must hold as many samples of each input function. Received: "
            f"{lengths}."
        )
    return found


def _named(problem: Problem, partial: PartialKey) -> tuple[str, tuple[str, ...]]:
    """The input function of a partial derivative, and the coordinates along which it is."""
    field, along = partial
    name = problem.inputs[field - len(problem.fields)]
    return name, tuple(problem.coordinates[index] for index in along)


def _key(name: str, along: tuple[str, ...]) -> str:
    return MATRIX + ".".join([name, *along])
