"""The parameters of a problem: which kinds there are, and what they must satisfy."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import numpy as np

from kerasphys._validation import check_name, check_number, message
from kerasphys.conditions import Condition, Data
from kerasphys.derivatives import Coordinate, Namespace, Parameter, requested_names
from kerasphys.parameters.input_function import InputFunction
from kerasphys.parameters.range import Range
from kerasphys.parameters.unknown import Unknown
from kerasphys.parameters.unknown_field import UnknownField

ParameterValue = float | Unknown | UnknownField | Range | InputFunction
T = TypeVar("T")

LOGGED = ("loss", "learning_rate")  # what training writes into the logs beside the conditions


def check_parameters(parameters: Any) -> dict[str, ParameterValue]:
    """For each name a number or one of the kinds of parameters."""
    if parameters is None:
        return {}
    if not isinstance(parameters, Mapping):
        expected = "a dict of numbers, kp.Unknown, kp.UnknownField, kp.Range and kp.InputFunction"
        raise TypeError(message("parameters", expected, parameters))
    return {
        check_name("parameters", name): value
        if isinstance(value, Unknown | UnknownField | Range | InputFunction)
        else check_number(f"parameters[{name!r}]", value)
        for name, value in parameters.items()
    }


def of_kind(kind: type[T], parameters: Mapping[str, Any]) -> dict[str, T]:
    """The parameters of one kind."""
    return {name: value for name, value in parameters.items() if isinstance(value, kind)}


def check_axes(parameters: Mapping[str, ParameterValue], coordinates: tuple[str, ...]) -> None:
    """Refuses an unknown field of something that is no coordinate."""
    for name, field in of_kind(UnknownField, parameters).items():
        if not set(field.of or ()) <= set(coordinates):
            raise ValueError(
                f"The unknown field {name!r} depends on {', '.join(field.of or ())}, which must be "
                f"among the coordinates {', '.join(coordinates)}."
            )


def check_logs(
    parameters: Mapping[str, ParameterValue], conditions: Mapping[str, Condition]
) -> None:
    """Refuses an unknown whose values could not be told from other entries of the logs."""
    taken = {*LOGGED, *(f"{name}_loss" for name in conditions)}
    for name in of_kind(Unknown, parameters):
        if name in taken or name.startswith("val_"):
            raise ValueError(
                f"Argument `parameters`: an unknown must not be called {name!r}; the logs, where "
                "its values appear, use that name. Rename it."
            )


def check_dependence(
    parameters: Mapping[str, ParameterValue],
    conditions: Mapping[str, Condition],
    namespace: Namespace,
) -> None:
    """Refuses an unknown or a range that no condition depends on."""
    used = {name for c in conditions.values() for name in _dependencies(c, namespace)}
    for name, value in parameters.items():
        if isinstance(value, Unknown | UnknownField | Range) and name not in used:
            raise ValueError(
                f"Argument `parameters`: no condition depends on {name!r}, a "
                f"kp.{type(value).__name__}, so training cannot tell its values apart. Name it in "
                "a residual, or leave it out."
            )


def warn_of_few_readings(
    parameters: Mapping[str, ParameterValue], conditions: Mapping[str, Condition]
) -> None:
    """Warns where measurements are fewer than the unknown numbers."""
    unknowns = tuple(of_kind(Unknown, parameters))
    data = of_kind(Data, conditions).values()
    readings = sum(len(condition.at) * len(condition.fields) for condition in data)
    different = {(f, tuple(row)) for c in data for f in c.fields for row in c.at.tolist()}
    if 0 < len(different) < len(unknowns):
        warnings.warn(
            f"The problem has {len(unknowns)} unknown parameters ({', '.join(unknowns)}) and "
            f"{readings} readings at {len(different)} different places: of the unknowns they "
            f"determine a rank of {len(different)} at most. Unless other conditions determine the "
            "rest, give more readings, or make some parameters known.",
            stacklevel=3,  # where the problem is made
        )


def _dependencies(condition: Condition, namespace: Namespace) -> Iterator[str]:
    """The parameters, fields and coordinates that the residuals of a condition depend on."""
    for name in condition.names(namespace):
        term = namespace.require(name)
        if isinstance(term, Parameter):
            yield term.name
        elif isinstance(term, Coordinate):
            yield namespace.coordinates[term.index]
        for field, along in term.partials:
            yield namespace.functions[field]
            yield from (namespace.coordinates[index] for index in along)
    for value in (*condition.givens.values(), getattr(condition, "equals", None)):
        if callable(value):
            yield from requested_names(value).names
    if isinstance(condition, Data):
        varies = np.ptp(condition.at, axis=0) > 0
        yield from (n for n, v in zip(namespace.coordinates, varies, strict=True) if v)
