"""The one training step that all objectives share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

FINE = -1


class PhysicsModel(keras.Model):
    """A Keras model whose loss is a weighted sum of named terms.

    A subclass overrides `loss_terms`. Each term has a metric (`equation_loss`, and
    `val_equation_loss` in validation) and a weight, a variable in `loss_weights` that a callback
    may assign. Weight regularisers count in `loss`.

    A step whose loss or gradient is not finite changes nothing: the model returns to its last
    weights with a finite loss, `fit` stops and raises a FloatingPointError that names the term.
    `model.history` keeps the logs.

    Args:
        terms: The names of the terms with their first weights.
        **kwargs: `name`, `dtype` and `trainable`, as of any Keras model.
    """

    def __init__(self, terms: dict[str, float], **kwargs: Any):
        super().__init__(**kwargs)
        self.term_metrics = {
            name: keras.metrics.Mean(name=f"{name}_loss", dtype=self.variable_dtype)
            for name in terms
        }
        for metric in self.term_metrics.values():
            metric._direction = "down"  # so that EarlyStopping knows which way is better
        self.loss_weights = {
            name: self.add_weight(
                shape=(),
                initializer=keras.initializers.Constant(weight),
                trainable=False,
                name=f"{name}_weight",
            )
            for name, weight in terms.items()
        }
        self._fault = tf.Variable(FINE, trainable=False, dtype=tf.int64)
        self._last_good: list[tf.Variable] = []

    def loss_terms(self, data: Any, training: bool) -> dict[str, tf.Tensor]:
        """The terms of the loss, each a scalar tensor, in the order of the constructor.

        Args:
            data: One element of the training or validation data.
            training: Whether it is a training step.
        """
        raise NotImplementedError

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        with tf.GradientTape() as tape:
            terms = self.loss_terms(data, training=True)
            loss = self._total(terms)
        gradients = tape.gradient(
            loss,
            [v.value for v in self.trainable_variables],  # a Keras variable has no ZERO here
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
        fault = self._find_fault(terms, loss, gradients)
        self._fault.assign(tf.where(self._fault == FINE, fault, self._fault))
        tf.cond(self._fault == FINE, lambda: self._accept(gradients), self._reject)
        return self._update_metrics(loss, terms)

    def test_step(self, data: Any) -> dict[str, tf.Tensor]:
        terms = self.loss_terms(data, training=False)
        return self._update_metrics(self._total(terms), terms)

    def _total(self, terms: dict[str, tf.Tensor]) -> tf.Tensor:
        weighted = [self.loss_weights[name].value * term for name, term in terms.items()]
        regularisation = [tf.cast(loss, self.compute_dtype) for loss in self.losses]
        return tf.add_n(weighted + regularisation)

    def _update_metrics(self, loss: tf.Tensor, terms: dict[str, tf.Tensor]) -> dict[str, Any]:
        self._loss_tracker.update_state(loss)
        for name, term in terms.items():
            self.term_metrics[name].update_state(term)
        return self.get_metrics_result()

    def _find_fault(
        self, terms: dict[str, tf.Tensor], loss: tf.Tensor, gradients: Sequence[tf.Tensor]
    ) -> tf.Tensor:
        """The index of the first term that is not finite, their number for a gradient, or FINE."""
        fine = [tf.math.is_finite(term) for term in terms.values()]
        fine.append(
            tf.reduce_all([tf.reduce_all(tf.math.is_finite(g)) for g in gradients])
            & tf.math.is_finite(loss)
        )
        flags = tf.stack(fine)
        return tf.where(
            tf.reduce_all(flags),
            tf.constant(FINE, tf.int64),
            tf.argmin(tf.cast(flags, tf.int32), output_type=tf.int64),
        )

    def _accept(self, gradients: Sequence[tf.Tensor]) -> tf.Tensor:
        for kept, variable in zip(self._last_good, self.trainable_variables, strict=True):
            kept.assign(variable.value)
        self.optimizer.apply(gradients, self.trainable_variables)
        fine = [tf.reduce_all(tf.math.is_finite(v.value)) for v in self.trainable_variables]
        self._fault.assign(
            tf.where(tf.reduce_all(fine), self._fault, tf.constant(self._update_fault, tf.int64))
        )
        return tf.cond(tf.reduce_all(fine), lambda: tf.constant(True), self._reject)

    def _reject(self) -> tf.Tensor:
        for kept, variable in zip(self._last_good, self.trainable_variables, strict=True):
            variable.assign(kept)
        return tf.constant(False)

    @property
    def _update_fault(self) -> int:
        return len(self.term_metrics) + 1

    def _begin_training(self) -> list[keras.callbacks.Callback]:
        """Makes what the compiled step needs. Returns the callbacks that watch over it."""
        if not self.compiled:
            raise ValueError("The model must be compiled before fit: model.compile('adam').")
        self._refuse_loss()
        self._use_own_precision()
        if not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)
        if len(self._last_good) != len(self.trainable_variables):
            self._last_good = [
                tf.Variable(tf.zeros(v.shape, v.dtype), trainable=False)
                for v in self.trainable_variables
            ]
            self.train_function = None
        for kept, variable in zip(self._last_good, self.trainable_variables, strict=True):
            kept.assign(variable.value)
        self._fault.assign(FINE)
        return [_FaultWatch()]

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
        """Keras makes the metric `loss` in float32, whatever the model's precision."""
        if self._loss_tracker.dtype != self.variable_dtype:
            tracker = keras.metrics.Mean(name="loss", dtype=self.variable_dtype)
            object.__setattr__(self, "_loss_tracker", tracker)


class _FaultWatch(keras.callbacks.Callback):
    """Stops training at the end of a step that was not finite."""

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self.model._fault.numpy() != FINE:
            self.model.stop_training = True
