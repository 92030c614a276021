"""Where the solution varies fastest, and how many training points lie there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kerasphys.analysis.values import values_at
from kerasphys.models import PINNModel

POOL = 8192  # places at which the solution is examined
LINE, ROUNDS, ZOOM = 65, 3, 16  # places on a line through the steepest one, drawn finer each round


@dataclass(frozen=True)
class Layer:
    """The steepest place of a field along a coordinate, and the layer around it.

    The thickness is the range of the field by its largest slope. The layer is where the slope is
    more than half the largest one.

    Attributes:
        field: The name of the field.
        coordinate: The name of the coordinate.
        thickness: In units of the coordinate.
        relative: The same by the extent of the domain.
        where: `(d,)`, the steepest place.
        points: How many training points lie in the layer.
        uniform: How many of as many points would, if they were spread evenly.
        total: How many training points there are.
    """

    field: str
    coordinate: str
    thickness: float
    relative: float
    where: np.ndarray
    points: int
    uniform: float
    total: int

    @property
    def points_across(self) -> float:
        """How many points the layer has in each direction: in a plane the root of their number."""
        return self.points ** (1 / len(self.where))


def slopes(model: PINNModel, points: np.ndarray) -> dict[str, np.ndarray]:
    """The fields and their first derivatives `(n,)` at points, by name, float64."""
    return values_at(model, points, [*model.problem.fields, *_first(model)])


def find_layers(
    model: PINNModel, pool: np.ndarray, values: Mapping[str, np.ndarray], trained: np.ndarray
) -> list[Layer]:
    """The steepest place of each field along each coordinate, for fields that vary at all.

    Args:
        model: The model.
        pool: `(n, d)`, points spread evenly over the domain.
        values: What `slopes` gives there.
        trained: `(m, d)`, the points on which the equations are trained.
    """
    first = _first(model)
    on_trained = slopes(model, trained)
    everywhere = np.concatenate([pool, trained])
    known = {name: np.concatenate([values[name], on_trained[name]]) for name in values}
    usable = np.all([np.isfinite(array) for array in known.values()], axis=0)
    if not usable.any():
        return []
    everywhere = everywhere[usable]
    known = {
        name: np.abs(array[usable]) if name in first else array[usable]
        for name, array in known.items()
    }
    steepest = _refined(model, everywhere, known)
    lower, upper = model.problem.domain.bounds
    layers = []
    for name, (field, column) in first.items():
        slope, where = steepest[name]
        height = float(np.ptp(known[field]))
        if not slope > 0 or not height > 0:
            continue
        extent = float(upper[column] - lower[column])
        share = float(np.mean(np.abs(values[name]) > slope / 2))
        layers.append(
            Layer(
                field=field,
                coordinate=model.problem.coordinates[column],
                thickness=height / slope,
                relative=height / slope / extent,
                where=where,
                points=int(np.sum(np.abs(on_trained[name]) > slope / 2)),
                uniform=share * len(trained),
                total=len(trained),
            )
        )
    return layers


def _first(model: PINNModel) -> dict[str, tuple[str, int]]:
    """The names of the first derivatives, with the field and the column that they belong to."""
    return {
        f"{field}_{coordinate}": (field, column)
        for field in model.problem.fields
        for column, coordinate in enumerate(model.problem.coordinates)
    }


def _refined(
    model: PINNModel, points: np.ndarray, known: Mapping[str, np.ndarray]
) -> dict[str, tuple[float, np.ndarray]]:
    """The largest slopes and their places, sought along the coordinate between the points."""
    domain, names = model.problem.domain, _first(model)
    lower, upper = domain.bounds
    best = {}
    for name in names:
        index = int(np.argmax(known[name]))
        best[name] = (float(known[name][index]), points[index])
    reach = 2.0 / math.ceil(len(points) ** (1 / domain.dim))
    for _ in range(ROUNDS):
        lines = []
        for name, (_, column) in names.items():
            centre = best[name][1]
            line = np.repeat(centre[np.newaxis], LINE, axis=0)
            steps = np.linspace(-reach, reach, LINE) * (upper[column] - lower[column])
            line[:, column] = np.clip(centre[column] + steps, lower[column], upper[column])
            lines.append(np.where(domain.contains(line)[:, np.newaxis], line, centre))
        found = slopes(model, np.concatenate(lines))
        for number, name in enumerate(names):
            sizes = np.abs(found[name][number * LINE : (number + 1) * LINE])
            sizes = np.where(np.isfinite(sizes), sizes, 0.0)
            index = int(np.argmax(sizes))
            if sizes[index] > best[name][0]:
                best[name] = (float(sizes[index]), lines[number][index])
        reach /= ZOOM
    return best
