"""Functions in saved models: registered ones reload, others are recorded by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NoReturn

import keras

from kerasphys._requested import requested_names


class MissingFunction:
    """Stands for a function that a saved model names but that is not registered here.

    It keeps the function's argument names, so the problem can be read; calling it is an error.

    Args:
        name: The name under which the function was recorded.
        arguments: The names of its arguments.
    """

    def __init__(self, name: str, arguments: list[str]):
        self.name = name
        self.arguments = list(arguments)
        self.__signature__ = inspect.Signature(
            [inspect.Parameter(a, inspect.Parameter.KEYWORD_ONLY) for a in self.arguments]
        )

    def __call__(self, **_: Any) -> NoReturn:
        raise ValueError(
            f"The model was saved without its function {self.name!r}, which is not registered. "
            "Load it with kp.load_model(path, problem=...), or register the function with "
            "@keras.saving.register_keras_serializable() before you save and load."
        )

    def __repr__(self) -> str:
        return f"<missing function {self.name}>"


def encode(function: Callable) -> dict[str, Any]:
    """The entry of a function in a configuration: its name and its argument names."""
    if isinstance(function, MissingFunction):
        return {"function": function.name, "arguments": function.arguments}
    return {
        "function": _registered_name(function) or function_name(function),
        "arguments": list(requested_names(function).names),
    }


def decode(config: dict[str, Any]) -> Callable:
    """The registered function of an entry, or a `MissingFunction` in its place."""
    found = keras.saving.get_registered_object(config["function"])
    return found or MissingFunction(config["function"], config["arguments"])


def short_name(function: Callable) -> str:
    """The last part of a function's name, for people; a missing one has the name on record."""
    name = function.name if isinstance(function, MissingFunction) else function_name(function)
    return name.rpartition(".")[2]


def function_name(function: Callable) -> str:
    """A readable name of any callable."""
    while hasattr(function, "func"):  # functools.partial
        function = function.func
    return getattr(function, "__qualname__", type(function).__qualname__)


def _registered_name(function: Callable) -> str | None:
    try:
        name = keras.saving.get_registered_name(function)
    except (AttributeError, TypeError):  # no name, or not hashable
        return None
    return name if keras.saving.get_registered_object(name) is function else None
