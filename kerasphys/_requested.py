"""Which names a residual function asks for."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter, Signature

from kerasphys._validation import check_callable, check_names_or_none, message

CURE = "Write a plain function whose argument names say what it needs: def residual(u, u_x): ..."


@dataclass(frozen=True)
class Requested:
    """The names that a function asks for; all are passed by keyword.

    Args:
        function: String, what the function is called in messages.
        names: Sequence of names without a default, in the order of the signature.
        defaults: Sequence of names with a default.
    """

    function: str
    names: tuple[str, ...]
    defaults: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.function, str):
            raise TypeError(message("function", "a string", self.function))
        object.__setattr__(self, "names", check_names_or_none("names", self.names))
        object.__setattr__(self, "defaults", check_names_or_none("defaults", self.defaults))

    def supply(self, known: Callable[[str], bool]) -> tuple[str, ...]:
        """The names to supply; an argument that nobody knows keeps its default.

        A default on a known name is an error, for nobody could tell which of the two values the
        function would see.

        Args:
            known: Function of a name: whether the problem, or the condition, knows it.

        Raises:
            ValueError: If a name with a default is known.
        """
        check_callable("known", known)
        for name in self.defaults:
            if known(name):
                raise ValueError(
                    f"The argument `{name}` of {self.function} has a default, yet {name!r} is a "
                    "name that is known here. Remove the default to receive the known value, or "
                    "bind your own with functools.partial, or rename the argument."
                )
        return self.names


def requested_names(function: Callable) -> Requested:
    """The names that `function` asks for.

    Names bound by `functools.partial` stay bound and are not requested, `__wrapped__` (left by
    `functools.wraps`) is followed, methods and callable objects work.

    Args:
        function: A callable whose arguments can all be passed by keyword.

    Raises:
        TypeError: If `function` cannot be called, or takes `*args`, `**kwargs` or positional-only
            arguments.

    Example:
        ```python
        from kerasphys.derivatives import requested_names

        def burgers(u, u_t, u_x, u_xx, viscosity, factor=1.0):
            return factor * (u_t + u * u_x - viscosity * u_xx)

        requested = requested_names(burgers)
        assert requested.names == ("u", "u_t", "u_x", "u_xx", "viscosity")
        assert requested.defaults == ("factor",)
        ```
    """
    check_callable("function", function)
    if isinstance(function, type):
        raise TypeError(message("function", "a function, not a class", function, "Make an object."))
    shown = _shown(function)
    names: list[str] = []
    defaults: list[str] = []
    for parameter in _signature(function).parameters.values():
        if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
            raise TypeError(
                f"Argument `function` must name what it needs, but {shown} takes `{parameter}`. "
                f"{CURE} A decorator needs functools.wraps."
            )
        if parameter.kind is Parameter.POSITIONAL_ONLY:
            raise TypeError(
                f"Argument `function` is called by keyword, but the argument `{parameter.name}` "
                f"of {shown} is positional-only. Name it, and remove the `/` from the signature."
            )
        (names if parameter.default is Parameter.empty else defaults).append(parameter.name)
    return Requested(shown, tuple(names), tuple(defaults))


def _signature(function: Callable) -> Signature:
    """Like `inspect.signature`, but without the names that a partial binds.

    A partial comes before `__wrapped__`, because `functools.update_wrapper(partial(f, ...), f)`
    would hide what is bound; a method before it, because its attributes are those of a function
    that still has `self`.
    """
    if isinstance(function, functools.partial):
        return _unbound(function, _signature(function.func))
    if inspect.ismethod(function):
        signature = _signature(function.__func__)
        first = next(iter(signature.parameters.values()), None)
        if first is None or first.kind is Parameter.KEYWORD_ONLY:
            raise TypeError(f"Argument `function`: the method {_shown(function)} lacks `self`.")
        if first.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
            return signature
        return signature.replace(parameters=list(signature.parameters.values())[1:])
    if isinstance(getattr(function, "__signature__", None), Signature):
        return function.__signature__  # type: ignore[attr-defined]
    if hasattr(function, "__wrapped__"):
        return _signature(function.__wrapped__)
    if not inspect.isroutine(function):
        return _signature(function.__call__)  # type: ignore[operator]
    try:
        return inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"Argument `function`: the argument names of {_shown(function)} cannot be read. {CURE}"
        ) from error


def _unbound(function: functools.partial, signature: Signature) -> Signature:
    try:
        bound = signature.bind_partial(*function.args, **function.keywords)
    except TypeError as error:
        raise TypeError(
            f"Argument `function`: functools.partial does not fit {_shown(function)}: {error}."
        ) from error
    variadic = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    left, by_keyword = [], False
    for name, parameter in signature.parameters.items():
        if name in bound.arguments and parameter.kind not in variadic:
            by_keyword = by_keyword or name in function.keywords
        elif by_keyword and parameter.kind is Parameter.POSITIONAL_OR_KEYWORD:
            left.append(parameter.replace(kind=Parameter.KEYWORD_ONLY))
        else:
            left.append(parameter)
    return signature.replace(parameters=sorted(left, key=lambda parameter: parameter.kind))


def _shown(function: Callable) -> str:
    if isinstance(function, functools.partial):
        return _shown(function.func)
    if hasattr(function, "__wrapped__"):
        return _shown(function.__wrapped__)
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    return f"`{name.rpartition('<locals>.')[-1]}`"
