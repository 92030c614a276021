"""Where the error of an operator network comes from."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import numpy as np

from kerasphys.plotting import save

MEANINGS = {
    "test": "of the model on the test samples",
    "training": "of the model on the training samples",
    "basis": "of any model with as many basis functions, on the test samples, at least",
    "solver": "of the solutions themselves, as given",
    "quadrature": "how much the error moves with every second point left out",
    "covering": "distance of the test inputs to the training inputs, by their size",
    "operator": "how far the solutions are from those of the nearest training inputs",
    "model": "the same for what the model returns",
}


@dataclasses.dataclass(frozen=True, eq=False)
class ErrorBudget:
    """What `error_budget` found; `print` shows it.

    Attributes:
        parts: The parts by name, all relative L2 norms over all samples; those that were not
            measured are left out. See `table`.
        distance: `(n,)`, the distance of each test input to the nearest training input, in the
            discrete L2 norm.
        nearest: `(n,)`, the index of that training input.
        error: `(n,)`, the error of the model at each test input, in the discrete L2 norm.
        bound: `(n,)`, what bounds it: the changes of operator and model between the two inputs, and
            the error at the training input.
        slopes: The largest quotients of change and distance that were seen, of `operator` and
            `model`: no Lipschitz constant is smaller, while some inputs may well have steeper ones.
    """

    parts: dict[str, float]
    distance: np.ndarray = dataclasses.field(repr=False)
    nearest: np.ndarray = dataclasses.field(repr=False)
    error: np.ndarray = dataclasses.field(repr=False)
    bound: np.ndarray = dataclasses.field(repr=False)
    slopes: dict[str, float]

    @property
    def rank_correlation(self) -> float:
        """Spearman's correlation between error and distance; NaN where one does not vary."""
        if np.ptp(self.distance) == 0 or np.ptp(self.error) == 0:
            return float("nan")
        import scipy

        return float(scipy.stats.spearmanr(self.distance, self.error).statistic)

    @property
    def table(self) -> Any:
        """A pandas DataFrame: a row for each part, its relative size and what it is."""
        import pandas as pd

        rows = {name: {"relative": v, "what": MEANINGS[name]} for name, v in self.parts.items()}
        return pd.DataFrame.from_dict(rows, orient="index")

    def picture(self) -> Any:
        """Errors and their bounds over the distance to the training inputs, and the parts.

        Returns:
            A `matplotlib.figure.Figure`.
        """
        from matplotlib.figure import Figure

        figure = Figure(figsize=(11, 4.2), layout="constrained")
        left, right = figure.subplots(1, 2)
        left.plot(self.distance, self.bound, ".", color="0.75", label="bound")
        left.plot(self.distance, self.error, ".", label="error")
        left.set(
            xlabel="distance to the nearest training input",
            ylabel="L2 norm",
            yscale="log",
            title="Error by distance from the training",
        )
        left.legend()
        names = [name for name, value in self.parts.items() if value > 0]
        right.barh(names[::-1], [self.parts[name] for name in names[::-1]])
        right.set(xscale="log", xlabel="relative L2 norm", title="Where the error comes from")
        return figure

    def save(self, path: str | os.PathLike) -> Path:
        """Writes the picture; see `kp.plotting.save`.

        Args:
            path: Where to write. Its ending says the format: `.png`, `.pdf`, `.svg`.

        Returns:
            The absolute path of the file.
        """
        return save(self.picture(), path)

    def __str__(self) -> str:
        lines = [f"{name:<11} {v:9.2e}  {MEANINGS[name]}" for name, v in self.parts.items()]
        return "\n".join(
            [*lines, f"rank correlation of error and distance: {self.rank_correlation:.2f}"]
        )
