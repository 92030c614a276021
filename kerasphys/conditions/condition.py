"""What every condition has: a region, a weight, given values and residuals."""

from __future__ import annotations

import abc
import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys._functions import MissingFunction
from kerasphys._registry import pack, unpack
from kerasphys._validation import check_nonnegative, message
from kerasphys.conditions.located import Located
from kerasphys.conditions.values import (
    Value,
    check_arguments,
    check_value,
    describe_value,
    deserialize_value,
    evaluate,
    serialize_value,
)
from kerasphys.derivatives import Namespace
from kerasphys.geometry import Boundary, Geometry, Interval, Region
from kerasphys.geometry.lifting import lift


class Condition(abc.ABC):
    """Something that must hold on a region: the common part of all conditions.

    A subclass supplies `names` and `residuals`, and lists what its constructor takes in
    `get_config`. One whose residuals are not those of single points (`pointwise` is false) has
    points of shape `(rows, m, d)`, which its method `rows` makes, and a residual for each row.

    Args:
        on: The region on which it must hold; `None` for the whole domain.
        weight: Non-negative number, the factor of its mean square in the loss.
        givens: Given values by name, evaluated once for each set of points.
    """

    needs_normals = False
    has_own_points = False
    pointwise = True

    def __init__(self, on: Region | None, weight: float, givens: Mapping[str, Value]):
        if on is not None and not isinstance(on, Region):
            raise TypeError(
                message(
                    "on",
                    "a region",
                    on,
                    'For example domain.boundary("x"), domain.start("t") or '
                    "kp.geometry.PointCloud(points, coordinates).",
                )
            )
        self.on = on
        self.weight = check_nonnegative("weight", weight)
        self.givens = {name: check_value(name, value) for name, value in givens.items()}

    def region(self, domain: Geometry) -> Region:
        """Where the condition holds in a problem on `domain`."""
        return domain if self.on is None else self.on

    def lifted(self, space: Geometry, intervals: Mapping[str, Interval]) -> Condition:
        """The condition where a problem on `space` has further coordinates: at all their values."""
        region = None if self.on is None else lift(self.on, space, intervals)
        if region is self.on:
            return self
        other = copy.copy(self)
        other.on = region
        return other

    @abc.abstractmethod
    def names(self, namespace: Namespace) -> tuple[str, ...]:
        """The fields, derivatives, coordinates and parameters that `residuals` reads."""

    @abc.abstractmethod
    def residuals(self, at: Located) -> tuple[tf.Tensor, ...]:
        """What must vanish: tensors of shape `(n,)`."""

    def images(self, points: np.ndarray, domain: Geometry) -> np.ndarray | None:
        """A second set of points that the condition compares with the first, or `None`."""
        return None

    def rows(
        self,
        name: str,
        domain: Geometry,
        wanted: int | np.ndarray | None,
        sampler: str,
        seed: int,
    ) -> np.ndarray:
        """The points of a condition that is not pointwise, `(rows, m, d)`.

        Args:
            name: The name of the condition, for errors.
            domain: The domain of the problem.
            wanted: How many rows, or what tells them apart; `None` where nothing was said.
            sampler: As of `Region.sample`.
            seed: Non-negative integer.
        """
        raise NotImplementedError

    def row_coordinates(self, coordinates: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the coordinates that a weight of its points may depend on."""
        return coordinates

    def evaluated(self, name: str, points: np.ndarray, domain: Geometry) -> dict[str, np.ndarray]:
        """What is given at points `(n, d)`: `(n,)` for each name, or `()` for a number.

        Args:
            name: The name of the condition, for errors.
            points: Array of shape `(n, d)`.
            domain: The domain of the problem.
        """
        return {
            given: evaluate(f"{name}.{given}", value, points, domain.coordinates)
            for given, value in self.givens.items()
        }

    def check_normals(  # noqa: B027 (most conditions take any)
        self, normals: np.ndarray, namespace: Namespace
    ) -> None:
        """Raises a ValueError where outward normals `(n, d)` do not suit the condition."""

    def check(self, namespace: Namespace, domain: Geometry) -> None:
        """Raises a ValueError where the condition does not fit the problem."""
        region = self.region(domain)
        if tuple(region.coordinates) != namespace.coordinates:
            raise ValueError(
                f"The region must have the coordinates of the domain, "
                f"{', '.join(namespace.coordinates)}. Received: {', '.join(region.coordinates)}."
            )
        for name, value in self.givens.items():
            check_arguments(name, value, namespace.coordinates)

    @property
    def missing_functions(self) -> tuple[str, ...]:
        """The functions that a loaded condition names but does not have."""
        values = (getattr(self, "function", None), *self.givens.values())
        own = tuple(value.name for value in values if isinstance(value, MissingFunction))
        return (*own, *self.on.missing_functions) if isinstance(self.on, Boundary) else own

    def describe(self) -> str:
        """One line for people."""
        return self._line(self._values())

    def get_config(self) -> dict[str, Any]:
        return {"on": None if self.on is None else pack(self.on), "weight": self.weight}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Condition:
        config = unpack(config, "on") if isinstance(config.get("on"), dict) else dict(config)
        for name, value in config.pop("values", {}).items():
            config[name] = deserialize_value(value)
        return cls(**config)

    def _values(self) -> str:
        return ", ".join(f"{name} = {describe_value(given)}" for name, given in self.givens.items())

    def _line(self, contents: str) -> str:
        place = "" if self.on is None else f" on {self.on!r}"
        return f"{type(self).__name__}({contents}){place}"

    def _serialized_givens(self) -> dict[str, Any]:
        return {name: serialize_value(value) for name, value in self.givens.items()}


class FieldCondition(Condition):
    """A condition that gives one value for each of some fields, as keyword arguments."""

    def __init__(self, on: Region | None, weight: float, fields: Mapping[str, Value]):
        if not fields:
            raise ValueError(
                f"{type(self).__name__} needs the value of at least one field, for example "
                f"{type(self).__name__}(u=0.0, on=...)."
            )
        super().__init__(on, weight, fields)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it speaks of."""
        return tuple(self.givens)

    def names(self, namespace: Namespace) -> tuple[str, ...]:
        return self.fields

    def check(self, namespace: Namespace, domain: Geometry) -> None:
        super().check(namespace, domain)
        for name in self.fields:
            if name not in namespace.fields:
                raise ValueError(
                    f"{type(self).__name__} gives a value for {name!r}, which is not a field of "
                    f"the problem. Its fields are {', '.join(namespace.fields)}."
                )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "values": self._serialized_givens()}
