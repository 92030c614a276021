"""Several networks for one problem, trained together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys._validation import check_int, check_positive_int, message
from kerasphys.derivatives import Plan, select
from kerasphys.models.ensemble_objective import EnsembleObjective
from kerasphys.models.member_networks import MemberNetworks
from kerasphys.models.pinn_model import PINNModel
from kerasphys.models.problem_model import check_parts
from kerasphys.parameters import Unknown
from kerasphys.problem import Problem

ENSEMBLE = "ensemble"  # the entry of the card


@serializable
class EnsembleModel(PINNModel):
    """A `PINNModel` of several networks that begin with different weights: their mean and spread.

    All members see the same points and are trained in one `fit`, in one vectorised computation. The
    model is the mean of its members: `predict`, `derivatives` and the artefact give the mean, and
    `spread` the standard deviation among them. Each member has its own value of an `Unknown`.

    The spread shows where conditions and data leave the solution open to a network of this kind. It
    is not an error bar of noisy readings: all members see the same ones.

    With an optimizer of Keras without clipping every member goes where it goes alone. Second-order
    optimizers take the members as one: they share the line search or the damping, and dense methods
    hold a matrix for the parameters of all of them. `loss` and its terms in the logs are means over
    the members.

    Args:
        network: As of `PINNModel`; a network of points, without regularisers. The first member
            begins as it does, the others with other seeds.
        problem: As of `PINNModel`, without `kp.UnknownField`.
        members: Integer of at least 2.
        hard: As of `PINNModel`.
        engine: As of `PINNModel`.
        dtype: As of `PINNModel`.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: `(n, d)`.
    Output shape: `(n, m)`.

    Raises:
        ValueError: If the network is of another kind, or all members would begin alike.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        line = kp.geometry.Interval(0, 1, "x")
        sensors = np.array([[0.0], [0.1], [0.2]])
        problem = kp.Problem(
            line, "u", {"sensors": kp.Data(at=sensors, u=np.sin(3 * sensors[:, 0]))}
        )
        model = kp.models.EnsembleModel(kp.networks.MLP([8], seed=0), problem, members=3)
        model.compile("adam")
        model.fit(problem.points(), epochs=2, steps_per_epoch=50, verbose=0)
        near, far = model.spread([[0.1], [0.9]])[:, 0]
        print(near < far)  # True: nothing is known far away
        ```

    Reference:
        Lakshminarayanan, Pritzel, Blundell, 2017, https://arxiv.org/abs/1612.01474
    """

    def __init__(
        self,
        network: keras.layers.Layer,
        problem: Problem,
        members: int = 5,
        hard: bool | Sequence[str] = False,
        engine: str = "auto",
        dtype: Any = "float64",
        **kwargs: Any,
    ):
        check_parts(network, problem)
        self.members = check_int("members", members, minimum=2)
        if problem.unknown_fields:
            expected = "a problem without kp.UnknownField, for an ensemble"
            raise ValueError(message("problem", expected, list(problem.unknown_fields)))
        if ENSEMBLE in problem.namespace:
            raise ValueError(
                f"The name {ENSEMBLE!r} is needed for the card of an ensemble. Rename it."
            )
        stacked = MemberNetworks(network, self.members)
        super().__init__(stacked, problem, hard, engine, dtype, **kwargs)
        self._in_rows = _InRows(self)
        self._members = _Members(self)

    def call(self, points: Any) -> tf.Tensor:
        return tf.reduce_mean(self.call_members(points), axis=0)

    def call_members(self, points: Any) -> tf.Tensor:
        """The fields of each member at points `(n, d)`: `(members, n, m)`."""
        outputs = super().call(tf.tile(points, [self.members, 1]))
        return tf.reshape(outputs, (self.members, -1, outputs.shape[1]))

    def predict_members(
        self,
        x: Any,
        batch_size: int = 65536,
        parameters: Mapping[str, float] | None = None,
    ) -> np.ndarray:
        """The fields of each member.

        Args:
            x: Array of shape `(n, d)`.
            batch_size: Positive integer, the number of points evaluated at once.
            parameters: As of `predict`.

        Returns:
            Array of shape `(members, n, m)`.
        """
        points = self._check_points("x", x, parameters)
        return self._members(points, check_positive_int("batch_size", batch_size))

    def spread(
        self,
        x: Any,
        batch_size: int = 65536,
        parameters: Mapping[str, float] | None = None,
    ) -> np.ndarray:
        """The standard deviation of the fields among the members, `(n, m)`.

        Args:
            x: As of `predict_members`.
            batch_size: As of `predict_members`.
            parameters: As of `predict`.
        """
        return self.predict_members(x, batch_size, parameters).std(axis=0, ddof=1)

    def member(self, index: int) -> PINNModel:
        """One of the members as a model of its own, not compiled.

        Args:
            index: Its number, below `members`.
        """
        index = check_int("index", index, minimum=0)
        if index >= self.members:
            raise ValueError(message("index", f"below {self.members}", index))
        network = self.network.make(index)
        found = PINNModel(network, self.problem, self.hard, self.engine, self.dtype_policy)
        self.network.give_weights(index, network)
        for name, raw in found.unknowns.items():
            raw.assign(self.unknowns[name][index])
        return found

    @property
    def member_parameters(self) -> dict[str, np.ndarray]:
        """The values `(members,)` that the members have for each unknown parameter."""
        return {name: value.numpy() for name, value in self._member_unknowns().items()}

    def parameter_tensors(self) -> dict[str, tf.Tensor]:
        means = {name: tf.reduce_mean(value) for name, value in self._member_unknowns().items()}
        return super().parameter_tensors() | means

    # Training

    def objective(self, data: Any, training: bool) -> EnsembleObjective:
        if training:
            data = self.points.read(self._batch_size, self.optimizer.iterations.value)
        return EnsembleObjective(self, data, training)

    def member_values(self, plan: Plan, points: tf.Tensor) -> dict[str, tf.Tensor]:
        """What a plan asks for, and the parameters, where each member has a share of the points.

        Args:
            plan: The plan.
            points: `(members * n, d)`, those of the first member first.
        """
        values = select(self.engine, plan, self._in_rows)(plan, self._in_rows, points)
        own = {
            name: tf.repeat(value, points.shape[0] // self.members)
            for name, value in self._member_unknowns().items()
        }
        return {**values, **super().parameter_tensors(), **own}

    # What leaves

    @property
    def served_fields(self) -> tuple[str, ...]:
        return (*self.problem.fields, *(f"{name}_std" for name in self.problem.fields))

    def served_values(self, inputs: Any) -> dict[str, tf.Tensor]:
        outputs = self.call_members(inputs)
        mean = tf.reduce_mean(outputs, axis=0)
        variance = tf.reduce_sum(tf.square(outputs - mean), axis=0) / (self.members - 1)
        columns = tf.concat([mean, tf.sqrt(variance)], axis=1)
        return dict(zip(self.served_fields, tf.unstack(columns, axis=1), strict=True))

    @property
    def card_parameters(self) -> dict[str, Any]:
        found = {name: values.std(ddof=1) for name, values in self.member_parameters.items()}
        entry = {"members": self.members, "std": {n: float(std) for n, std in found.items()}}
        return {**super().card_parameters, ENSEMBLE: entry}

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {**config, "network": self.network.template, "members": self.members}

    # Details

    @property
    def unknown_shape(self) -> tuple[int, ...]:
        return (self.members,)

    def _member_unknowns(self) -> dict[str, tf.Tensor]:
        return {
            name: value.value(self.unknowns[name].value)
            for name, value in self.problem.parameters.items()
            if isinstance(value, Unknown)
        }

    def _update_metrics(self, loss: tf.Tensor, terms: tf.Tensor, objective: Any) -> dict[str, Any]:
        return super()._update_metrics(loss / self.members, terms / self.members, objective)


class _InRows:
    """The fields `(members * n, m)` of the members, each at its share of the points."""

    def __init__(self, model: EnsembleModel):
        self._model = model
        self.compute_dtype = model.compute_dtype

    def __call__(self, points: tf.Tensor) -> tf.Tensor:
        return PINNModel.call(self._model, points)


class _Members:
    """What all members answer, compiled once; kept where Keras does not look for it."""

    def __init__(self, model: EnsembleModel):
        self._compiled = tf.function(model.call_members, reduce_retracing=True, autograph=False)

    def __call__(self, points: np.ndarray, block: int) -> np.ndarray:
        parts = [
            self._compiled(tf.constant(points[start : start + block])).numpy()
            for start in range(0, max(len(points), 1), block)
        ]
        return np.concatenate(parts, axis=1)
