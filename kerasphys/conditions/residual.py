"""An equation that must hold inside the domain, or on any region."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

import tensorflow as tf

from kerasphys import _functions as functions
from kerasphys._registry import serializable
from kerasphys._validation import check_name, message
from kerasphys.conditions.condition import Condition
from kerasphys.conditions.located import Located
from kerasphys.conditions.values import Value
from kerasphys.derivatives import Namespace, requested_names
from kerasphys.derivatives.namespace import OPERATORS
from kerasphys.geometry import Geometry, Region


@serializable
class Residual(Condition):
    """A function of named derivatives that must vanish.

    The argument names of the function say what it receives: coordinates (`x`), parameters of the
    problem (`viscosity`), fields (`u`), their derivatives (`u_t`, `u_xx`, `laplacian_u`,
    `grad_u`), and what is given here by keyword. Each is a tensor of shape `(n,)`, `grad_u` has
    shape `(n, d)`.

    Args:
        function: Returns the residual, of shape `(n,)`, or a tuple or dict of residuals. It is
            called with TensorFlow tensors: use arithmetic and `keras.ops`.
        on: The region on which it must hold. By default the whole domain.
        weight: Non-negative number, the factor of the mean square residual in the loss.
        rename: Other names for those that the function uses, `{"u": "u1"}`: the same equation for
            another field. It holds for derivatives too, `u_xx` is then `u1_xx`, and for
            parameters and vectors. So one equation serves several experiments at once.
        **givens: Whatever else the function names: a number, an array, a `kp.Table` or a NumPy
            function of the coordinates. It is evaluated once for each set of points.

    Raises:
        TypeError: If the function takes `*args`, `**kwargs` or positional-only arguments.
        ValueError: When the problem is made, if the function names something unknown.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        kp.Residual(
            kp.equations.poisson,
            source=lambda x, y: 2 * np.pi**2 * np.sin(np.pi * x) * np.sin(np.pi * y),
        )
        kp.Residual(kp.equations.heat, rename={"u": "u1"})  # u1_t = diffusivity * laplacian_u1
        ```
    """

    def __init__(
        self,
        function: Callable,
        on: Region | None = None,
        weight: float = 1.0,
        rename: Mapping[str, str] | None = None,
        **givens: Value,
    ):
        if not callable(function):
            raise TypeError(
                message("function", "a function whose arguments name derivatives", function)
            )
        self.requested = requested_names(function)
        super().__init__(on, weight, givens)
        self.function = function
        self.rename = _check_rename(rename)

    def names(self, namespace: Namespace) -> tuple[str, ...]:
        names = (n for n in self.requested.names if n not in self.givens)
        return tuple(dict.fromkeys(self._renamed(name, namespace) for name in names))

    def residuals(self, at: Located) -> tuple[tf.Tensor, ...]:
        known = {**at.values, **at.givens}
        result = self.function(
            **{name: known[self._renamed(name, known)] for name in self.requested.names}
        )
        if isinstance(result, Mapping):
            result = tuple(result.values())
        return tuple(result) if isinstance(result, Sequence) else (result,)

    def check(self, namespace: Namespace, domain: Geometry) -> None:
        super().check(namespace, domain)
        for name in self.givens:
            if namespace.resolve(name) is not None:
                raise ValueError(
                    f"The residual is given a value for {name!r}, which is already a name of the "
                    "problem, so it could be read in two ways. Rename what is given."
                )
            if name not in self.requested.names + self.requested.defaults:
                raise ValueError(
                    f"The residual is given a value for {name!r}, which its function does not "
                    f"name. It names {', '.join(self.requested.names)}."
                )
        for name in self.rename:
            if not any(_parts(requested, name) for requested in self.requested.names):
                raise ValueError(
                    f"Argument `rename` has the name {name!r}, which the function does not use. "
                    f"It names {', '.join(self.requested.names)}."
                )
        for name in self.requested.supply(self._known_to(namespace)):
            if name not in self.givens:
                namespace.require(self._renamed(name, namespace), extra=self.givens)

    def describe(self) -> str:
        renamed = ", ".join(f"{new} for {old}" for old, new in self.rename.items())
        parts = [functions.short_name(self.function), renamed, self._values()]
        return self._line("; ".join(filter(None, parts)))

    def get_config(self) -> dict[str, Any]:
        return {
            "function": functions.encode(self.function),
            **super().get_config(),
            "rename": self.rename,
            "values": self._serialized_givens(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Condition:
        config = dict(config)
        if isinstance(config["function"], dict):
            config["function"] = functions.decode(config["function"])
        return super().from_config(config)

    def _known_to(self, namespace: Namespace) -> Callable[[str], bool]:
        return lambda n: n in self.givens or self._renamed(n, namespace) in namespace

    def _renamed(self, name: str, known: Container[str]) -> str:
        """The name that takes the place of one of the function's."""
        if name in self.givens:
            return name
        for old in sorted(self.rename, key=len, reverse=True):
            parts = _parts(name, old)
            other = name if parts is None else self.rename[old].join(parts)
            if other != name and (other in known or name not in known):
                return other
        return name


def _parts(name: str, old: str) -> tuple[str, str] | None:
    """What stands before and after `old` in a name made of it, such as `laplacian_u` or `u_xx`."""
    if name == old:
        return "", ""
    if name.startswith(f"{old}_"):
        return "", name.removeprefix(old)
    operator, _, operand = name.partition("_")
    return (f"{operator}_", "") if operator in OPERATORS and operand == old else None


def _check_rename(rename: Any) -> dict[str, str]:
    if rename is None:
        return {}
    if not isinstance(rename, Mapping):
        raise TypeError(message("rename", "a dict from names to other names", rename))
    return {check_name("rename", old): check_name("rename", new) for old, new in rename.items()}
