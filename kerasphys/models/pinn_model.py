"""Physics-informed neural networks."""

from __future__ import annotations

import contextlib
import contextvars
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys._validation import (
    check_array,
    check_names,
    check_positive_int,
    message,
)
from kerasphys.artifacts import Card, write_artifact
from kerasphys.conditions import Condition, Located
from kerasphys.conditions.exact import ExactValues
from kerasphys.conditions.values import evaluate
from kerasphys.derivatives import Engine, Parameter, Plan, select
from kerasphys.layers import BoxScaling
from kerasphys.layers.activations import check_smooth
from kerasphys.models.physics_model import PhysicsModel
from kerasphys.models.point_store import PointStore
from kerasphys.networks import Network
from kerasphys.point_sets import PointSets
from kerasphys.problem import Problem, check_residuals
from kerasphys.unknown import Unknown

_given_problem: contextvars.ContextVar[Problem | None] = contextvars.ContextVar(
    "given_problem", default=None
)


@serializable
class PINNModel(PhysicsModel):
    """A network trained to satisfy the conditions of a problem.

    The loss is the sum over the conditions of weight times mean square residual. Coordinates are
    scaled to `[-1, 1]` inside the model, which takes and returns physical units.

    Args:
        network: A `kp.networks` network, or any Keras model or layer from `(n, d)` to `(n, m)`
            that treats each point by itself: coordinates in, fields out, in the problem's order.
        problem: The problem.
        hard: `True` to make all `Dirichlet` conditions (initial values among them) hold exactly,
            through the form of the solution; or the names of those that should. They leave the
            loss. They must hold on flat faces: of intervals, boxes, and their products.
        engine: `"auto"`, or the name of a derivative engine.
        dtype: `"float64"` or `"float32"`.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: `(n, d)`.
    Output shape: `(n, m)`.

    Raises:
        ValueError: If the network has another precision or number of outputs, or a piecewise
            linear activation under a condition of second order.

    Example:
        ```python
        import kerasphys as kp

        line = kp.geometry.Interval(0, 1, "x")
        problem = kp.Problem(
            line,
            fields="u",
            conditions={
                "equation": kp.Residual(lambda u_xx: u_xx + 1),
                "ends": kp.Dirichlet(u=0.0, on=line.boundary("x")),
            },
        )
        model = kp.models.PINNModel(kp.networks.MLP([8, 8], seed=0), problem, hard=True)
        print(model.derivatives([[0.0], [0.5]], ["u", "u_xx"]))
        ```

    Reference:
        Raissi, Perdikaris, Karniadakis, 2019, https://doi.org/10.1016/j.jcp.2018.10.045
    """

    def __init__(
        self,
        network: keras.layers.Layer,
        problem: Problem,
        hard: bool | Sequence[str] = False,
        engine: str = "auto",
        dtype: Any = "float64",
        **kwargs: Any,
    ):
        if not isinstance(network, keras.layers.Layer):
            raise TypeError(message("network", "a Keras model or layer", network))
        if not isinstance(problem, Problem):
            raise TypeError(message("problem", "a kp.Problem", problem))
        hard_names = _check_hard(hard, problem)
        if not isinstance(engine, str):
            raise TypeError(message("engine", "the name of an engine, such as 'auto'", engine))
        terms = {name: c.weight for name, c in problem.conditions.items() if name not in hard_names}
        if not terms:
            raise ValueError(
                message("hard", "such that a condition is left to train on", list(hard_names))
            )
        super().__init__(terms, dtype=_check_dtype(dtype), **kwargs)
        self.problem = problem
        self.hard = hard if isinstance(hard, bool) else list(hard_names)
        self.engine = engine
        self.soft_conditions = {name: problem.conditions[name] for name in terms}
        self.transform = (
            ExactValues(
                problem.domain,
                problem.namespace,
                {name: problem.conditions[name] for name in hard_names},
            )
            if hard_names and not problem.missing_functions
            else None
        )
        self.scaling = BoxScaling(*problem.domain.bounds, dtype=self.dtype_policy)
        self.network = network
        self.points = PointStore(dtype=self.dtype_policy, name="points")
        self.unknowns = {
            name: self.add_weight(shape=(), initializer="zeros", name=name)
            for name, value in problem.parameters.items()
            if isinstance(value, Unknown)
        }
        self._point_sets: PointSets | None = None
        self._batch_size: int | None = None
        self._compiled_derivatives: dict[tuple[str, ...], Any] = {}
        self._build_network()

    # The network as a function of the coordinates

    def call(self, points: Any) -> tf.Tensor:
        outputs = self.network(self.scaling(points))
        if self.transform is not None:
            return self.transform(points, outputs)
        return outputs

    def build(self, input_shape: Any) -> None:
        self.built = True

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], len(self.problem.fields))

    @property
    def parameters(self) -> dict[str, float]:
        """The current values of the problem's parameters, identified ones included."""
        return {name: float(value) for name, value in self._parameter_tensors().items()}

    def predict(
        self, x: Any, batch_size: int | None = 65536, verbose: Any = 0, **kwargs: Any
    ) -> np.ndarray:
        """The fields `(n, m)` at points `(n, d)`, in the model's own precision.

        Args:
            x: Array of shape `(n, d)`, or a `tf.data.Dataset` of such batches.
            batch_size: Positive integer.
            verbose: As of `keras.Model.predict`.
            **kwargs: `steps` and `callbacks`, as of `keras.Model.predict`.
        """
        if not isinstance(x, tf.data.Dataset):
            points = self._check_points("x", x)
            size = check_positive_int("batch_size", batch_size or len(points) or 1)
            x = tf.data.Dataset.from_tensor_slices(points).batch(size)
        return super().predict(x, verbose=verbose, **kwargs)

    def derivatives(
        self, x: Any, names: str | Sequence[str], batch_size: int = 65536
    ) -> dict[str, np.ndarray]:
        """Fields, derivatives and residuals at any points.

        Args:
            x: Array of shape `(n, d)`.
            names: What to compute: `"u"`, `"u_x"`, `"laplacian_u"`, `"grad_u"`, or the name of a
                condition for its residual.
            batch_size: Positive integer, the number of points evaluated at once.

        Returns:
            For each name an array of shape `(n,)`; of shape `(n, d)` for a gradient, and of shape
            `(n, k)` for a condition of `k` residuals.

        Raises:
            ValueError: If a name is unknown; if a condition needs normals, or points of its own.
        """
        points = self._check_points("x", x)
        wanted = check_names("names", names)
        size = check_positive_int("batch_size", batch_size)
        conditions = {n: self.problem.conditions[n] for n in wanted if n in self.problem.conditions}
        for name, condition in conditions.items():
            if condition.needs_normals or condition.images(points, self.problem.domain) is not None:
                raise ValueError(
                    f"The residual of {name!r} exists only on its own part of the boundary. Ask "
                    "for the derivatives that it is made of."
                )
        compute = self._derivative_function(wanted)
        parts = []
        for start in range(0, max(len(points), 1), size):
            block = points[start : start + size]
            givens = {
                f"{name}.{given}": tf.constant(
                    evaluate(given, value, block, self.problem.coordinates), self.compute_dtype
                )
                for name, condition in conditions.items()
                for given, value in condition.givens.items()
            }
            parts.append(compute(tf.constant(block, self.compute_dtype), givens))
        return {name: np.concatenate([part[name].numpy() for part in parts]) for name in wanted}

    # Training

    def loss_terms(self, data: Any, training: bool) -> dict[str, tf.Tensor]:
        sets = self._training_points() if training else data
        parameters = self._parameter_tensors()
        found = {}
        for arrays in sets.values():
            on_set = [key.partition(".")[2] for key in arrays if key.startswith("weights.")]
            conditions = {n: self.soft_conditions[n] for n in on_set if n in self.soft_conditions}
            if not conditions:
                continue
            plan = self._plan([n for c in conditions.values() for n in self._names(c)])
            values = {**self._evaluate(plan, arrays["points"]), **parameters}
            images = self._evaluate(plan, arrays["images"]) if "images" in arrays else {}
            for name, condition in conditions.items():
                prefix = f"givens.{name}."
                givens = {
                    key.removeprefix(prefix): value
                    for key, value in arrays.items()
                    if key.startswith(prefix)
                }
                at = Located(values, givens, images, arrays.get("normals"))
                residuals = condition.residuals(at)
                check_residuals(residuals, arrays["points"].shape[0])
                squares = tf.add_n([tf.square(residual) for residual in residuals])
                found[name] = tf.reduce_mean(arrays[f"weights.{name}"] * squares)
        return {name: found[name] for name in self.soft_conditions}

    def fit(
        self,
        x: PointSets | None = None,
        *,
        epochs: int = 1,
        steps_per_epoch: int | None = None,
        batch_size: int | None = None,
        validation_data: PointSets | None = None,
        callbacks: Sequence[keras.callbacks.Callback] | None = None,
        **kwargs: Any,
    ) -> keras.callbacks.History:
        """Trains on points.

        Args:
            x: `problem.points(...)`; `None` to go on with the points of the last `fit`, or of the
                loaded file.
            epochs: Positive integer.
            steps_per_epoch: Positive integer, optimizer steps between two entries of the logs.
                By default one; with mini-batches, as many as cover the largest set once.
            batch_size: `None` for all points in every step. A positive integer draws so many
                points of each set anew in every step, for first-order optimizers.
            validation_data: `problem.points(...)` with another seed.
            callbacks: Any Keras callbacks.
            **kwargs: `verbose`, `initial_epoch`, `validation_freq`, as of `keras.Model.fit`.

        Returns:
            The history, with a `..._loss` for each condition.

        Raises:
            FloatingPointError: If the loss or its gradient stops being finite.
            ValueError: If points are missing for a condition.
        """
        self._check_trainable()
        if x is not None:
            self._take(x)
        elif not self.points.filled:
            raise ValueError(message("x", "points: problem.points(...)", x))
        if batch_size is not None:
            check_positive_int("batch_size", batch_size)
        if batch_size != self._batch_size:
            self._batch_size, self.train_function = batch_size, None
        if steps_per_epoch is None and batch_size is not None:
            largest = max(len(s["points"]) for s in self.points.read().values())
            steps_per_epoch = math.ceil(largest / batch_size)
        if validation_data is not None:
            validation_data = self._dataset("validation_data", validation_data)
        watch = self._begin_training()
        super().fit(
            tf.data.Dataset.from_tensors(tf.zeros((1,), self.compute_dtype)).repeat(),
            epochs=epochs,
            steps_per_epoch=steps_per_epoch or 1,
            shuffle=False,
            validation_data=validation_data,
            callbacks=[*watch, *(callbacks or ())],
            **kwargs,
        )
        self._end_training()
        return self.history

    def evaluate(self, x: Any = None, **kwargs: Any) -> Any:
        """The loss and its terms on points.

        Args:
            x: `problem.points(...)`.
            **kwargs: `verbose`, `callbacks`, `return_dict`, as of `keras.Model.evaluate`.
        """
        if not isinstance(x, tf.data.Dataset):
            if not self.compiled:
                raise ValueError("The model must be compiled before evaluate.")
            self._check_trainable()
            self._refuse_loss()
            self._use_own_precision()
            x = self._dataset("x", x)
        return super().evaluate(x, **kwargs)

    def resample(self, draw: int) -> None:
        """Draws the training points anew; their given values are evaluated anew too.

        Args:
            draw: Non-negative integer: the same number gives the same points.
        """
        if self._point_sets is None:
            raise ValueError("There are no points to draw anew: call fit with problem.points(...).")
        self._point_sets = self._point_sets.redrawn(draw)
        self.points.assign(self._point_sets.tensors(self.compute_dtype))

    # What leaves

    def export(
        self,
        path: str | os.PathLike,
        derivatives: str | Sequence[str] = (),
        name: str | None = None,
        description: str = "",
        errors: Mapping[str, float | None] | None = None,
        seed: int | None = None,
        command: str | None = None,
    ) -> Path:
        """Writes a SavedModel that runs with TensorFlow alone, and its model card.

        The signature `serve` takes `points` `(n, d)` and returns one `(n,)` tensor for each field
        by its name; `derivatives` returns what was asked for. An older artefact at `path` is
        replaced only when the new one is whole.

        Args:
            path: Directory to write.
            derivatives: Names of derivatives to serve, such as `"u_x"` or `"grad_u"`.
            name: A title for the card.
            description: A sentence for the card.
            errors: Measured errors for the card, such as `{"relative_l2": 1e-4}`.
            seed: The seed of the training, for the card.
            command: How the artefact was made, for the card.

        Returns:
            The absolute path of the artefact.
        """
        spec = [tf.TensorSpec((None, len(self.problem.coordinates)), self.compute_dtype, "points")]

        @tf.function(input_signature=spec)
        def serve(points: tf.Tensor) -> dict[str, tf.Tensor]:
            columns = tf.unstack(self(points), num=len(self.problem.fields), axis=1)
            return dict(zip(self.problem.fields, columns, strict=True))

        signatures = {"serve": serve}
        if derivatives:
            plan = Plan.of(self.problem.namespace, check_names("derivatives", derivatives))

            @tf.function(input_signature=spec)
            def differentiate(points: tf.Tensor) -> dict[str, tf.Tensor]:
                return self._evaluate(plan, points)

            signatures["derivatives"] = differentiate
        lower, upper = self.problem.domain.bounds
        card = Card(
            kind="pinn",
            name=name or " ".join(self.problem.fields),
            description=description,
            coordinates=[
                {"name": n, "lower": float(low), "upper": float(high)}
                for n, low, high in zip(self.problem.coordinates, lower, upper, strict=True)
            ],
            fields=list(self.problem.fields),
            parameters=self.parameters,
            problem=self.problem.describe(),
            errors=dict(errors or {}),
            seed=seed,
            command=command,
        )
        return write_artifact(path, signatures, card, [v.value for v in self.network.variables])

    def get_config(self) -> dict[str, Any]:
        return {
            "network": keras.saving.serialize_keras_object(self.network),
            "problem": keras.saving.serialize_keras_object(self.problem),
            "hard": self.hard,
            "engine": self.engine,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
            "name": self.name,
            "trainable": self.trainable,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> PINNModel:
        config = dict(config)
        deserialize = keras.saving.deserialize_keras_object
        config["network"] = deserialize(config["network"])
        config["problem"] = _given_problem.get() or deserialize(config["problem"])
        config["dtype"] = keras.dtype_policies.get(config["dtype"])
        return cls(**config)

    # Details

    def _build_network(self) -> None:
        if isinstance(self.network, Network):
            self.network.prepare(len(self.problem.fields), self.dtype_policy)
        inputs = keras.KerasTensor((None, len(self.problem.coordinates)), self.compute_dtype)
        outputs = self.network(inputs)
        wrong = {v.dtype for v in self.network.variables if "float" in v.dtype} - {
            self.variable_dtype
        }
        if wrong or outputs.dtype != self.compute_dtype:
            other = next(iter(wrong), outputs.dtype)
            raise ValueError(
                f"The network is in {other}, the model in {self.variable_dtype}. Make the network "
                f"with dtype={self.variable_dtype!r} in every layer (a kp.networks network takes "
                f"the model's dtype), or the model with dtype={other!r}."
            )
        if tuple(outputs.shape) != (None, len(self.problem.fields)):
            raise ValueError(
                f"The network must return one column for each field "
                f"({', '.join(self.problem.fields)}). Received: shape {tuple(outputs.shape)}."
            )
        names = [n for c in self.soft_conditions.values() for n in self._names(c)]
        check_smooth(self.network, self._plan(names).order)
        select(self.engine, self._plan(names), self)
        self.built = True

    def _names(self, condition: Condition) -> list[str]:
        """What a condition asks of the engine: all its names but parameters."""
        return [
            name
            for name in condition.names(self.problem.namespace)
            if not isinstance(self.problem.namespace.require(name), Parameter)
        ]

    def _plan(self, names: Sequence[str]) -> Plan:
        return Plan.of(self.problem.namespace, names)

    def _evaluate(self, plan: Plan, points: tf.Tensor) -> dict[str, tf.Tensor]:
        engine: Engine = select(self.engine, plan, self)
        return engine(plan, self, points)

    def _parameter_tensors(self) -> dict[str, tf.Tensor]:
        tensors = {}
        for name, value in self.problem.parameters.items():
            if isinstance(value, Unknown):
                tensors[name] = value.value(self.unknowns[name].value)
            else:
                tensors[name] = tf.constant(value, self.compute_dtype)
        return tensors

    def _derivative_function(self, names: tuple[str, ...]) -> Any:
        if names in self._compiled_derivatives:
            return self._compiled_derivatives[names]
        conditions = {n: self.problem.conditions[n] for n in names if n in self.problem.conditions}
        direct = [name for name in names if name not in conditions]
        for name in direct:
            term = self.problem.namespace.require(name, extra=tuple(self.problem.conditions))
            if isinstance(term, Parameter):
                raise ValueError(f"{name!r} is a parameter: see model.parameters.")
        plan = self._plan([*direct, *(n for c in conditions.values() for n in self._names(c))])
        d = len(self.problem.coordinates)

        @tf.function(reduce_retracing=True)
        def compute(points: tf.Tensor, givens: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
            points = tf.ensure_shape(points, (None, d))
            values = {**self._evaluate(plan, points), **self._parameter_tensors()}
            found = {name: values[name] for name in direct}
            for name, condition in conditions.items():
                own = {g: givens[f"{name}.{g}"] for g in condition.givens}
                residuals = condition.residuals(Located(values, own))
                found[name] = residuals[0] if len(residuals) == 1 else tf.stack(residuals, axis=1)
            return found

        self._compiled_derivatives[names] = compute
        return compute

    def _check_points(self, argument: str, x: Any) -> np.ndarray:
        cure = f"One column for each of {', '.join(self.problem.coordinates)}."
        points = check_array(argument, x, (None, len(self.problem.coordinates)), cure)
        return points.astype(self.compute_dtype)

    def _check_trainable(self) -> None:
        missing = self.problem.missing_functions
        if missing:
            raise ValueError(
                f"The model was saved without its functions {', '.join(missing)}, which are not "
                "registered here. Load it with kp.load_model(path, problem=...)."
            )

    def _check_covered(self, argument: str, points: Any) -> PointSets:
        if not isinstance(points, PointSets):
            raise TypeError(message(argument, "points made by problem.points(...)", points))
        missing = [name for name in self.soft_conditions if name not in points.covered]
        if missing:
            raise ValueError(
                f"Argument `{argument}` has no points for the condition {missing[0]!r}: "
                f"problem.points({', '.join(f'{name}=...' for name in self.soft_conditions)})."
            )
        return points

    def _take(self, points: PointSets) -> None:
        self._point_sets = self._check_covered("x", points)
        if self.points.assign(points.tensors(self.compute_dtype)):
            self.train_function = None

    def _dataset(self, argument: str, points: Any) -> tf.data.Dataset:
        checked = self._check_covered(argument, points)
        return tf.data.Dataset.from_tensors(checked.tensors(self.compute_dtype))

    def _training_points(self) -> dict[str, dict[str, tf.Tensor]]:
        sets = self.points.read()
        if self._batch_size is None:
            return sets
        return {name: self._draw(index, s) for index, (name, s) in enumerate(sets.items())}

    def _draw(self, index: int, arrays: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """A mini-batch of a set; which one depends on the step alone."""
        n = arrays["points"].shape[0]
        if n <= self._batch_size:
            return arrays
        step = tf.cast(self.optimizer.iterations.value, tf.int64)
        chosen = tf.random.stateless_uniform((n,), tf.stack([step, tf.constant(index, tf.int64)]))
        rows = tf.argsort(chosen)[: self._batch_size]
        return {
            key: tf.gather(array, rows) if array.shape.rank else array
            for key, array in arrays.items()
        }


@contextlib.contextmanager
def loading_with(problem: Problem | None) -> Iterator[None]:
    """Models that are loaded inside the block get this problem instead of the saved one."""
    token = _given_problem.set(problem)
    try:
        yield
    finally:
        _given_problem.reset(token)


def _check_hard(hard: Any, problem: Problem) -> tuple[str, ...]:
    from kerasphys.conditions import Dirichlet

    if isinstance(hard, bool):
        chosen = [n for n, c in problem.conditions.items() if isinstance(c, Dirichlet)]
        if hard and not chosen:
            raise ValueError(message("hard", "False where no condition is kp.Dirichlet", hard))
        return tuple(chosen) if hard else ()
    if not isinstance(hard, Sequence) or isinstance(hard, str):
        raise TypeError(message("hard", "True, False or a sequence of names of conditions", hard))
    for name in hard:
        if name not in problem.conditions:
            raise ValueError(
                message("hard", f"names among {', '.join(problem.conditions)}", list(hard))
            )
    return tuple(hard)


def _check_dtype(dtype: Any) -> Any:
    try:
        policy = keras.dtype_policies.get(dtype)
    except (TypeError, ValueError) as error:
        raise ValueError(message("dtype", "'float64' or 'float32'", dtype)) from error
    if policy is None or policy.name not in ("float64", "float32"):
        raise ValueError(message("dtype", "'float64' or 'float32'", dtype))
    return policy
