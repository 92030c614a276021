"""Which problem a loaded model gets: the saved one, or one that has all functions."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any

import keras

from kerasphys.problem import Problem
from kerasphys.unknown import Unknown

_given: contextvars.ContextVar[Problem | None] = contextvars.ContextVar("given", default=None)


@contextlib.contextmanager
def loading_with(problem: Problem | None) -> Iterator[None]:
    """Models that are loaded inside the block get this problem instead of the saved one."""
    token = _given.set(problem)
    try:
        yield
    finally:
        _given.reset(token)


def loaded_problem(config: dict[str, Any]) -> Problem:
    """The problem of a saved configuration, or the one given instead if it fits.

    Raises:
        ValueError: If the given problem is another one: the saved weights would mean nothing.
    """
    saved, given = keras.saving.deserialize_keras_object(config), _given.get()
    if given is None:
        return saved
    for what, of_saved in _identity(saved).items():
        of_given = _identity(given)[what]
        if of_given != of_saved:
            raise ValueError(
                f"Argument `problem` must be the problem of the saved model, with the {what} "
                f"{of_saved!r}. Received: {of_given!r}."
            )
    return given


def _identity(problem: Problem) -> dict[str, Any]:
    """What the weights of a model depend on."""
    return {
        "coordinates": problem.coordinates,
        "fields": problem.fields,
        "domain": problem.domain,
        "conditions": tuple(problem.conditions),
        "input functions": problem.inputs,
        "unknown parameters": {
            name: value.get_config()
            for name, value in problem.parameters.items()
            if isinstance(value, Unknown)
        },
    }
