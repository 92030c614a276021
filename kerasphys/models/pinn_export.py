"""The artefact of a model of a problem."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from kerasphys._validation import message
from kerasphys.artifacts import Card, write_artifact

if TYPE_CHECKING:
    from kerasphys.models.problem_model import ProblemModel

SAMPLES = 1024  # points of a domain


def export_pinn(
    model: ProblemModel,
    path: str | os.PathLike,
    derivatives: Sequence[str],
    facts: Mapping[str, Any],
    dtype: str | None = None,
    samples: Any = None,
) -> Path:
    """Writes the fields of a model, and derivatives of them, as functions of its inputs.

    Args:
        model: The model.
        path: Directory to write.
        derivatives: Names of derivatives; with none, only `serve` is written.
        facts: Entries of the card that the model does not know itself.
        dtype: As of `write_artifact`.
        samples: As of `write_artifact`; by default points of the domain, where there is nothing
            but points.

    Raises:
        ValueError: If samples are missing.
    """
    problem = model.problem
    served = model.served_input
    spec = list(served.values()) if isinstance(served, dict) else [served]

    def inputs_of(tensors: tuple[tf.Tensor, ...]) -> Any:
        return dict(zip(served, tensors, strict=True)) if isinstance(served, dict) else tensors[0]

    @tf.function(input_signature=spec, autograph=False)
    def serve(*tensors: tf.Tensor) -> dict[str, tf.Tensor]:
        return model.served_values(inputs_of(tensors))

    signatures = {"serve": serve}
    if derivatives:
        plan = problem.plan(derivatives)

        @tf.function(input_signature=spec, autograph=False)
        def differentiate(*tensors: tf.Tensor) -> dict[str, tf.Tensor]:
            return model.values(plan, inputs_of(tensors))

        signatures["derivatives"] = differentiate
    card = Card(
        kind="pinn",
        coordinates=[
            {"name": name, "lower": float(lower), "upper": float(upper)}
            for name, lower, upper in zip(problem.coordinates, *problem.domain.bounds, strict=True)
        ],
        fields=list(model.served_fields),
        parameters=model.card_parameters,
        problem=problem.describe(),
        **facts,
    )
    parts = (model.network, model.scaling, *getattr(model, "field_networks", {}).values())
    if dtype is not None and samples is None:
        if isinstance(served, dict) or served.name != "points":
            raise ValueError(missing_samples(samples))
        samples = problem.domain.sample(SAMPLES)
    weights = [variable.value for part in parts for variable in part.variables]
    return write_artifact(path, signatures, card, weights, dtype, samples)


def missing_samples(samples: Any) -> str:
    """What is said where a precision is asked for without inputs to compare it on."""
    expected = "inputs such as predict takes, on which the precisions are compared"
    return message("samples", expected, samples, "Without a dtype no samples are needed.")
