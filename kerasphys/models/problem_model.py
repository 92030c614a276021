"""What models share whose loss comes from the conditions of a problem."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from kerasphys._registry import unpack
from kerasphys._validation import check_names, message
from kerasphys.conditions import Condition
from kerasphys.derivatives import Plan
from kerasphys.models.card_facts import card_facts
from kerasphys.models.certificate_entry import certificate_entry
from kerasphys.models.exact_form import exact_values
from kerasphys.models.loading import loaded_problem
from kerasphys.models.physics_model import PhysicsModel
from kerasphys.models.pinn_checks import check_dtype
from kerasphys.models.pinn_export import export_pinn
from kerasphys.models.unknown_values import UnknownValues
from kerasphys.parameters import Unknown
from kerasphys.point_sets import PointSets
from kerasphys.problem import Problem


class ProblemModel(PhysicsModel):
    """A network and a problem; conditions that hold by construction have no term in the loss.

    A subclass scales its inputs by `scaling`, a layer, and supplies `values` and `served_input`.

    Args:
        network: A Keras model or layer.
        problem: The problem.
        exact: The names of the conditions that hold by construction.
        dtype: `"float64"` or `"float32"`.
        **kwargs: `name` and `trainable`, as of any Keras model.
    """

    scaling: keras.layers.Layer

    def __init__(
        self,
        network: keras.layers.Layer,
        problem: Problem,
        exact: Sequence[str],
        dtype: Any,
        **kwargs: Any,
    ):
        terms = {name: c.weight for name, c in problem.conditions.items() if name not in exact}
        if not terms:
            raise ValueError(
                message("hard", "such that a condition is left to train on", list(exact))
            )
        super().__init__(terms, dtype=check_dtype(dtype), **kwargs)
        self.problem = problem
        self.soft_conditions: dict[str, Condition] = {n: problem.conditions[n] for n in terms}
        self.exact_conditions = {name: problem.conditions[name] for name in exact}
        self.transform = exact_values(problem, self.exact_conditions)
        self.network = network
        self.unknowns = {
            name: self.add_weight(shape=self.unknown_shape, initializer="zeros", name=name)
            for name, value in problem.parameters.items()
            if isinstance(value, Unknown)
        }

    @property
    def unknown_shape(self) -> tuple[int, ...]:
        """The shape of the weight that is stored for an unknown parameter."""
        return ()

    def build(self, input_shape: Any) -> None:
        self.built = True

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], len(self.problem.fields))

    @property
    def parameters(self) -> dict[str, float]:
        """The current values of the problem's parameters, identified ones included."""
        return {name: float(value) for name, value in self.parameter_tensors().items()}

    def parameter_tensors(self) -> dict[str, tf.Tensor]:
        """The parameters as scalar tensors."""
        tensors = {}
        for name, value in self.problem.parameters.items():
            if isinstance(value, Unknown):
                tensors[name] = value.value(self.unknowns[name].value)
            elif isinstance(value, float):
                tensors[name] = tf.constant(value, self.compute_dtype)
        return tensors

    def values(self, plan: Plan, inputs: Any) -> dict[str, tf.Tensor]:
        """What a plan asks for."""
        raise NotImplementedError

    # What leaves

    @property
    def served_input(self) -> tf.TensorSpec | dict[str, tf.TensorSpec]:
        """What the signatures of an artefact take: one input, or several by name."""
        raise NotImplementedError

    @property
    def served_fields(self) -> tuple[str, ...]:
        """What the card of an artefact calls its fields."""
        return self.problem.fields

    def served_values(self, inputs: Any) -> dict[str, tf.Tensor]:
        """What the signature `serve` of an artefact returns."""
        return self.served_outputs(self(inputs))

    @property
    def card_parameters(self) -> dict[str, Any]:
        """What the card of an artefact says about parameters."""
        ranges = {name: value.get_config() for name, value in self.problem.ranges.items()}
        return {**self.parameters, **ranges}

    def served_outputs(self, outputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """What the signature `serve` of an artefact returns, from the outputs of the model."""
        fields = self.problem.fields
        return dict(zip(fields, tf.unstack(outputs, num=len(fields), axis=-1), strict=True))

    def export(
        self,
        path: str | os.PathLike,
        derivatives: str | Sequence[str] = (),
        name: str | None = None,
        description: str = "",
        errors: Mapping[str, float | None] | None = None,
        seed: int | None = None,
        command: str | None = None,
        dtype: str | None = None,
        samples: Any = None,
        certificate: Any = None,
    ) -> Path:
        """Writes a SavedModel that runs with TensorFlow alone, and its model card.

        The signature `serve` takes `points` `(n, d)` and returns one `(n,)` tensor for each field
        by its name. Of a model on grids it takes `inputs` `(n, *grid, c)` and returns `outputs`
        `(n, *grid, m)`, for any grid; of an operator network it takes each input function by its
        name and `points` `(p, d)`, and returns `(n, p)` for each field. `derivatives` returns
        what was asked for by name. An older artefact at `path` is replaced only when the new one is
        whole.

        Args:
            path: Directory to write.
            derivatives: Names of derivatives to serve, such as `"u_x"` or `"grad_u"`.
            name: A title for the card.
            description: A sentence for the card.
            errors: Measured errors for the card, such as `{"relative_l2": 1e-4}`.
            seed: The seed of the training, for the card.
            command: How the artefact was made, for the card.
            dtype: `"float32"` or `"bfloat16"` for an artefact with fewer digits than the model, as
                of `kp.artifacts.write_artifact`. The card holds the measured difference.
            samples: With `dtype`, inputs on which the difference is measured, an array or a mapping
                from the names of the inputs of `serve` to arrays. By default 1,024 points of the
                domain, where the model takes points only.
            certificate: What `kp.certify` found for the model as it is now, for the card. It holds
                in the model's own precision only.

        Returns:
            The absolute path of the artefact.

        Raises:
            ValueError: If `dtype` has more digits than the model, samples are missing, or a result
                is not finite in that precision; if the certificate is of other weights.
            OSError: If the artefact cannot be written. What was at `path` stays.
        """
        title = name or " ".join(self.problem.fields)
        facts = card_facts(title, description, errors, seed, command)
        if certificate is not None:
            facts["certificate"] = certificate_entry(self, certificate, dtype)
        names = check_names("derivatives", derivatives) if derivatives else ()
        return export_pinn(self, path, names, facts, dtype, samples)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> ProblemModel:
        config = unpack(config, "network")
        config["problem"] = loaded_problem(config["problem"])
        config["dtype"] = keras.dtype_policies.get(config["dtype"])
        return cls(**config)

    def _steps(self, count: int) -> tf.data.Dataset:
        """Data for so many steps that read what they need from variables.

        Finite, so that an epoch has its steps whatever steps_per_execution is.
        """
        return tf.data.Dataset.from_tensors(tf.zeros((1,), self.compute_dtype)).repeat(count)

    def _begin_training(self, changing: bool) -> list[keras.callbacks.Callback]:
        watches = super()._begin_training(changing)
        return [*watches, UnknownValues()] if self.unknowns else watches

    def _begin_evaluation(self) -> None:
        """Refuses what cannot be evaluated, and makes the metrics precise."""
        if not self.compiled:
            raise ValueError("The model must be compiled before evaluate.")
        self._check_trainable()
        self._refuse_loss()
        self._use_own_precision()

    def check_covered(self, argument: str, points: Any) -> PointSets:
        """Refuses what is no `PointSets`, or lacks a condition that is trained."""
        if not isinstance(points, PointSets):
            raise TypeError(message(argument, "points made by problem.points(...)", points))
        points.check_covers(argument, tuple(self.soft_conditions))
        return points

    def _check_trainable(self) -> None:
        missing = self.problem.missing_functions
        if missing:
            raise ValueError(
                f"The model was saved without its functions {', '.join(missing)}, which are not "
                "registered here. Load it with kp.load_model(path, problem=...)."
            )


def check_parts(network: Any, problem: Any) -> None:
    """Refuses what is no network, or no problem."""
    if not isinstance(network, keras.layers.Layer):
        raise TypeError(message("network", "a Keras model or layer", network))
    if not isinstance(problem, Problem):
        raise TypeError(message("problem", "a kp.Problem", problem))
