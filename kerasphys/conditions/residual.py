"""An equation that must hold inside the domain, or on any region."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys._validation import message
from kerasphys.conditions import functions
from kerasphys.conditions.condition import Condition
from kerasphys.conditions.located import Located
from kerasphys.conditions.values import Value
from kerasphys.derivatives import Namespace, requested_names
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
        ```
    """

    def __init__(
        self,
        function: Callable,
        on: Region | None = None,
        weight: float = 1.0,
        **givens: Value,
    ):
        if not callable(function):
            raise TypeError(
                message("function", "a function whose arguments name derivatives", function)
            )
        self.requested = requested_names(function)
        super().__init__(on, weight, givens)
        self.function = function

    def names(self, namespace: Namespace) -> tuple[str, ...]:
        return tuple(name for name in self.requested.names if name not in self.givens)

    def residuals(self, at: Located) -> tuple[tf.Tensor, ...]:
        known = {**at.values, **at.givens}
        result = self.function(**{name: known[name] for name in self.requested.names})
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
        for name in self.requested.supply(lambda n: n in self.givens or n in namespace):
            if name not in self.givens:
                namespace.require(name, extra=self.givens)

    def describe(self) -> str:
        return self._line(
            "; ".join(filter(None, [functions.short_name(self.function), self._values()]))
        )

    def get_config(self) -> dict[str, Any]:
        return {
            "function": functions.encode(self.function),
            **super().get_config(),
            "values": self._serialized_givens(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Condition:
        config = dict(config)
        if isinstance(config["function"], dict):
            config["function"] = functions.decode(config["function"])
        return super().from_config(config)
