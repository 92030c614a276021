"""Physics-informed neural networks."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._registry import pack, serializable
from kerasphys._validation import check_names, check_positive_int, message
from kerasphys.derivatives import Plan, select
from kerasphys.layers import BoxScaling
from kerasphys.models.callback_order import in_order
from kerasphys.models.exact_form import periodic_embedding
from kerasphys.models.field_network import field_networks
from kerasphys.models.grid_pinn_model import GridPINNModel
from kerasphys.models.operator_pinn_model import OperatorPINNModel
from kerasphys.models.pinn_checks import check_engine, check_hard, check_network
from kerasphys.models.pinn_objective import PINNObjective
from kerasphys.models.point_store import PointStore
from kerasphys.models.pointwise_values import PointwiseValues
from kerasphys.models.problem_model import ProblemModel, check_parts
from kerasphys.models.range_columns import points_with_ranges
from kerasphys.models.warm_start import warm_start_pinn
from kerasphys.networks import GridNetwork, OperatorNetwork
from kerasphys.point_sets import PointSets
from kerasphys.problem import Problem


@serializable
class PINNModel(ProblemModel):
    """A network trained to satisfy the conditions of a problem.

    The loss is the sum over the conditions of weight times mean square residual. Coordinates are
    scaled to `[-1, 1]` inside the model, which takes and returns physical units. With a network on
    grids, such as `kp.networks.UNet()`, this makes a `GridPINNModel`; with an operator network,
    such as `kp.networks.DeepONet`, an `OperatorPINNModel`.

    Args:
        network: A `kp.networks` network, or any Keras model or layer from `(n, d)` to `(n, m)`
            that treats each point by itself: coordinates in, fields out, in the problem's order.
        problem: The problem. For each of its unknown fields there is one more network.
        hard: `True` to make all `Dirichlet` conditions (initial values among them) and all
            `Periodic` ones hold exactly, through the form of the solution; or the names of those
            that should. They leave the loss. Dirichlet conditions must hold on flat faces: of
            intervals, boxes, and their products.
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

    members = 1  # how many networks there are for the fields: an ensemble has several

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        network = args[0] if args else kwargs.get("network")
        if cls is PINNModel and isinstance(network, GridNetwork):
            return GridPINNModel(*args, **kwargs)
        if cls is PINNModel and isinstance(network, OperatorNetwork):
            return OperatorPINNModel(*args, **kwargs)
        return super().__new__(cls, *args, **kwargs)

    def __init__(
        self,
        network: keras.layers.Layer,
        problem: Problem,
        hard: bool | Sequence[str] = False,
        engine: str = "auto",
        dtype: Any = "float64",
        **kwargs: Any,
    ):
        check_parts(network, problem)
        if problem.inputs:
            raise ValueError(
                f"The problem has the input functions {', '.join(problem.inputs)}, and this "
                "network sees points only. Take one on grids, such as kp.networks.UNet(), or an "
                "operator network, such as kp.networks.DeepONet. Or give the functions to "
                "kp.Residual: kp.Residual(..., f=lambda x, y: ...)."
            )
        hard_names = check_hard(hard, problem)
        if not isinstance(engine, str):
            raise TypeError(message("engine", "the name of an engine, such as 'auto'", engine))
        super().__init__(network, problem, hard_names, dtype, **kwargs)
        self.hard = hard if isinstance(hard, bool) else list(hard_names)
        self.engine = engine
        self.scaling = BoxScaling(*problem.domain.bounds, dtype=self.dtype_policy)
        self.embedding = periodic_embedding(problem, self.exact_conditions, self.dtype_policy)
        self.points = PointStore(dtype=self.dtype_policy, name="points")
        self._point_sets: PointSets | None = None
        self._batch_size: int | None = None
        self._at_points = PointwiseValues(self)
        check_network(self)
        self.field_networks = field_networks(self)
        check_engine(self)
        self.built = True

    # The network as a function of the coordinates

    def call(self, points: Any) -> tf.Tensor:
        outputs = self.network(self.features(points))
        if self.field_networks:
            scaled = self.scaling(points)
            fields = [network(scaled) for network in self.field_networks.values()]  # (n, 1) each
            outputs = tf.concat([outputs, *fields], axis=1)
        if self.transform is not None:
            return self.transform(points, outputs)
        return outputs

    def features(self, points: Any) -> tf.Tensor:
        """What the network sees of points `(n, d)`: scaled to `[-1, 1]`, or on a circle."""
        scaled = self.scaling(points)
        return scaled if self.embedding is None else self.embedding(scaled)

    def predict(
        self,
        x: Any,
        batch_size: int | None = 65536,
        verbose: Any = 0,
        *,
        parameters: Mapping[str, float] | None = None,
        **kwargs: Any,
    ) -> np.ndarray:
        """The fields `(n, m)` at points `(n, d)`, in the model's own precision.

        Args:
            x: Array of shape `(n, d)`, or a `tf.data.Dataset` of such batches.
            batch_size: Positive integer.
            verbose: As of `keras.Model.predict`.
            parameters: For some of the problem's `kp.Range` one value for all points, `{"a": 0.3}`;
                `x` then has no column for them.
            **kwargs: `steps` and `callbacks`, as of `keras.Model.predict`.

        Warns:
            UserWarning: If a parameter lies outside its range.
        """
        if isinstance(x, tf.data.Dataset):
            if parameters is not None:
                expected = "None where `x` is a dataset, whose batches have all columns"
                raise ValueError(message("parameters", expected, parameters))
        else:
            points = self._check_points("x", x, parameters)
            size = check_positive_int("batch_size", 65536 if batch_size is None else batch_size)
            if not len(points):  # Keras fails without a single batch
                return np.zeros((0, len(self.problem.fields)), self.compute_dtype)
            x = tf.data.Dataset.from_tensor_slices(points).batch(size)
        return super().predict(x, verbose=verbose, **kwargs)

    def derivatives(
        self,
        x: Any,
        names: str | Sequence[str],
        batch_size: int = 65536,
        parameters: Mapping[str, float] | None = None,
    ) -> dict[str, np.ndarray]:
        """Fields, derivatives and residuals at any points.

        Args:
            x: Array of shape `(n, d)`.
            names: What to compute: `"u"`, `"u_x"`, `"laplacian_u"`, `"grad_u"`, or the name of a
                condition for its residual.
            batch_size: Positive integer, the number of points evaluated at once.
            parameters: As of `predict`.

        Returns:
            For each name an array of shape `(n,)`; of shape `(n, d)` for a gradient, and of shape
            `(n, k)` for a condition of `k` residuals.

        Raises:
            ValueError: If a name is unknown; if a condition needs normals, or points of its own.
        """
        points = self._check_points("x", x, parameters)
        size = check_positive_int("batch_size", batch_size)
        return self._at_points(check_names("names", names), points, size)

    # Training

    def objective(self, data: Any, training: bool) -> PINNObjective:
        if training:
            data = self.points.read(self._batch_size, self.optimizer.iterations.value)
        return PINNObjective(self, data, training)

    def loss_terms(self, data: Any, training: bool) -> dict[str, tf.Tensor]:
        terms = self.objective(data, training).terms()
        return dict(zip(self.term_metrics, tf.unstack(terms), strict=True))

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
        self.points.drop_factors()  # left by a run that was interrupted
        if validation_data is not None:
            validation_data = self._dataset("validation_data", validation_data)
        if x is not None:
            self._point_sets = self.check_covered("x", x)
            with self._scope():
                self.points.assign(x.tensors(self.compute_dtype))
        elif not self.points.filled:
            raise ValueError(message("x", "points: problem.points(...)", x))
        if batch_size is not None:
            check_positive_int("batch_size", batch_size)
        if self.points.replaced or batch_size != self._batch_size:
            self._batch_size, self.train_function = batch_size, None
            self.points.replaced = False
        if steps_per_epoch is None and batch_size is not None:
            largest = max(len(s["points"]) for s in self.points.read().values())
            steps_per_epoch = math.ceil(largest / batch_size)
        steps = check_positive_int("steps_per_epoch", steps_per_epoch or 1)
        super().fit(
            self._steps(steps),
            epochs=epochs,
            shuffle=False,
            validation_data=validation_data,
            callbacks=[*self._begin_training(batch_size is not None), *in_order(callbacks or ())],
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
            self._begin_evaluation()
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

    def warm_start(self, path: str | os.PathLike) -> None:
        """Takes over the network of a saved model, to train on from what that one computes.

        The saved network may be narrower, such as `MLP([32] * 3)` for a `MLP([64] * 3)`, and its
        problem may lack some of this one's `kp.Range`: to begin with the new units, and the new
        inputs, make no difference. Networks of unknown fields are taken over where both models
        have them; unknown numbers start anew.

        Args:
            path: A `.keras` file that `save` of a PINNModel wrote.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If the file is damaged or holds another kind of model, or if its network
                does not fit into this one's.

        Reference:
            Chen, Goodfellow, Shlens, 2016, https://arxiv.org/abs/1511.05641
        """
        warm_start_pinn(self, path)

    # What leaves

    @property
    def served_input(self) -> tf.TensorSpec:
        return tf.TensorSpec((None, len(self.problem.coordinates)), self.compute_dtype, "points")

    def get_config(self) -> dict[str, Any]:
        return {
            "network": pack(self.network),
            "problem": pack(self.problem),
            "hard": self.hard,
            "engine": self.engine,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
            "name": self.name,
            "trainable": self.trainable,
        }

    # Details

    def values(self, plan: Plan, points: tf.Tensor) -> dict[str, tf.Tensor]:
        """What a plan asks for, at points `(n, d)`, by the engine that suits it."""
        return select(self.engine, plan, self)(plan, self, points)

    def _check_points(
        self, argument: str, x: Any, parameters: Mapping[str, float] | None
    ) -> np.ndarray:
        points = points_with_ranges(self.problem, argument, x, parameters)
        return points.astype(self.compute_dtype)

    def _dataset(self, argument: str, points: Any) -> tf.data.Dataset:
        checked = self.check_covered(argument, points)
        return tf.data.Dataset.from_tensors(checked.tensors(self.compute_dtype))
