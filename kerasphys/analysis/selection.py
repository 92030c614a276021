"""What a choice of hyper-parameters gave."""

from __future__ import annotations

import dataclasses
from typing import Any

import keras


@dataclasses.dataclass(frozen=True, eq=False)
class Selection:
    """What `select_model` found.

    Attributes:
        table: A pandas DataFrame with a row for each choice of hyper-parameters, in the order of
            the grid: their values, and the losses `train`, `validation` and, where there are
            samples for it, `test`.
        best: The hyper-parameters with the least validation loss, by name.
        model: The model that was trained with them.
    """

    table: Any
    best: dict[str, Any]
    model: keras.Model

    def __repr__(self) -> str:
        return f"Selection(best={self.best})\n{self.table.to_string()}"
