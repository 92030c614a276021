"""The loss of an `OperatorPINNModel`: means over functions and points."""

from __future__ import annotations

from typing import Self

import tensorflow as tf

from kerasphys.models.objective import ModelObjective, share_of


class OperatorObjective(ModelObjective):
    """The terms of the model on one element of its data, `(functions, sets)`.

    Several devices share the functions; each has all points.
    """

    def part(self, index: int | tf.Tensor, count: int) -> Self:
        functions, sets = self.data
        rows = share_of(next(iter(functions.values())), index, count)
        return self._part(rows, ({n: rows.of(array) for n, array in functions.items()}, sets))
