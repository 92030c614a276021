"""The artefact of a `PINNModel`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from kerasphys.artifacts import Card, write_artifact

if TYPE_CHECKING:
    from kerasphys.models.pinn_model import PINNModel


def export_pinn(
    model: PINNModel, path: str | os.PathLike, derivatives: Sequence[str], facts: Mapping[str, Any]
) -> Path:
    """Writes the fields of a model, and derivatives of them, as functions of the points.

    Args:
        model: The model.
        path: Directory to write.
        derivatives: Names of derivatives; with none, only `serve` is written.
        facts: Entries of the card that the model does not know itself.
    """
    problem = model.problem
    spec = [tf.TensorSpec((None, len(problem.coordinates)), model.compute_dtype, "points")]

    @tf.function(input_signature=spec, autograph=False)
    def serve(points: tf.Tensor) -> dict[str, tf.Tensor]:
        columns = tf.unstack(model(points), num=len(problem.fields), axis=1)
        return dict(zip(problem.fields, columns, strict=True))

    signatures = {"serve": serve}
    if derivatives:
        plan = problem.plan(derivatives)

        @tf.function(input_signature=spec, autograph=False)
        def differentiate(points: tf.Tensor) -> dict[str, tf.Tensor]:
            return model.values(plan, points)

        signatures["derivatives"] = differentiate
    card = Card(
        kind="pinn",
        coordinates=[
            {"name": name, "lower": float(lower), "upper": float(upper)}
            for name, lower, upper in zip(problem.coordinates, *problem.domain.bounds, strict=True)
        ],
        fields=list(problem.fields),
        parameters=model.parameters,
        problem=problem.describe(),
        **facts,
    )
    return write_artifact(path, signatures, card, [v.value for v in model.network.variables])
