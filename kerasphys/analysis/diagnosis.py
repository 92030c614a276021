"""What `diagnose` found."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kerasphys.analysis.advice import THIN, place
from kerasphys.analysis.condition_state import ConditionState
from kerasphys.analysis.layers import Layer
from kerasphys.analysis.maps import Maps
from kerasphys.plotting import diagnosis as draw
from kerasphys.plotting import save

MOST_POINTS = 4000  # in a picture: more would hide what is below


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """The state of a model: `kp.diagnose` makes it, `print` shows it.

    Attributes:
        advice: One line: what stalls the training, and what to do about it.
        findings: The numbers that the advice is based on, NaN where there is none: `loss`,
            `gradient`, `faults` (residuals that are not finite), `domination` (of one gradient
            over that of a condition that does not hold), `overfitting` (mean square at fresh
            points by that at those of the training), `layer_thickness` (of the thinnest layer, by
            the extent of the domain), `layer_points_across`, `early_to_late` (mean squares),
            `concentration` (of the squares at one hundredth of the points), `cosine` (the least
            between two gradients), `flatness` (loss by gradient and size of the weights), `gain`
            (of the second half of the last training), and for each field with a reference
            `relative_l2_u` and `largest_error_u`.
        coordinates: The names of the coordinates.
        conditions: The state of each condition that is trained.
        layers: The steepest place of each field along each coordinate.
        maps: Residuals, fields and errors on a grid.
        points: `(n, d)`, the points on which the equations are trained.
    """

    advice: str
    findings: dict[str, float]
    coordinates: tuple[str, ...] = field(repr=False)
    conditions: dict[str, ConditionState] = field(repr=False)
    layers: tuple[Layer, ...] = field(repr=False)
    maps: Maps = field(repr=False)
    points: np.ndarray = field(repr=False)

    @property
    def table(self) -> Any:
        """A pandas DataFrame: a row for each condition, most of it as in `ConditionState`.

        Beside it stand the place `at` of the largest residual; `weighted_gradient`, with the
        weight of the condition; and whose gradient opposes its own most, with the `cosine`.
        """
        import pandas as pd

        return pd.DataFrame.from_dict(
            {name: self._row(state) for name, state in self.conditions.items()}, orient="index"
        )

    @property
    def layer_table(self) -> Any:
        """A pandas DataFrame: a row for each field and coordinate; see `Layer`."""
        import pandas as pd

        rows = [
            {
                "field": layer.field,
                "along": layer.coordinate,
                "thickness": layer.thickness,
                "relative": layer.relative,
                "at": place(self.coordinates, layer.where),
                "points": layer.points,
                "uniform": layer.uniform,
                "points_across": layer.points_across,
            }
            for layer in self.layers
        ]
        return pd.DataFrame(rows)

    @property
    def cosines(self) -> Any:
        """A pandas DataFrame: cosines of the angles between the gradients of the conditions."""
        import pandas as pd

        names = list(self.conditions)
        rows = {name: {name: 1.0, **self.conditions[name].cosines} for name in names}
        return pd.DataFrame.from_dict(rows, orient="index")[names]

    def picture(self) -> Any:
        """Residuals, fields and errors over the domain, and what the conditions come to.

        Returns:
            A `matplotlib.figure.Figure`.
        """
        maps = self.maps
        fixed = ", ".join(f"{name} = {value:.3g}" for name, value in maps.fixed.items())
        return draw(
            maps.axes,
            maps.residuals,
            maps.fields,
            maps.errors,
            points=None if fixed else self.points[:: math.ceil(len(self.points) / MOST_POINTS)],
            places={} if fixed else {n: layer.where for n, layer in self._thinnest().items()},
            bars={
                "mean square residual": {
                    name: {"training": state.mean_square, "fresh": state.fresh_mean_square}
                    for name, state in self.conditions.items()
                },
                "gradient norm × loss weight": {
                    name: {"": state.pull} for name, state in self.conditions.items()
                },
            },
            title=f"{self.advice}\n({fixed})" if fixed else self.advice,
        )

    def save(self, path: str | os.PathLike) -> Path:
        """Writes the picture; see `kp.plotting.save`.

        Args:
            path: Where to write. Its ending says the format: `.png`, `.pdf`, `.svg`.

        Returns:
            The absolute path of the file.
        """
        return save(self.picture(), path)

    def __str__(self) -> str:
        table = self.table.drop(columns=["loss", "gradient", "concentration", "early_to_late"])
        lines = [_text(table.T), ""]
        if self.layers:
            lines += [_text(self.layer_table.set_index(["field", "along"])), ""]
        errors = [
            f"{name} = {value:.3g}"
            for name, value in self.findings.items()
            if name.startswith(("relative_l2_", "largest_error_"))
        ]
        if errors:
            lines += [", ".join(errors), ""]
        return "\n".join([*lines, self.advice])

    def _thinnest(self) -> dict[str, Layer]:
        """For each field that has a thin layer the thinnest."""
        by_thickness = sorted(self.layers, key=lambda layer: -layer.relative)
        return {layer.field: layer for layer in by_thickness if layer.relative < THIN}

    def _row(self, state: ConditionState) -> dict[str, Any]:
        known = {name: value for name, value in state.cosines.items() if not math.isnan(value)}
        against = min(known, key=known.__getitem__, default="")
        return {
            "points": state.points,
            "weight": state.weight,
            "loss": state.loss,
            "mean_square": state.mean_square,
            "fresh_mean_square": state.fresh_mean_square,
            "largest": state.largest,
            "at": place(self.coordinates, state.where),
            "concentration": state.concentration,
            "early_to_late": state.early_to_late,
            "gradient": state.gradient,
            "weighted_gradient": state.pull,
            "opposed_by": against,
            "cosine": known.get(against, math.nan),
        }


def _text(table: Any) -> str:
    """A table for people, as wide as it needs to be."""
    shown = table.map(lambda value: f"{value:.3g}" if isinstance(value, float) else str(value))
    return shown.replace("nan", "-").to_string()
