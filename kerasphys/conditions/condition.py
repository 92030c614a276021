"""What every condition has: a region, a weight, given values and residuals."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys._registry import pack, unpack
from kerasphys._validation import check_nonnegative, message
from kerasphys.conditions.functions import MissingFunction
from kerasphys.conditions.located import Located
from kerasphys.conditions.values import (
    Value,
    check_arguments,
    check_value,
    describe_value,
    deserialize_value,
    serialize_value,
)
from kerasphys.derivatives import Namespace
from kerasphys.geometry import Geometry, Region


class Condition(abc.ABC):
    """Something that must hold on a region: the common part of all conditions.

    A subclass supplies `names` and `residuals`, and lists what its constructor takes in
    `get_config`.

    Args:
        on: The region on which it must hold; `None` for the whole domain.
        weight: Non-negative number, the factor of its mean square in the loss.
        givens: Given values by name, evaluated once for each set of points.
    """

    needs_normals = False
    has_own_points = False

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

    @abc.abstractmethod
    def names(self, namespace: Namespace) -> tuple[str, ...]:
        """The fields, derivatives, coordinates and parameters that `residuals` reads."""

    @abc.abstractmethod
    def residuals(self, at: Located) -> tuple[tf.Tensor, ...]:
        """What must vanish: tensors of shape `(n,)`."""

    def images(self, points: np.ndarray, domain: Geometry) -> np.ndarray | None:
        """A second set of points that the condition compares with the first, or `None`."""
        return None

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
        return tuple(value.name for value in values if isinstance(value, MissingFunction))

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
