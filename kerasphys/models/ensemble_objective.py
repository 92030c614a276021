"""The loss of an `EnsembleModel`: the sum of those of its members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import tensorflow as tf

from kerasphys.conditions import Condition
from kerasphys.models.pinn_objective import Arrays, PINNObjective, _Part

if TYPE_CHECKING:
    from kerasphys.models.ensemble_model import EnsembleModel


class EnsembleObjective(PINNObjective):
    """Every residual once for each member, so that each has the gradient that it has alone."""

    model: EnsembleModel

    def make_part(self, arrays: Arrays, conditions: dict[str, Condition]) -> _Part:
        return _MemberPart(self, arrays, conditions)


class _MemberPart(_Part):
    """Computes what all members have at the points, and takes it apart."""

    def residuals(self, arrays: Arrays) -> dict[str, tuple[tf.Tensor, ...]]:
        members = self.objective.model.members
        repeated = {
            key: tf.tile(array, [members, *(1 for _ in array.shape[1:])])
            if array.shape.rank
            else array
            for key, array in arrays.items()
        }
        return {
            name: tuple(
                own
                for residual in residuals
                for own in tf.unstack(tf.reshape(residual, (members, -1)), num=members)
            )
            for name, residuals in super().residuals(repeated).items()
        }

    def values_at(self, points: tf.Tensor) -> Mapping[str, tf.Tensor]:
        return self.objective.model.member_values(self.plan, points)
