"""Training spread over the replicas of a `tf.distribute` strategy: all of it stands here."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

from kerasphys.models import tpu
from kerasphys.models.objective import ModelObjective
from kerasphys.optimizers import Evaluation
from kerasphys.optimizers.objective import accumulate

if TYPE_CHECKING:
    from kerasphys.models.physics_model import PhysicsModel

STRATEGIES = (
    tf.distribute.MirroredStrategy,
    tf.distribute.MultiWorkerMirroredStrategy,
    tf.distribute.OneDeviceStrategy,
    tf.distribute.TPUStrategy,
)


# What TensorFlow raises where another process does not answer.
LOST = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.DeadlineExceededError)


class Distribution:
    """The strategy in whose scope a model was made.

    The training step runs once, outside of all replicas, where a variable is read from the first
    replica and written to all. Only losses and their derivatives are evaluated in the replicas,
    each on its share of the data, and summed. So a step may be a loop: `strategy.run` stands
    inside a line search, where what replicas do by themselves (`merge_call`) could not.

    Every replica is given all data of a step, and takes its share of the rows: nothing depends on
    how a dataset could be cut into files or batches, and the order is that of one device. Towards
    Keras, which would cut the dataset and run the whole step in each replica, this takes the place
    of the strategy.

    Args:
        strategy: A `tf.distribute.Strategy`.

    Raises:
        TypeError: If the strategy is of a kind that does not keep a copy of the variables in each
            replica.
    """

    def __init__(self, strategy: tf.distribute.Strategy):
        if not isinstance(strategy, STRATEGIES):
            raise TypeError(
                f"Models train under {', '.join(kind.__name__ for kind in STRATEGIES[:2])} or a "
                f"TPUStrategy. Received: the scope of a {type(strategy).__name__}."
            )
        self.strategy = strategy

    @classmethod
    def current(cls) -> Distribution | None:
        """That of the scope in which this is called; `None` outside of any."""
        return cls(tf.distribute.get_strategy()) if tf.distribute.has_strategy() else None

    @property
    def replicas(self) -> int:
        """The number of replicas, those of other machines included."""
        return self.strategy.num_replicas_in_sync

    @property
    def on_tpu(self) -> bool:
        """Whether the devices are TPUs, which have rules of their own."""
        return isinstance(self.strategy, tf.distribute.TPUStrategy)

    @property
    def is_chief(self) -> bool:
        """Whether this process is the first of those that train; alone it is."""
        resolver = self.strategy.cluster_resolver
        task = None if resolver is None else resolver.task_type
        return task in (None, "", "chief") or (task == "worker" and resolver.task_id == 0)

    def from_chief(self, number: int) -> int:
        """The number that the first replica gives, in all processes."""

        def on_replica() -> tf.Tensor:
            first = tf.distribute.get_replica_context().replica_id_in_sync_group == 0
            return tf.where(first, tf.constant(number, tf.int64), 0)

        @tf.function(autograph=False)
        def exchange() -> tf.Tensor:
            return self.strategy.reduce("SUM", self.strategy.run(on_replica), axis=None)

        return int(exchange())

    def run(self, function: Callable, args: tuple = ()) -> Any:
        """What Keras asks of a strategy to predict: here on the first device only."""
        return function(*args)

    def experimental_distribute_dataset(self, dataset: Any) -> Any:
        """What Keras asks of a strategy for its data: they stay whole."""
        return dataset

    def repeated(self, model: PhysicsModel, step: Callable) -> Callable:
        """What Keras calls with an iterator to train or test `steps_per_execution` times.

        That of Keras calls a function inside a loop, which TensorFlow does not get right where
        the function exchanges anything with other machines.

        Args:
            model: The model.
            step: Its training or test step.
        """
        steps = model.steps_per_execution

        def loop(iterator: Any) -> tuple[tf.Tensor, dict[str, Any]]:
            def body(done: tf.Tensor, element: Any) -> tuple:
                step(element.get_value())
                following = tf.cond(
                    done + 1 < steps,
                    iterator.get_next_as_optional,
                    lambda: tf.experimental.Optional.empty(element.element_spec),
                )
                return done + 1, following

            done, _ = tf.while_loop(
                lambda _, element: element.has_value(),
                body,
                (tf.constant(0), iterator.get_next_as_optional()),
            )
            return done, model.get_metrics_result()

        compiled = loop if model.run_eagerly else tf.function(loop, autograph=False)

        def on_iterator(iterator: Any) -> dict[str, Any]:
            try:
                done, logs = compiled(iterator)
            except LOST as error:
                raise ConnectionError(
                    "Another worker cannot be reached any more: it ended, or the network failed. "
                    "Start all workers again; with kp.callbacks.Resume they go on after the last "
                    "epoch that was kept."
                ) from error
            if not done:
                raise StopIteration
            return logs

        return on_iterator

    def sum(
        self, function: Callable[[], tuple[Sequence[tf.Tensor], Any]], dtype: str
    ) -> tuple[list[tf.Tensor], Any]:
        """The sums over the replicas of what each returns, in one exchange.

        Args:
            function: Called in each replica; returns tensors of known shapes, and anything else.
            dtype: The dtype of the sums.

        Returns:
            The sums; and what else each replica returned, for it only.
        """
        shapes: list[tf.TensorShape] = []

        def on_replica() -> tuple[tf.Tensor, Any]:
            parts, own = function()
            shapes[:] = [part.shape for part in parts]
            flat = [tf.reshape(tf.cast(part, dtype), (-1,)) for part in parts]
            return tf.concat(flat, axis=0), own

        vectors, own = self.strategy.run(on_replica)
        total = self.strategy.reduce("SUM", vectors, axis=None)
        pieces = tf.split(total, [shape.num_elements() for shape in shapes])
        sums = [tf.reshape(piece, shape) for piece, shape in zip(pieces, shapes, strict=True)]
        return sums, own

    def objective(self, model: PhysicsModel, data: Any, training: bool) -> DistributedObjective:
        """What an optimizer minimises on one element of the data.

        Raises:
            ValueError: If a step is made in the scope of a strategy.
        """
        if tf.distribute.has_strategy():
            raise ValueError(
                "Call fit and evaluate outside of `with strategy.scope():`. The model knows the "
                "strategy in whose scope it was made."
            )
        whole = model.objective(data, training)
        squares = hasattr(type(whole), "groups")
        kind = DistributedLeastSquares if squares else DistributedObjective
        return kind(self, whole, data)

    def check_precision(self, policy: Any) -> None:
        """Refuses the precision of a model that the devices do not have.

        Args:
            policy: The dtype policy of the model.
        """
        if self.on_tpu:
            tpu.check_precision(policy)

    def prepare(self, model: PhysicsModel) -> None:
        """Makes a compiled model ready to be trained.

        Raises:
            ValueError: If its optimizer was made outside of the scope, or its step cannot run on
                the devices.
        """
        if self.on_tpu:
            tpu.check_compiled(model)
        for optimizer in (model.optimizer, *_inner(model.optimizer)):
            if optimizer._distribution_strategy is not self.strategy:
                raise ValueError(
                    f"The model was made in the scope of a {type(self.strategy).__name__}, its "
                    f"optimizer {optimizer.name!r} was not. Compile in the same scope: "
                    "`with strategy.scope(): model = ...; model.compile(...)`."
                )
        if model.jit_compile:
            warnings.warn(
                "XLA compiles for one device at a time, so jit_compile is off for a model that is "
                "trained on several. Compile it with jit_compile=False.",
                stacklevel=4,
            )
            model.jit_compile = False


class DistributedObjective:
    """The objective of a step, evaluated in all replicas; for optimizers it is as any other.

    Args:
        distribution: The strategy.
        whole: The objective on one device.
        element: One element of the training or validation data, whole. Each replica makes the
            objective anew, to read its own copy of what the model keeps.
    """

    _outputs: Any = None  # in each replica, when the loss was last evaluated

    def __init__(self, distribution: Distribution, whole: ModelObjective, element: Any):
        self.distribution = distribution
        self.whole = whole
        self.model, self.data, self.training = whole.model, whole.data, whole.training
        self._element = element

    def value(self) -> tuple[tf.Tensor, tf.Tensor]:
        """The loss `()` and its terms `(k,)`."""
        loss, terms = self._sum(lambda part: part.value())
        return loss, terms

    def evaluate(self) -> Evaluation:
        """The loss, its flat gradient `(P,)` and its terms `(k,)`."""
        return Evaluation(*self._sum(lambda part: part.evaluate()))

    def remainder_gradient(self) -> tf.Tensor | None:
        """The flat gradient `(P,)` of the regularisers; `None` where there are none."""
        return self.whole.remainder_gradient()

    def each(self, function: Callable[[Any], None]) -> None:
        """Calls a function in each replica with the objective of its share, if it has any."""

        def on_replica(outputs: Any) -> None:
            part = self._part()
            part.outputs = outputs

            def call() -> tf.Tensor:
                function(part)
                return tf.constant(True)

            tf.cond(tf.convert_to_tensor(part.counts), call, lambda: tf.constant(False))

        self.distribution.strategy.run(on_replica, (self._outputs,))

    def _part(self) -> Any:
        """The share of the replica that asks."""
        whole = self.model.objective(self._element, self.training)
        number = tf.distribute.get_replica_context().replica_id_in_sync_group
        known = tf.get_static_value(number)  # by all but TPUs
        return whole.part(number if known is None else int(known), self.distribution.replicas)

    def _sum(self, function: Callable[[Any], Sequence[tf.Tensor]]) -> list[tf.Tensor]:
        """The sums over the replicas of what a function of their shares returns.

        Statistics that a step moves, such as those of batch normalisation, become the means over
        the replicas.
        """
        moving = self.model._moving_variables if self.training else []

        def on_replica() -> tuple[list[tf.Tensor], Any]:
            part = self._part()
            found = list(function(part))
            found += [v.value / self.distribution.replicas for v in moving]
            return found, part.outputs

        sums, self._outputs = self.distribution.sum(on_replica, self.model.variable_dtype)
        count = len(sums) - len(moving)
        for variable, mean in zip(moving, sums[count:], strict=True):
            variable.assign(mean)
        return sums[:count]


class DistributedLeastSquares(DistributedObjective):
    """The same for sums of squares."""

    def product(self, vector: tf.Tensor) -> tf.Tensor:
        """The product `(JᵀJ) vector` of shape `(P,)`, without the matrix."""
        return self._sum(lambda part: [part.product(vector)])[0]

    def accumulate(
        self, add: Callable[..., Sequence[tf.Tensor]], zeros: Sequence[tf.Tensor]
    ) -> list[tf.Tensor]:
        """The sums over all residuals of what blocks of them add."""
        return self._sum(lambda part: accumulate(part.groups, add, zeros))


class AgreedMean(keras.metrics.Mean):
    """A mean of values that are the same in all replicas: reading it exchanges nothing."""

    def add_variable(self, shape: Any, initializer: Any, dtype: Any = None, **kwargs: Any) -> Any:
        options = {**kwargs, "aggregation": "only_first_replica"}
        return super().add_variable(shape, initializer, dtype, **options)


def _inner(optimizer: keras.optimizers.Optimizer) -> Iterator[keras.optimizers.Optimizer]:
    """The optimizers inside another one, such as the stages of a schedule."""
    for value in vars(optimizer).values():
        if isinstance(value, keras.optimizers.Optimizer):
            yield value
