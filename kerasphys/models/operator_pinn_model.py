"""Operator networks that are trained by equations, without solutions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._registry import pack, serializable
from kerasphys._validation import check_choice, check_names, check_positive_int, message
from kerasphys.derivatives import Plan, TrunkEngine
from kerasphys.derivatives.trunk_engine import METHODS
from kerasphys.layers import BoxScaling
from kerasphys.models.callback_order import in_order
from kerasphys.models.channel_scaling import ChannelScaling
from kerasphys.models.exact_form import periodic_embedding
from kerasphys.models.folded_basis import FoldedBasis
from kerasphys.models.function_store import FunctionStore
from kerasphys.models.operator_checks import check_fields, check_operator, check_trunk
from kerasphys.models.operator_data import as_tensors, batches_at_points, pairs, point_arrays
from kerasphys.models.operator_inputs import POINTS, function_values
from kerasphys.models.operator_objective import OperatorObjective
from kerasphys.models.operator_values import OperatorValues, fields_at, residuals_on
from kerasphys.models.pinn_checks import check_hard, check_precision, check_scale
from kerasphys.models.point_store import WEIGHTS, PointStore, conditions_on
from kerasphys.models.problem_model import ProblemModel, check_parts
from kerasphys.point_sets import PointSets
from kerasphys.problem import Problem


@serializable
class OperatorPINNModel(ProblemModel):
    """An operator network trained to satisfy the conditions of a problem for any input function.

    One network for all input functions of a kind, and no solutions: the loss is the mean square
    residual of each condition over functions and points. Derivatives go through the trunk alone,
    so that a step holds the derivatives of the basis functions at its points and, for each
    derivative that the problem names, one number for each pair of a function and a point.

    Coordinates are scaled to `[-1, 1]` inside the model, which takes and returns physical units.
    `kp.models.PINNModel(network, problem)` makes this model where the network is an operator
    network.

    Args:
        network: A `kp.networks.OperatorNetwork` with a trunk, such as `kp.networks.DeepONet`.
        problem: The problem; each of its `kp.InputFunction` has `axes`. The branch sees the values
            at the sensors, `(n, m)`, or `(n, *grid, 1)` where there are several axes.
        hard: `True` to make all `Dirichlet` conditions and all `Periodic` ones hold exactly,
            through the form of the solution; or the names of those that should. They leave the
            loss. A value that an input function gives is a `kp.Residual` on a face instead.
        scale: Positive number, or one for each field: their size, roughly. The outputs of the
            network are multiplied by it.
        engine: `"auto"`, `"jets"` or `"tape"`: how the trunk is differentiated.
        dtype: `"float32"` or `"float64"`.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: a dict with `points` `(p, d)`, common to all functions, and each input function by
        its name, `(n, m)` or `(n, *grid, 1)`.
    Output shape: `(n, p, m)`, one channel for each field in the problem's order.

    Raises:
        ValueError: If the problem has no input function or one without `axes`; if a piecewise
            linear trunk meets a condition of second order.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        line = kp.geometry.Interval(0, 1, "x")
        problem = kp.Problem(
            line,
            fields="s",
            parameters={"u": kp.InputFunction({"x": np.linspace(0, 1, 20)})},
            conditions={
                "equation": kp.Residual(lambda s_x, u: s_x - u),
                "start": kp.Dirichlet(s=0.0, on=line.start("x")),
            },
        )
        network = kp.networks.DeepONet(
            kp.networks.MLP([16], seed=0), kp.networks.MLP([16], seed=1), basis=8
        )
        u = np.random.default_rng(0).normal(size=(4, 20))
        model = kp.models.PINNModel(network, problem, hard=True)
        model.adapt({"u": u})
        model.compile("adam")
        model.fit({"u": u}, problem.points(equation=10), epochs=1, verbose=0)
        x = np.linspace(0, 1, 7)[:, None]
        assert model.derivatives({"u": u, "points": x}, "s_x")["s_x"].shape == (4, 7)
        ```

    Reference:
        Wang, Wang, Perdikaris, 2021, https://doi.org/10.1126/sciadv.abi8605
    """

    def __init__(
        self,
        network: keras.layers.Layer,
        problem: Problem,
        hard: bool | Sequence[str] = False,
        scale: float | Sequence[float] = 1.0,
        engine: str = "auto",
        dtype: Any = "float32",
        **kwargs: Any,
    ):
        check_parts(network, problem)
        check_operator(network, problem)
        hard_names = check_hard(hard, problem)
        trunk = TrunkEngine(check_choice("engine", engine, METHODS))
        super().__init__(network, problem, hard_names, dtype, **kwargs)
        self.hard = hard if isinstance(hard, bool) else list(hard_names)
        self.scale = check_scale(scale, len(problem.fields))
        self.engine = engine
        self.trunk = trunk
        self.box = BoxScaling(*problem.domain.bounds, dtype=self.dtype_policy)
        self.embedding = periodic_embedding(problem, self.exact_conditions, self.dtype_policy)
        self.scaling = ChannelScaling(dtype=self.dtype_policy, name="scaling")
        self.scaling.build(dict.fromkeys(problem.inputs, (None, 1)))
        self.points = PointStore(dtype=self.dtype_policy, name="points")
        self._point_sets: PointSets | None = None
        self._functions = FunctionStore()
        self._batch_size: tuple[int | None, int | None] = (None, None)
        network.prepare(len(problem.fields), self.dtype_policy)
        symbols = {n: keras.KerasTensor(s, self.compute_dtype) for n, s in self._shapes.items()}
        outputs = network({**symbols, POINTS: self.features(symbols[POINTS])})
        check_precision(self, network, outputs)
        check_fields(self, outputs)
        self.basis = FoldedBasis(self)
        check_trunk(self)
        self._by_name = OperatorValues(self)
        self.built = True

    # The network as a map from functions to functions

    def call(self, inputs: Any, training: bool | None = None) -> tf.Tensor:
        functions = {name: inputs[name] for name in self.problem.inputs}
        points = inputs[POINTS]
        seen = {**self.scaled_functions(functions), POINTS: self.features(points)}
        outputs = self.network(seen, training=training)
        outputs *= tf.constant(self.scale, outputs.dtype)
        if self.transform is None:
            return outputs
        values, factors = self.transform.parts(points)  # (p, fields)
        return values + factors * outputs

    def features(self, points: Any) -> tf.Tensor:
        """What the trunk sees of points `(p, d)`: scaled to `[-1, 1]`, or on a circle."""
        scaled = self.box(points)
        return scaled if self.embedding is None else self.embedding(scaled)

    def scaled_functions(self, functions: Mapping[str, Any]) -> dict[str, Any]:
        """What the branches see of input functions: standardised."""
        scaled = self.scaling({name: f[..., None] for name, f in functions.items()})
        return {name: f[..., 0] for name, f in scaled.items()}

    def adapt(self, x: Any) -> None:
        """Measures mean and standard deviation of each input function, on training data only.

        Training goes better so. The values are weights of the model: files and artefacts hold them.

        Args:
            x: As of `fit`.
        """
        functions = function_values("x", x, self.problem)
        self.scaling.adapt([{name: array[..., np.newaxis] for name, array in functions.items()}])

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        functions = input_shape[self.problem.inputs[0]]
        return (functions[0], input_shape[POINTS][0], len(self.problem.fields))

    def predict(
        self, x: Any, batch_size: int | None = None, verbose: Any = 0, **kwargs: Any
    ) -> np.ndarray:
        """The fields `(n, p, m)` for input functions at points, in the model's own precision.

        Args:
            x: A dict with `points` `(p, d)` and each input function by its name, as of `fit`.
            batch_size: Positive integer; by default fewer functions at once, the more points.
            verbose: As of `keras.Model.predict`.
            **kwargs: `callbacks`, as of `keras.Model.predict`.
        """
        batches, points = batches_at_points(self, x, batch_size)
        there = tf.constant(points, self.compute_dtype)
        batches = batches.map(lambda functions: {**functions, POINTS: there})
        return super().predict(batches, verbose=verbose, **kwargs)

    def derivatives(
        self, x: Any, names: str | Sequence[str], batch_size: int | None = None
    ) -> dict[str, np.ndarray]:
        """Fields, inputs, their derivatives, and residuals at any points.

        Args:
            x: As of `predict`.
            names: What to compute: `"u"`, `"u_x"`, `"laplacian_u"`, `"grad_u"`, or the name of a
                condition for its residual.
            batch_size: Positive integer; by default fewer functions at once, the more points.

        Returns:
            For each name an array of shape `(n, p)`; of shape `(n, p, d)` for a gradient, and of
            shape `(n, p, k)` for a condition of `k` residuals.

        Raises:
            ValueError: If a name is unknown; if a condition needs normals, or points of its own.
        """
        batches, points = batches_at_points(self, x, batch_size)
        return self._by_name(check_names("names", names), batches, points)

    # Training

    def objective(self, data: Any, training: bool) -> OperatorObjective:
        if training:
            (functions, points), step = self._batch_size, self.optimizer.iterations.value
            data = (self._functions.read(functions, step), self.points.read(points, step))
        return OperatorObjective(self, data, training)

    def loss_terms(self, data: Any, training: bool) -> dict[str, tf.Tensor]:
        functions, sets = data
        coefficients = self.basis.coefficients(functions, training=training)
        terms = {}
        for arrays in sets.values():
            conditions = conditions_on(self.soft_conditions, arrays)
            found = residuals_on(self, conditions, functions, arrays, coefficients)
            for name, residuals in found.items():
                squares = tf.add_n([tf.square(residual) for residual in residuals])
                terms[name] = tf.reduce_mean(arrays[f"{WEIGHTS}{name}"] * squares)
        return {name: terms[name] for name in self.soft_conditions}

    def fit(
        self,
        x: Any = None,
        points: PointSets | None = None,
        *,
        epochs: int = 1,
        steps_per_epoch: int | None = None,
        batch_size: int | None = None,
        points_per_batch: int | None = None,
        validation_data: Any = None,
        callbacks: Sequence[keras.callbacks.Callback] | None = None,
        **kwargs: Any,
    ) -> keras.callbacks.History:
        """Trains on input functions and points.

        Args:
            x: The values of the input functions at their sensors: a dict of arrays `(n, m)`, or
                `(n, *grid)` where there are several axes, by name; the array itself where there is
                one input function.
            points: `problem.points(...)`; `None` to go on with the points of the last `fit`, or of
                the loaded file.
            epochs: Positive integer.
            steps_per_epoch: Positive integer: how many steps an epoch has. By default as many as
                hold all functions.
            batch_size: Positive integer, how many functions are drawn anew in every step, 32 by
                default. A second-order optimizer takes all of them, unless it is told otherwise.
            points_per_batch: `None` for all points in every step. A positive integer draws so many
                points of each set anew in every step, for first-order optimizers.
            validation_data: Other input functions and points, `(x, problem.points(...))`.
            callbacks: Any Keras callbacks.
            **kwargs: `verbose`, `initial_epoch`, `validation_freq`, as of `keras.Model.fit`.

        Returns:
            The history, with a `..._loss` for each condition.

        Raises:
            FloatingPointError: If the loss or its gradient stops being finite.
            ValueError: If an array does not suit the problem, or a condition has no points.
        """
        self._check_trainable()
        functions = function_values("x", x, self.problem)
        samples = len(next(iter(functions.values())))
        size = self._samples_per_step(batch_size, samples)
        if steps_per_epoch is None:
            steps_per_epoch = math.ceil(samples / min(size, samples))
        steps = check_positive_int("steps_per_epoch", steps_per_epoch)
        if points_per_batch is not None:
            check_positive_int("points_per_batch", points_per_batch)
        if validation_data is not None:
            validation_data = pairs(self, "validation_data", validation_data, size)
        with self._scope():
            self._take_points(points)
            tensors = as_tensors(functions, self.compute_dtype)
            replaced = self._functions.assign(tensors) or self.points.replaced
        sizes = (size, points_per_batch)
        if replaced or sizes != self._batch_size:
            self._batch_size, self.train_function = sizes, None
            self.points.replaced = False
        changing = size < samples or points_per_batch is not None
        super().fit(
            self._steps(steps),
            epochs=epochs,
            shuffle=False,
            validation_data=validation_data,
            callbacks=[*self._begin_training(changing), *in_order(callbacks or ())],
            **kwargs,
        )
        self._end_training()
        return self.history

    def evaluate(
        self, x: Any = None, points: Any = None, batch_size: int = 32, **kwargs: Any
    ) -> Any:
        """The loss and its terms for input functions at points.

        Args:
            x: As of `fit`.
            points: `problem.points(...)`.
            batch_size: Positive integer, functions at once.
            **kwargs: `verbose`, `callbacks`, `return_dict`, as of `keras.Model.evaluate`.
        """
        if not isinstance(x, tf.data.Dataset):
            self._begin_evaluation()
            x = pairs(self, "x", (x, points), check_positive_int("batch_size", batch_size))
        return super().evaluate(x, **kwargs)

    def resample(self, draw: int) -> None:
        """Draws the training points anew; all that is evaluated there is evaluated anew.

        Args:
            draw: Non-negative integer: the same number gives the same points.
        """
        if self._point_sets is None:
            raise ValueError("There are no points to draw anew: call fit with problem.points(...).")
        self._point_sets = self._point_sets.redrawn(draw)
        self.points.assign(point_arrays(self, self._point_sets))

    # What leaves

    @property
    def served_input(self) -> dict[str, tf.TensorSpec]:
        shapes = self._shapes.items()
        return {name: tf.TensorSpec(s, self.compute_dtype, name) for name, s in shapes}

    def get_config(self) -> dict[str, Any]:
        return {
            "network": pack(self.network),
            "problem": pack(self.problem),
            "hard": self.hard,
            "scale": self.scale,
            "engine": self.engine,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
            "name": self.name,
            "trainable": self.trainable,
        }

    # Details

    def values(self, plan: Plan, inputs: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """What a plan asks for of the fields, `(n, p)` each, through the trunk alone."""
        return fields_at(self, plan, inputs)

    @property
    def _moving_variables(self) -> list[keras.Variable]:
        return [v for v in self.network.non_trainable_variables if "float" in v.dtype]

    def _size(self, data: Any) -> tf.Tensor:
        return tf.cast(tf.shape(next(iter(data[0].values())))[0], self.variable_dtype)

    @property
    def _shapes(self) -> dict[str, tuple[int | None, ...]]:
        """Those of the inputs, free in functions and points."""
        sensors = {name: f.shape for name, f in self.problem.input_functions.items()}
        shapes = {n: (None, *s) if len(s) == 1 else (None, *s, 1) for n, s in sensors.items()}
        return {**shapes, POINTS: (None, len(self.problem.coordinates))}

    def _take_points(self, points: Any) -> None:
        """Makes points the training points, unless those of before stay."""
        self.points.drop_factors()
        if points is not None:
            self.check_covered("points", points)
            self._point_sets = points
            self.points.assign(point_arrays(self, points))
        elif not self.points.filled:
            raise ValueError(message("points", "points: problem.points(...)", points))
