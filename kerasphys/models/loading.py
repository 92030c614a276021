"""How `.keras` files are read, and which problem a loaded model gets."""

from __future__ import annotations

import contextlib
import contextvars
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras

# Keras has a public way to switch its safe mode off, and none to switch it on.
from keras.src.saving.serialization_lib import SafeModeScope

from kerasphys.parameters import Unknown
from kerasphys.problem import Problem

_given: contextvars.ContextVar[Problem | None] = contextvars.ContextVar("given", default=None)
_weights_only: contextvars.ContextVar[bool] = contextvars.ContextVar("weights_only", default=False)


def read_model(file: Path, compile: bool = True) -> Any:
    """What a `.keras` file holds; code of its own is not run, whatever Keras is set to.

    Args:
        file: The file, which `check_archive` has passed.
        compile: Whether the model comes back compiled, if it was.
    """
    with SafeModeScope(True), warnings.catch_warnings():
        # Keras goes on with a model that has no weights where its shapes are damaged
        warnings.filterwarnings("error", message=".* had a build config, but")
        return keras.saving.load_model(file, compile=compile)


@contextlib.contextmanager
def loading_with(problem: Problem | None) -> Iterator[None]:
    """Models that are loaded inside the block get this problem instead of the saved one."""
    token = _given.set(problem)
    try:
        yield
    finally:
        _given.reset(token)


@contextlib.contextmanager
def loading_weights() -> Iterator[None]:
    """Models that are loaded inside the block may lack the functions of their hard conditions."""
    token = _weights_only.set(True)
    try:
        yield
    finally:
        _weights_only.reset(token)


def only_weights_matter() -> bool:
    """Whether a model is being loaded for its weights alone."""
    return _weights_only.get()


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
        "unknown fields": {
            name: (value.of, value.initial, value.lower, value.upper, value.log)
            for name, value in problem.unknown_fields.items()
        },
        "unknown parameters": {
            name: value.get_config()
            for name, value in problem.parameters.items()
            if isinstance(value, Unknown)
        },
    }
