"""What was estimated from readings, and how well."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kerasphys._validation import check_array
from kerasphys.analysis._linearised import Linearised, field_deviations
from kerasphys.models import PINNModel


@dataclass(frozen=True, eq=False)
class Estimates:
    """Unknowns with their standard deviations: `kp.analysis.uncertainty` makes it.

    Attributes:
        values: The unknown parameters, by name.
        std: Their standard deviations, in the same units; infinite where the data leave one open.
        covariance: `(k, k)`, of the unknowns in their order, as far as the data determine them.
        determined: Whether the data and the other conditions determine each.
        rank: How many combinations of the unknowns they determine, `k` at most.
        misfit: The root mean square distance of the fields from the readings, in standard
            deviations: about 1, or a little less, if those are right and the fields can follow. Far
            above 1 the uncertainties are too small.
        readings: How many readings with standard deviations there are.
        model: The model.
    """

    values: dict[str, float]
    std: dict[str, float]
    covariance: np.ndarray
    determined: dict[str, bool]
    rank: int
    misfit: float
    readings: int
    model: PINNModel = field(repr=False)
    _linearised: Linearised = field(repr=False)
    _weights: list[np.ndarray] = field(repr=False)

    @property
    def correlation(self) -> np.ndarray:
        """The correlations `(k, k)` of the unknowns, NaN where one has no deviation."""
        deviations = np.sqrt(np.diag(self.covariance))
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.covariance / np.outer(deviations, deviations)

    def table(self) -> Any:
        """A pandas DataFrame: for each unknown its value, deviation, and whether it is determined.

        `relative` is the deviation by the size of the value.
        """
        import pandas as pd

        rows = {
            name: {
                "value": value,
                "std": self.std[name],
                "relative": self.std[name] / abs(value) if value else np.inf,
                "determined": self.determined[name],
            }
            for name, value in self.values.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index")

    def fields(self, points: Any) -> dict[str, np.ndarray]:
        """The standard deviation of each field at points, as the noise of the readings makes it.

        It is infinite where neither the readings nor the other conditions say what the field is.

        Args:
            points: Array `(n, d)`.

        Returns:
            For each field, unknown ones included, an array `(n,)`.

        Raises:
            ValueError: If the model was trained further, or the points have another shape.
        """
        now = [variable.numpy() for variable in self.model.trainable_variables]
        if not all(map(np.array_equal, now, self._weights)):
            raise ValueError(
                "The weights of the model have changed since the uncertainties were found. Call "
                "kp.analysis.uncertainty again."
            )
        names = self.model.problem.coordinates
        cure = f"One column for each of {', '.join(names)}."
        checked = check_array("points", points, (None, len(names)), cure)
        deviations = field_deviations(self.model, checked, self._linearised)
        return dict(zip(self.model.problem.fields, deviations.T, strict=True))

    def __repr__(self) -> str:
        found = [
            f"{name} = {value:.6g} ± {self.std[name]:.2g}" for name, value in self.values.items()
        ]
        return (
            f"Estimates({', '.join([*found, f'{self.readings} readings'])}, "
            f"misfit {self.misfit:.2f})"
        )
