"""Integrals of fields over regions: mean values, fluxes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys._functions import MissingFunction
from kerasphys._registry import serializable
from kerasphys._validation import check_array, check_names, check_positive_int, message
from kerasphys.conditions.located import Located
from kerasphys.conditions.residual import Residual
from kerasphys.conditions.values import (
    Value,
    check_arguments,
    check_value,
    describe_value,
    evaluate,
    serialize_value,
)
from kerasphys.derivatives import Namespace
from kerasphys.geometry import Geometry, Region, quadrature
from kerasphys.geometry.sections import Sections

NORMAL = "normal_"  # what the names of the components of the outward normal begin with
QUADRATURE, EQUALS = "quadrature.weights", "equals"  # beside what is given by name


@serializable
class Integral(Residual):
    """The integral of a function of named derivatives over a region, which must have a value.

    It fixes what an equation leaves open: the mean of a pressure that is known up to a constant, or
    the flow through a channel. The residual is the integral minus `equals`, by quadrature. For a
    mean value `m` write `equals=m * region.measure`.

    Without `each` there is one integral, over all coordinates of the region, time among them, and
    no number of points is to be given. With `each="t"` there is one at each of some times:
    `problem.points(gauge=20)` draws 20 of them. Point weights are then weights of these integrals.

    Args:
        function: Returns the integrand, `(n,)`. Its argument names say what it receives, as in
            `kp.Residual`; on a boundary also `normal_x`, `normal_y`, ..., the components of the
            outward normal.
        equals: What the integral must be: a number, or with `each` a NumPy function of those
            coordinates, an array or a `kp.Table`.
        on: The region to integrate over. By default the whole domain.
        each: Names of coordinates that are held fixed in each integral, all `kp.Range` of the
            problem among them. The region must be a product of where they lie and of the rest.
        nodes: Positive integer, the most quadrature points of an integral; see
            `kp.geometry.quadrature`.
        weight: Non-negative number, the factor of the mean square residual in the loss.
        rename: As of `kp.Residual`.
        **givens: As of `kp.Residual`.

    Raises:
        TypeError: If the function takes `*args`, `**kwargs` or positional-only arguments.
        ValueError: When the problem is made, if the function names something unknown, the region is
            no product of `each` and the rest, or `each` lacks a range.

    Example:
        ```python
        import kerasphys as kp

        channel = kp.geometry.Box((0, 0), (4, 1)) * kp.geometry.Interval(0, 1, "t")
        kp.Integral(lambda p: p, each="t")  # the mean pressure is zero at all times
        kp.Integral(lambda u: u, equals=0.5, on=channel.start("x"), each="t")  # the flow rate
        ```
    """

    pointwise = False

    def __init__(
        self,
        function: Callable,
        equals: Value = 0.0,
        on: Region | None = None,
        each: str | Sequence[str] | None = None,
        nodes: int = 256,
        weight: float = 1.0,
        rename: Mapping[str, str] | None = None,
        **givens: Value,
    ):
        super().__init__(function, on, weight, rename, **givens)
        self.equals = check_value("equals", equals)
        self.each = None if each is None else check_names("each", each)
        self.nodes = check_positive_int("nodes", nodes)
        if self.each is None and not isinstance(self.equals, float):
            expected = "a number, unless `each` names coordinates"
            raise ValueError(message("equals", expected, equals))
        self.normals = tuple(n for n in self.requested.names if n.startswith(NORMAL))
        self.givens |= dict.fromkeys(self.normals, 1.0)  # until points are known

    @property
    def has_own_points(self) -> bool:  # type: ignore[override]
        """Whether no number of points is to be given."""
        return self.each is None

    @property
    def missing_functions(self) -> tuple[str, ...]:
        name = (self.equals.name,) if isinstance(self.equals, MissingFunction) else ()
        return (*super().missing_functions, *name)

    def row_coordinates(self, coordinates: tuple[str, ...]) -> tuple[str, ...]:
        return self.each or ()

    def rows(
        self,
        name: str,
        domain: Geometry,
        wanted: int | np.ndarray | None,
        sampler: str,
        seed: int,
    ) -> np.ndarray:
        region = self.region(domain)
        if self.each is None:
            return quadrature(region, self.nodes)[0][np.newaxis]
        sections = Sections(region, self.each)
        if wanted is None or isinstance(wanted, int | np.integer):
            values = sections.values.sample(check_positive_int(name, wanted), sampler, seed)
        else:
            cure = f"One column for each of {', '.join(sections.each)}."
            values = check_array(name, wanted, (None, len(sections.each)), cure)
            outside = np.flatnonzero(~sections.values.contains(values))
            if len(outside):
                raise ValueError(
                    f"Argument `{name}` must lie in {sections.values!r}. Received: {len(outside)} "
                    f"rows elsewhere, the first is {values[outside[0]].tolist()}."
                )
        return sections.rule(values, self.nodes)[0]

    def evaluated(self, name: str, points: np.ndarray, domain: Geometry) -> dict[str, np.ndarray]:
        region, names = self.region(domain), domain.coordinates
        flat = points.reshape(-1, points.shape[-1])
        found = super().evaluated(name, flat, domain)
        if self.normals:
            normals = region.normals(flat)
            for normal in self.normals:
                found[normal] = normals[:, names.index(normal.removeprefix(NORMAL))]
        found = {key: v.reshape(points.shape[:2]) if v.ndim else v for key, v in found.items()}
        found[QUADRATURE] = np.broadcast_to(self._weights(region, points), points.shape[:2]).copy()
        found[EQUALS] = evaluate(f"{name}.{EQUALS}", self.equals, points[:, 0], names)
        return found

    def residuals(self, at: Located) -> tuple[tf.Tensor, ...]:
        givens = dict(at.givens)
        weights, equals = givens.pop(QUADRATURE, None), givens.pop(EQUALS, None)
        flat = {k: tf.reshape(v, (-1,)) if v.shape.rank else v for k, v in givens.items()}
        integrands = super().residuals(Located(at.values, flat))
        if len(integrands) != 1:
            raise ValueError(
                f"The function of an Integral must return one integrand. Received: "
                f"{len(integrands)} of them. Write a kp.Integral for each."
            )
        if weights is None:  # the problem rehearses the function, without points
            return integrands
        values = tf.reshape(integrands[0], tf.shape(weights))
        return (tf.reduce_sum(weights * values, axis=1) - equals,)

    def check(self, namespace: Namespace, domain: Geometry) -> None:
        super().check(namespace, domain)
        region = self.region(domain)
        fixed = self.each or ()
        varied = tuple(name for name in namespace.ranges if name not in fixed)
        if varied:
            raise ValueError(
                f"The integral would go over all values of {', '.join(varied)}, a kp.Range of the "
                f"problem. Hold it fixed: each={(*fixed, *varied)!r}."
            )
        if self.each is not None:
            Sections(region, self.each)
            check_arguments(EQUALS, self.equals, self.each)
        for name in self.normals:
            if name.removeprefix(NORMAL) not in namespace.coordinates:
                raise ValueError(
                    f"The function names {name!r}, a component of the normal, and the coordinates "
                    f"are {', '.join(namespace.coordinates)}."
                )
        if self.normals:
            region.normals(quadrature(region, 1)[0])

    def describe(self) -> str:
        value = describe_value(self.equals)
        each = "" if self.each is None else f" at each {', '.join(self.each)}"
        return f"{super().describe()} equals {value}{each}"

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for name in self.normals:
            del config["values"][name]
        return {
            **config,
            "each": None if self.each is None else list(self.each),
            "nodes": self.nodes,
            "values": {**config["values"], EQUALS: serialize_value(self.equals)},
        }

    def _values(self) -> str:
        given = {name: v for name, v in self.givens.items() if name not in self.normals}
        return ", ".join(f"{name} = {describe_value(value)}" for name, value in given.items())

    def _weights(self, region: Region, points: np.ndarray) -> np.ndarray:
        if self.each is None:
            return quadrature(region, self.nodes)[1]
        sections = Sections(region, self.each)
        columns = [region.coordinates.index(name) for name in sections.each]
        return sections.rule(points[:1, 0, columns], self.nodes)[1]
