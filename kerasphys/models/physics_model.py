"""The one training step that all objectives share."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from kerasphys._validation import check_positive_int
from kerasphys.models import half_precision
from kerasphys.models.distribution import AgreedMean, DistributedObjective, Distribution
from kerasphys.models.objective import ModelObjective, unflat
from kerasphys.models.search_watch import SearchWatch
from kerasphys.optimizers import SecondOrder

FINE = -1


class PhysicsModel(keras.Model):
    """A Keras model whose loss is a weighted sum of named terms.

    A subclass overrides `loss_terms`. Each term has a metric (`equation_loss`, and
    `val_equation_loss` in validation) and a weight, a variable in `loss_weights` that a callback
    may assign. Weight regularisers count in `loss`.

    A step whose loss or gradient is not finite changes nothing: the model returns to its last
    weights with a finite loss, `fit` stops and raises a FloatingPointError that names the term.
    `model.history` keeps the logs.

    Made and compiled in the scope of a `tf.distribute.MirroredStrategy` or a
    `MultiWorkerMirroredStrategy`, it trains on all devices: `fit`, outside of the scope, gives the
    results of one device, up to rounding.

    Args:
        terms: The names of the terms with their first weights.
        **kwargs: `name`, `dtype` and `trainable`, as of any Keras model.
    """

    train_function: Callable | None
    test_function: Callable | None

    def __init__(self, terms: dict[str, float], **kwargs: Any):
        super().__init__(**kwargs)
        self.distribution = Distribution.current()
        if self.distribution is not None:
            self.distribution.check_precision(self.dtype_policy)
        self._distribute_strategy = None  # or Keras builds the model anew in its own way
        self.term_metrics = {
            name: AgreedMean(name=f"{name}_loss", dtype=self.variable_dtype) for name in terms
        }
        for metric in self.term_metrics.values():
            metric._direction = "down"  # so that EarlyStopping knows which way is better
        self.loss_weights = {
            name: self.add_weight(shape=(), trainable=False, name=f"{name}_weight")
            for name in terms
        }
        for name, weight in terms.items():
            self.loss_weights[name].assign(weight)  # an initializer would round it to float32
        self._fault = tf.Variable(FINE, trainable=False, dtype=tf.int64)
        self._last_good: list[tf.Variable] = []

    @property
    def distribute_strategy(self) -> Any:
        """What Keras runs its steps with."""
        return self.distribution or super().distribute_strategy

    def make_train_function(self, force: bool = False) -> None:
        if self.distribution is None:
            super().make_train_function(force)
        elif self.train_function is None or force:
            self.train_function = self.distribution.repeated(self, self.train_step)

    def make_test_function(self, force: bool = False) -> None:
        if self.distribution is None:
            super().make_test_function(force)
        elif self.test_function is None or force:
            self.test_function = self.distribution.repeated(self, self.test_step)

    def loss_terms(self, data: Any, training: bool) -> dict[str, tf.Tensor]:
        """The terms of the loss, each a scalar tensor, in the order of the constructor.

        Args:
            data: One element of the training or validation data.
            training: Whether it is a training step.
        """
        raise NotImplementedError

    def objective(self, data: Any, training: bool) -> ModelObjective:
        """What an optimizer minimises on one element of the data."""
        return ModelObjective(self, data, training)

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        objective = self._spread(data, training=True)
        if isinstance(self.optimizer, SecondOrder):
            self._keep_weights()
            loss, terms = self.optimizer.step(objective, self.trainable_variables)
            self._note_fault(self._find_fault(terms, loss))
            tf.cond(self._fault == FINE, lambda: tf.constant(True), self._reject)
            return self._update_metrics(loss, terms, self._spread(data, training=True))
        evaluation = objective.evaluate()
        judged = half_precision.judged(self.optimizer, evaluation.gradient)
        self._note_fault(self._find_fault(evaluation.terms, evaluation.loss, judged))
        tf.cond(self._fault == FINE, lambda: self._accept(evaluation.gradient), self._reject)
        return self._update_metrics(evaluation.loss, evaluation.terms, objective)

    def test_step(self, data: Any) -> dict[str, tf.Tensor]:
        objective = self._spread(data, training=False)
        return self._update_metrics(*objective.value(), objective)

    def _spread(self, data: Any, training: bool) -> ModelObjective | DistributedObjective:
        """The objective of a step, on all devices on which the model is trained."""
        if self.distribution is None:
            return self.objective(data, training)
        return self.distribution.objective(self, data, training)

    def _update_metrics(
        self, loss: tf.Tensor, terms: tf.Tensor, objective: ModelObjective | DistributedObjective
    ) -> dict[str, Any]:
        size = self._size(objective.data)
        self._loss_tracker.update_state(loss, size)
        for metric, term in zip(self.term_metrics.values(), tf.unstack(terms), strict=True):
            metric.update_state(term, size)
        return self.get_metrics_result()

    def _size(self, data: Any) -> tf.Tensor | None:
        """How much an element of the data counts in the means of an epoch; `None` if all alike."""
        return None

    def _find_fault(self, terms: tf.Tensor, *others: tf.Tensor) -> tf.Tensor:
        """The index of the first term that is not finite, their number for others, or FINE."""
        fine = [tf.reduce_all(tf.math.is_finite(other)) for other in others]
        flags = tf.concat([tf.math.is_finite(terms), [tf.reduce_all(fine)]], axis=0)
        return tf.where(
            tf.reduce_all(flags),
            tf.constant(FINE, tf.int64),
            tf.argmin(tf.cast(flags, tf.int32), output_type=tf.int64),
        )

    def _note_fault(self, fault: tf.Tensor) -> None:
        self._fault.assign(tf.where(self._fault == FINE, fault, self._fault))

    @property
    def _guarded_variables(self) -> list[keras.Variable]:
        """What a step changes, and a step that is not finite must leave as it was."""
        return [*self.trainable_variables, *self._moving_variables]

    @property
    def _moving_variables(self) -> list[keras.Variable]:
        """Statistics that a training step moves, such as those of batch normalisation."""
        return []

    def _scope(self) -> contextlib.AbstractContextManager:
        """Where variables are made: the scope of the strategy, if there is one."""
        if self.distribution is None:
            return contextlib.nullcontext()
        return self.distribution.strategy.scope()

    def _keep_weights(self) -> None:
        for kept, variable in zip(self._last_good, self._guarded_variables, strict=True):
            kept.assign(variable.value)

    def _accept(self, gradient: tf.Tensor) -> tf.Tensor:
        self._keep_weights()
        gradients = unflat(gradient, self.trainable_variables)
        half_precision.apply(self.optimizer, gradients, self.trainable_variables)
        fine = [tf.reduce_all(tf.math.is_finite(v.value)) for v in self._guarded_variables]
        self._fault.assign(
            tf.where(tf.reduce_all(fine), self._fault, tf.constant(self._update_fault, tf.int64))
        )
        return tf.cond(tf.reduce_all(fine), lambda: tf.constant(True), self._reject)

    def _reject(self) -> tf.Tensor:
        for kept, variable in zip(self._last_good, self._guarded_variables, strict=True):
            variable.assign(kept)
        return tf.constant(False)

    @property
    def _update_fault(self) -> int:
        return len(self.term_metrics) + 1

    def _samples_per_step(self, batch_size: int | None, samples: int) -> int:
        """The batch size of `fit`: by default 32, or all samples for a second-order optimizer."""
        whole = isinstance(getattr(self, "optimizer", None), SecondOrder)
        default = samples if whole else 32
        return check_positive_int("batch_size", default if batch_size is None else batch_size)

    def _begin_training(self, changing: bool) -> list[keras.callbacks.Callback]:
        """Makes what the compiled step needs. Returns the callbacks that watch over it.

        Args:
            changing: Whether every step has an objective of its own: a mini-batch.
        """
        if not self.compiled:
            raise ValueError("The model must be compiled before fit: model.compile('adam').")
        self._refuse_loss()
        half_precision.check_optimizer(self.optimizer, self.dtype_policy)
        if self.distribution is not None:
            self.distribution.prepare(self)
        with self._scope():
            self._make_variables()
        self._keep_weights()
        self._fault.assign(FINE)
        watches: list[keras.callbacks.Callback] = [_FaultWatch()]
        if isinstance(self.optimizer, SecondOrder):
            watches.append(SearchWatch(changing))
        return watches

    def _make_variables(self) -> None:
        self._use_own_precision()
        if not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)
        if len(self._last_good) != len(self._guarded_variables):
            self._last_good = [
                tf.Variable(tf.zeros(v.shape, v.dtype), trainable=False)
                for v in self._guarded_variables
            ]
            self.train_function = None

    def _end_training(self) -> None:
        fault = int(self._fault.numpy())
        if fault == FINE:
            return
        names = [f"The loss of the condition {name!r}" for name in self.term_metrics]
        names += ["The gradient of the loss", "The step of the optimizer"]
        raise FloatingPointError(
            f"{names[fault]} is not finite, so training stopped. The model has its last weights "
            "with a finite loss; model.history has the logs. Lower the learning rate, or look "
            "where the residual divides by zero or takes a root or logarithm."
        )

    def _refuse_loss(self) -> None:
        if self._compile_loss is not None or self._compile_metrics is not None:
            raise ValueError(
                f"{type(self).__name__} has a loss of its own. Leave `loss`, `loss_weights` and "
                "`metrics` out of compile; set the `weight` of a condition, or assign "
                "model.loss_weights[name]."
            )

    def _use_own_precision(self) -> None:
        """Keras makes the metric `loss` in float32, and one that differs between replicas."""
        tracker = self._loss_tracker
        if tracker.dtype != self.variable_dtype or not isinstance(tracker, AgreedMean):
            tracker = AgreedMean(name="loss", dtype=self.variable_dtype)
            object.__setattr__(self, "_loss_tracker", tracker)


class _FaultWatch(keras.callbacks.Callback):
    """Stops training at the end of a step that was not finite."""

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self.model._fault.numpy() != FINE:
            self.model.stop_training = True
