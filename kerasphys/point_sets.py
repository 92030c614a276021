"""The points at which conditions must hold, with everything that is evaluated on them."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys._validation import check_array, check_choice, check_int, message
from kerasphys.conditions import Condition
from kerasphys.conditions.values import Value, check_arguments, check_value, evaluate
from kerasphys.derivatives import Namespace
from kerasphys.geometry import Geometry, PointCloud, Region
from kerasphys.geometry.samplers import SAMPLERS, TENSOR_RULES


@dataclass(frozen=True)
class PointSet:
    """One set of points and what its conditions need there, as float64 arrays.

    Attributes:
        points: `(n, d)`; of an integral `(n, m, d)`, its quadrature points.
        images: `(n, d)`, the points across a periodic domain, or `None`.
        normals: `(n, spatial coordinates)`, outward unit normals, or `None`.
        weights: For each condition on this set, `(n,)`.
        givens: For each of these conditions its given values, `(n,)`, `(n, m)` or `()`.
    """

    points: np.ndarray
    images: np.ndarray | None
    normals: np.ndarray | None
    weights: dict[str, np.ndarray] = field(default_factory=dict)
    givens: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)

    def arrays(self) -> dict[str, np.ndarray]:
        """All arrays by name: `points`, `weights.equation`, `givens.equation.source`."""
        found = {"points": self.points, "images": self.images, "normals": self.normals}
        for condition, weights in self.weights.items():
            found[f"weights.{condition}"] = weights
        for condition, givens in self.givens.items():
            for name, values in givens.items():
                found[f"givens.{condition}.{name}"] = values
        return {name: array for name, array in found.items() if array is not None}


class PointSets:
    """Points for the conditions of a problem. `Problem.points` makes it.

    Conditions that hold on the same region with the same number of points share one set, so what
    they ask for is computed together.

    Args:
        domain: The domain of the problem.
        conditions: The conditions of the problem, by name.
        namespace: The names of the problem.
        points: For each condition the number of its points, or an array `(n, d)` of points of
            your own. Conditions on fixed positions may be left out.
        seed: Integer.
        sampler: `"sobol"`, `"latin_hypercube"`, `"uniform"`, `"grid"` or `"chebyshev"`.
        weights: For some conditions a weight of each point: an array `(n,)` or a NumPy function
            of the coordinates, not negative.
        draw: Non-negative integer, counts resamplings: another value gives other points.

    Raises:
        ValueError: If a name is no condition, or points lie outside their region.
    """

    def __init__(
        self,
        domain: Geometry,
        conditions: Mapping[str, Condition],
        namespace: Namespace,
        points: Mapping[str, int | np.ndarray],
        seed: int = 0,
        sampler: str = "sobol",
        weights: Mapping[str, Value] | None = None,
        draw: int = 0,
    ):
        if not isinstance(domain, Geometry):
            raise TypeError(message("domain", "a geometry", domain))
        if not isinstance(namespace, Namespace):
            raise TypeError(message("namespace", "a Namespace", namespace))
        self.domain = domain
        self.conditions = _check_dict("conditions", conditions)
        self.namespace = namespace
        self.points = _check_dict("points", points)
        self.seed = check_int("seed", seed, minimum=0)
        self.sampler = check_choice("sampler", sampler, SAMPLERS)
        self.weights = _check_dict("weights", {} if weights is None else weights)
        self.draw = check_int("draw", draw, minimum=0)
        for argument, given in (("points", self.points), ("weights", self.weights)):
            unknown = [name for name in given if name not in self.conditions]
            if unknown:
                raise ValueError(
                    f"Argument `{argument}` names {', '.join(unknown)}, which is no condition of "
                    f"the problem. Its conditions are {', '.join(self.conditions)}."
                )
        self.sets: dict[str, PointSet] = {}
        self.moved: tuple[str, ...] = ()
        self._shared: dict[str, tuple[Region, int, bool]] = {}
        for name in self.points:
            if self.conditions[name].has_own_points:
                raise ValueError(
                    f"Argument `points` names {name!r}, which has positions of its own. Leave "
                    f"`{name}` out."
                )
        for name, condition in self.conditions.items():
            own = condition.has_own_points or isinstance(condition.region(domain), PointCloud)
            if own or name in self.points:
                self._add(name, condition, self.points.get(name))
        if not self.sets:
            raise ValueError(
                "No points: say how many for each condition, for example "
                f"points({next(iter(self.conditions))}=1000)."
            )

    def check_covers(self, argument: str, conditions: Sequence[str]) -> None:
        """Raises a ValueError where a condition has no points."""
        covered = {name for points in self.sets.values() for name in points.weights}
        missing = [name for name in conditions if name not in covered]
        if missing:
            raise ValueError(
                f"Argument `{argument}` has no points for the condition {missing[0]!r}: "
                f"problem.points({', '.join(f'{name}=...' for name in conditions)})."
            )

    def redrawn(self, draw: int) -> PointSets:
        """The same sets with points drawn anew; the user's own and those that were moved stay."""
        others = PointSets(
            self.domain,
            self.conditions,
            self.namespace,
            self.points,
            self.seed,
            self.sampler,
            self.weights,
            draw,
        )
        return others.with_points({name: self.sets[name].points for name in self.moved})

    @property
    def drawn(self) -> tuple[str, ...]:
        """The sets whose points were drawn by number, so that others would do as well."""
        return tuple(
            name
            for name, (region, count, _) in self._shared.items()
            if not (isinstance(region, PointCloud) and count == len(region.points))
        )

    def candidates(self, name: str, count: int, seed: int) -> PointSet:
        """Other points where those of a set could lie, with all that is needed to judge them.

        Args:
            name: A set among `drawn`.
            count: Positive integer, how many; a cloud has no more than its own.
            seed: Non-negative integer.

        Returns:
            The points, uniform in measure.
        """
        region = self._shared[name][0]
        if isinstance(region, PointCloud):
            count = min(count, len(region.points))
        sampler = "sobol" if self.sampler in TENSOR_RULES else self.sampler
        return self._at(name, region.sample(count, sampler, seed))

    def with_points(self, points: Mapping[str, np.ndarray]) -> PointSets:
        """The same sets, some of them with other points, where everything is evaluated anew.

        Args:
            points: For some sets other points of their region, as many as before. `redrawn` leaves
                them where they are.
        """
        others = copy.copy(self)
        others.moved = tuple(dict.fromkeys([*self.moved, *points]))
        others.sets = {
            name: self._at(name, points[name]) if name in points else kept
            for name, kept in self.sets.items()
        }
        return others

    def tensors(
        self, dtype: str, names: Sequence[str] | None = None
    ) -> dict[str, dict[str, tf.Tensor]]:
        """All arrays as tensors of a dtype, by set and name; or those of some sets only."""
        return {
            name: {k: tf.constant(array, dtype) for k, array in self.sets[name].arrays().items()}
            for name in (self.sets if names is None else names)
        }

    def _add(self, name: str, condition: Condition, wanted: Any) -> None:
        if not condition.pointwise:
            points = condition.rows(name, self.domain, wanted, self.sampler, self._seed_of(name))
            self.sets[name] = self._filled(PointSet(points, None, None), name)
            return
        region = condition.region(self.domain)
        periodic = condition.images(np.zeros((0, self.domain.dim)), self.domain) is not None
        if wanted is None or isinstance(wanted, int | np.integer):
            if wanted is None and isinstance(region, PointCloud):
                wanted = len(region.points)
            count = check_int(name, wanted, minimum=1)
            for shared, kind in self._shared.items():
                if kind == (region, count, periodic):
                    self.sets[shared] = self._filled(self.sets[shared], name)
                    return
            self._shared[name] = (region, count, periodic)
            points = region.sample(count, self.sampler, self._seed_of(name))
        else:
            points = check_array(name, wanted, (None, self.domain.dim))
            outside = np.flatnonzero(~region.contains(points))
            if len(outside):
                raise ValueError(
                    f"The points given for `{name}` must lie on {region!r}. Received: "
                    f"{len(outside)} points elsewhere, the first is "
                    f"{points[outside[0]].tolist()} at index {outside[0]}."
                )
        if not len(points):
            raise ValueError(f"The points given for `{name}` must be at least one.")
        images = condition.images(points, self.domain)
        self.sets[name] = self._filled(PointSet(points, images, None), name)

    def _seed_of(self, name: str) -> int:
        """The seed of the points of a condition."""
        mixed = np.random.SeedSequence([self.seed, self.draw, zlib.crc32(name.encode())])
        return int(mixed.generate_state(1)[0])

    def _at(self, name: str, points: np.ndarray) -> PointSet:
        """The set of that name at other points."""
        images = self.conditions[name].images(points, self.domain)
        found = PointSet(points, images, None)
        for condition in self.sets[name].weights:
            found = self._filled(found, condition)
        return found

    def _filled(self, points: PointSet, name: str) -> PointSet:
        """A set, and what one more condition needs there."""
        condition, names = self.conditions[name], self.domain.coordinates
        if condition.needs_normals and points.normals is None:
            normals = condition.region(self.domain).normals(points.points)
            condition.check_normals(normals, self.namespace)
            points = PointSet(
                points.points,
                points.images,
                normals[:, list(self.namespace.spatial)],
                points.weights,
                points.givens,
            )
        weight = check_value(f"weights[{name!r}]", self.weights.get(name, 1.0))
        check_arguments(f"weights[{name!r}]", weight, condition.row_coordinates(names))
        places = points.points if condition.pointwise else points.points[:, 0]
        weights = evaluate(f"weights[{name!r}]", weight, places, names)
        if np.any(weights < 0):
            raise ValueError(f"The weights of the points of `{name}` must not be negative.")
        points.weights[name] = np.broadcast_to(weights, len(points.points)).copy()
        points.givens[name] = condition.evaluated(name, points.points, self.domain)
        return points

    def __repr__(self) -> str:
        sizes = [
            f"{'+'.join(points.weights)}: {len(points.points)}" for points in self.sets.values()
        ]
        return f"PointSets({', '.join(sizes)})"


def _check_dict(argument: str, value: Any) -> dict:
    if not isinstance(value, Mapping):
        raise TypeError(message(argument, "a dict by name of condition", value))
    return dict(value)
