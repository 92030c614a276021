"""Residuals, fields and errors on a grid, for a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from kerasphys.analysis.condition_state import has_arrays
from kerasphys.analysis.values import values_at
from kerasphys.conditions.values import evaluate
from kerasphys.models import PINNModel
from kerasphys.models.adaptive_points import equations


@dataclass(frozen=True)
class Maps:
    """What is drawn over one or two coordinates.

    Attributes:
        axes: The grid values of the coordinates that are drawn.
        fixed: The values of the others.
        residuals: For each equation its residual on the grid; the root of the sum of squares where
            it has several. NaN outside of the domain.
        fields: For each field its values on the grid.
        errors: For each field with a reference its error on the grid.
    """

    axes: dict[str, np.ndarray]
    fixed: dict[str, float]
    residuals: dict[str, np.ndarray]
    fields: dict[str, np.ndarray]
    errors: dict[str, np.ndarray]


def make_maps(
    model: PINNModel,
    values: Mapping[str, np.ndarray],
    references: Mapping[str, Callable],
    resolution: int,
) -> Maps:
    """Evaluates a model on a grid over the two coordinates along which it varies most.

    Args:
        model: The model.
        values: The fields and first derivatives at points spread over the domain.
        references: For some fields a function of the coordinates.
        resolution: Points along each coordinate.
    """
    problem = model.problem
    lower, upper = problem.domain.bounds
    drawn = _drawn(model, values)
    axes, fixed = {}, {}
    for name, low, high in zip(problem.coordinates, lower, upper, strict=True):
        if name in drawn:
            axes[name] = np.linspace(low, high, resolution)
        else:
            fixed[name] = float(low + high) / 2
    columns = [axes.get(name, np.array([fixed.get(name)])) for name in problem.coordinates]
    points = np.stack(np.meshgrid(*columns, indexing="ij"), axis=-1).reshape(-1, len(columns))
    inside = problem.domain.contains(points)

    def on_grid(found: np.ndarray) -> np.ndarray:
        whole = np.full(len(points), np.nan)
        whole[inside] = found if found.ndim == 1 else np.linalg.norm(found, axis=1)
        return whole.reshape([len(axis) for axis in axes.values()])

    shown = [name for name in equations(model) if not has_arrays(model, name)]
    found = values_at(model, points[inside], [*problem.fields, *shown])
    expected = {
        field: evaluate("reference", function, points[inside], problem.coordinates)
        for field, function in references.items()
    }
    return Maps(
        axes=axes,
        fixed=fixed,
        residuals={name: on_grid(found[name]) for name in shown},
        fields={name: on_grid(found[name]) for name in problem.fields},
        errors={name: on_grid(found[name] - value) for name, value in expected.items()},
    )


def _drawn(model: PINNModel, values: Mapping[str, np.ndarray]) -> set[str]:
    """The one or two coordinates along which the fields change most, on the average."""
    problem = model.problem
    extents = np.subtract(*problem.domain.bounds[::-1])
    change = np.zeros(len(problem.coordinates))
    for field in problem.fields:
        for column, coordinate in enumerate(problem.coordinates):
            sizes = np.abs(values[f"{field}_{coordinate}"])
            height = np.ptp(values[field])
            if height > 0:
                change[column] += np.mean(sizes) * extents[column] / height
    order = np.argsort(-np.nan_to_num(change), kind="stable")
    return {problem.coordinates[column] for column in order[:2]}
