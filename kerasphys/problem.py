"""A problem: what is sought, where, and what must hold."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._functions import MissingFunction
from kerasphys._registry import pack, serializable
from kerasphys._validation import check_name, check_names, message
from kerasphys.conditions import Condition, Located
from kerasphys.conditions.values import Value
from kerasphys.derivatives import Gradient, Namespace, Parameter, Plan
from kerasphys.geometry import Geometry
from kerasphys.parameters import InputFunction, Range, UnknownField
from kerasphys.parameters.checks import (
    ParameterValue,
    check_axes,
    check_dependence,
    check_logs,
    check_parameters,
    of_kind,
    warn_of_few_readings,
)
from kerasphys.parameters.range import as_intervals
from kerasphys.point_sets import PointSets

RESERVED_FIELDS = ("on", "at", "std", "weight", "alpha", "beta")
RESERVED_CONDITIONS = ("loss", "seed", "sampler", "weights")


@serializable
class Problem:
    """Fields on a domain, and the conditions that they must satisfy.

    Args:
        domain: A geometry; its coordinates, and then the names of the ranges, are the inputs of
            the network, in their order.
        fields: The names of the unknown functions, the outputs of the network.
        conditions: For each name a condition: `Residual`, `Dirichlet`, `Neumann`, `Robin`,
            `Periodic`, `Integral` or `Data`. The names appear in the logs, as `equation_loss`.
        parameters: For each name a number, an `Unknown` or `UnknownField` to be identified, a
            `Range` of values, or an `InputFunction` that the network receives.
        vectors: Names of vectors and their components, `{"velocity": ("v1", "v2")}`, for
            `div_velocity`.
        time: The coordinate that `laplacian_`, `grad_` and `div_` leave out; by default `"t"`.

    Raises:
        ValueError: If a name could be read in two ways, or a condition names something unknown.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        def burgers(u, u_t, u_x, u_xx, viscosity):
            return u_t + u * u_x - viscosity * u_xx

        domain = kp.geometry.Interval(-1, 1, "x") * kp.geometry.Interval(0, 1, "t")
        problem = kp.Problem(
            domain,
            fields="u",
            parameters={"viscosity": 0.01 / np.pi},
            conditions={
                "equation": kp.Residual(burgers),
                "initial": kp.Dirichlet(u=lambda x: -np.sin(np.pi * x), on=domain.start("t")),
                "walls": kp.Dirichlet(u=0.0, on=domain.boundary("x")),
            },
        )
        points = problem.points(equation=1000, initial=100, walls=100, seed=0)
        ```
    """

    def __init__(
        self,
        domain: Geometry,
        fields: str | Sequence[str],
        conditions: Mapping[str, Condition],
        parameters: Mapping[str, ParameterValue] | None = None,
        vectors: Mapping[str, Sequence[str]] | None = None,
        time: str | None = None,
    ):
        if not isinstance(domain, Geometry):
            raise TypeError(message("domain", "a geometry such as kp.geometry.Interval", domain))
        self.parameters = check_parameters(parameters)
        self.ranges = of_kind(Range, self.parameters)
        self.physical_domain = domain
        self._intervals = as_intervals(self.ranges, domain)
        self.domain = functools.reduce(operator.mul, self._intervals.values(), domain)
        self.input_functions = of_kind(InputFunction, self.parameters)
        self.unknown_fields = of_kind(UnknownField, self.parameters)
        self.solution_fields = check_names("fields", fields)
        fields = (*self.solution_fields, *self.unknown_fields)
        inputs, ranges = tuple(self.input_functions), tuple(self.ranges)
        others = (*self.unknown_fields, *inputs, *ranges)
        scalars = tuple(name for name in self.parameters if name not in others)
        self.namespace = Namespace(
            self.domain.coordinates, fields, scalars, vectors, time, inputs, ranges
        )
        check_axes(self.parameters, self.coordinates)
        for name, function in self.input_functions.items():
            unknown = set(function.axes or ()) - set(domain.coordinates)
            if unknown:
                raise ValueError(
                    f"The input function {name!r} has sensors along {', '.join(sorted(unknown))}, "
                    f"which is no coordinate of the domain. They are "
                    f"{', '.join(domain.coordinates)}."
                )
        for name in self.namespace.fields:
            if name in RESERVED_FIELDS:
                raise ValueError(
                    f"Argument `fields`: {name!r} is an argument of the conditions. Rename it."
                )
        self.conditions = self._check_conditions(conditions)
        check_logs(self.parameters, self.conditions)
        check_dependence(self.parameters, self.conditions, self.namespace)
        warn_of_few_readings(self.parameters, self.conditions)

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The names of the inputs, in their order."""
        return self.namespace.coordinates

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the outputs, in their order: those that are sought, then unknown fields."""
        return self.namespace.fields

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the input functions, in their order."""
        return self.namespace.inputs

    @property
    def missing_functions(self) -> tuple[str, ...]:
        """The functions that a loaded problem names but does not have."""
        conditions = self.conditions.values()
        return tuple(dict.fromkeys(name for c in conditions for name in c.missing_functions))

    def points(
        self,
        seed: int = 0,
        sampler: str = "sobol",
        weights: Mapping[str, Value] | None = None,
        **points: int | np.ndarray,
    ) -> PointSets:
        """Points for training or validation.

        Args:
            seed: Integer; the same seed gives the same points.
            sampler: `"sobol"`, `"latin_hypercube"`, `"uniform"`, `"grid"` or `"chebyshev"`.
            weights: For some conditions a weight of each point, an array or a NumPy function.
            **points: For each condition the number of its points, or your own array `(n, d)`.
        """
        return PointSets(
            self.domain, self.conditions, self.namespace, points, seed, sampler, weights
        )

    def plan(self, names: Iterable[str] = (), conditions: Iterable[Condition] = ()) -> Plan:
        """What an engine must compute for these names and conditions; parameters are left out."""
        asked = [
            name
            for condition in conditions
            for name in condition.names(self.namespace)
            if not isinstance(self.namespace.require(name), Parameter)
        ]
        return Plan.of(self.namespace, [*names, *asked])

    def describe(self) -> str:
        """The problem as text for people."""
        lines = [
            f"fields {', '.join(self.fields)} of {', '.join(self.coordinates)} on {self.domain!r}"
        ]
        lines += [
            f"parameter {name} = {f'{value:g}' if isinstance(value, float) else value}"
            for name, value in self.parameters.items()
        ]
        lines += [f"{name}: {condition.describe()}" for name, condition in self.conditions.items()]
        return "\n".join(lines)

    def get_config(self) -> dict[str, Any]:
        return {
            "domain": pack(self.physical_domain),
            "fields": list(self.solution_fields),
            "conditions": {name: pack(c) for name, c in self.conditions.items()},
            "parameters": {
                name: value if isinstance(value, float) else pack(value)
                for name, value in self.parameters.items()
            },
            "vectors": {name: list(parts) for name, parts in self.namespace.vectors.items()},
            "time": self.namespace.time,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Problem:
        deserialize = keras.saving.deserialize_keras_object
        return cls(
            domain=deserialize(config["domain"]),
            fields=config["fields"],
            conditions={name: deserialize(c) for name, c in config["conditions"].items()},
            parameters={
                name: deserialize(value) if isinstance(value, dict) else value
                for name, value in config["parameters"].items()
            },
            vectors=config["vectors"],
            time=config["time"],
        )

    def _check_conditions(self, conditions: Any) -> dict[str, Condition]:
        if not isinstance(conditions, Mapping) or not conditions:
            raise TypeError(message("conditions", "a dict of named conditions", conditions))
        checked = {}
        for given_name, condition in conditions.items():
            name = check_name("conditions", given_name)
            if name in RESERVED_CONDITIONS or name.startswith("val_"):
                raise ValueError(
                    f"Argument `conditions`: a condition must not be called {name!r}; the logs "
                    "and `points` use that name. Rename it."
                )
            if name in self.namespace:
                raise ValueError(
                    f"Argument `conditions`: {name!r} is already a name of the problem, so it "
                    "could be read in two ways. Rename the condition."
                )
            if not isinstance(condition, Condition):
                raise TypeError(
                    message(f"conditions[{name!r}]", "a condition such as kp.Residual", condition)
                )
            try:
                condition = condition.lifted(self.physical_domain, self._intervals)
                condition.check(self.namespace, self.domain)
                self._rehearse(condition)
            except Exception as error:
                error.add_note(f"This is about the condition {name!r}.")
                raise
            checked[name] = condition
        return checked

    def _rehearse(self, condition: Condition, n: int = 3) -> None:
        """Traces the residuals once, so that a mistake shows before training."""
        if isinstance(getattr(condition, "function", None), MissingFunction):
            return

        def value(name: str) -> tf.Tensor:
            term = self.namespace.require(name)
            if isinstance(term, Parameter):
                return tf.ones((), tf.float64)
            shape = (n, len(term.along)) if isinstance(term, Gradient) else (n,)
            return tf.ones(shape, tf.float64)

        @tf.function(autograph=False)
        def trace() -> tuple[tf.Tensor, ...]:
            values = {name: value(name) for name in condition.names(self.namespace)}
            givens = {
                name: tf.ones(() if isinstance(given, float) else (n,), tf.float64)
                for name, given in condition.givens.items()
            }
            normals = tf.ones((n, len(self.namespace.spatial)), tf.float64)
            residuals = condition.residuals(Located(values, givens, values, normals))
            check_residuals(residuals, n)
            return residuals

        try:
            trace.get_concrete_function()
        except NotImplementedError as error:
            raise TypeError(
                "A residual works on TensorFlow tensors, which NumPy functions cannot take. Use "
                "arithmetic and keras.ops, for example keras.ops.sin(u) for np.sin(u)."
            ) from error


def check_residuals(residuals: Sequence[Any], n: int | None) -> None:
    """Refuses what is not a real tensor of shape `(n,)`."""
    expected = (
        "A residual must return one value for each point, a tensor of real numbers of shape (n,), "
        "or a tuple or dict of them."
    )
    if not residuals:
        raise ValueError(f"{expected} Received: nothing.")
    for residual in residuals:
        if not tf.is_tensor(residual):
            raise ValueError(f"{expected} Received: {residual!r}.")
        if residual.shape.as_list() != [n] or not residual.dtype.is_floating:
            shape, dtype = tuple(residual.shape), residual.dtype.name
            raise ValueError(f"{expected} Received: {dtype} of shape {shape} for {n} points.")
