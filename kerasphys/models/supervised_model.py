"""What models share that are trained on pairs of inputs and targets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._registry import pack, unpack
from kerasphys._validation import check_positive_int, message
from kerasphys.datasets.samples import POINTS, align
from kerasphys.models import array_data, sample_layout
from kerasphys.models.channel_scaling import ChannelScaling
from kerasphys.models.half_precision import check_network, check_policy
from kerasphys.models.physics_model import PhysicsModel
from kerasphys.models.regression_objective import RegressionObjective
from kerasphys.models.sample_loss import SampleLoss
from kerasphys.models.surrogate_checks import (
    batch_shapes,
    check_bounds,
    check_inputs,
    check_outputs,
    check_points_per_batch,
    output_shape,
)
from kerasphys.networks import Network

POINTS_AT_ONCE = 2**16


class SupervisedModel(PhysicsModel):
    """A network trained on inputs and targets, with any optimizer, second-order ones included.

    A subclass says in `in_units` what the model makes of what the network returns, and in
    `sample_loss` how that is compared with targets.

    Args:
        network: A `kp.networks` network, whose number of outputs may be left open, or any Keras
            model or layer.
        dtype: `"float64"` or `"float32"`; or `"mixed_bfloat16"` or `"mixed_float16"`: the network
            computes in 16 bits, with weights in float32, and everything else is in float32.
        **kwargs: `name` and `trainable`, as of any Keras model.
    """

    def __init__(self, network: keras.layers.Layer, dtype: Any = "float32", **kwargs: Any):
        if not isinstance(network, keras.layers.Layer):
            raise TypeError(message("network", "a Keras model or layer", network))
        super().__init__({"data": 1.0}, dtype=check_policy(dtype), **kwargs)
        self.network = network
        self._prepare_network(None)
        self.input_scaling = ChannelScaling(dtype=self.dtype, name="input_scaling")

    @property
    def compute_dtype(self) -> str:
        """The precision of all but the network: of inputs, units, losses and metrics."""
        return self.variable_dtype

    # The network as a function in physical units

    def build(self, input_shape: Any) -> None:
        if not self.network.built:
            self.network.build(input_shape)
        check_network(self.network, self.dtype_policy)
        if not self.input_scaling.built:
            self.input_scaling.build(input_shape)
        self.built = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        return self.in_units(self.standardized(inputs, training=training))

    def standardized(self, inputs: Any, training: bool | None = None) -> Any:
        """What the network returns for inputs in physical units, before it is given units."""
        outputs = self.network(self.input_scaling(inputs), training=training)
        return tf.cast(outputs, self.compute_dtype)

    def in_units(self, outputs: Any) -> Any:
        """What the model returns where the network returns `outputs`."""
        raise NotImplementedError

    def sample_loss(self, y: tf.Tensor, outputs: tf.Tensor, weights: Any = None) -> tf.Tensor:
        """The loss of a batch of targets, where the network returned `outputs`."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Any) -> Any:
        return output_shape(self.network, input_shape)

    @property
    def inputs_shape(self) -> Any:
        """The shape of the inputs that the model was built with, or a dict of shapes."""
        return next(iter(self._build_shapes_dict.values())) if self.built else None

    def serving_spec(self) -> Any:
        """The inputs of an export with all axes that may be free, or `None`: the batch only."""
        spec = getattr(self.network, "serving_spec", None)
        return spec() if callable(spec) else None

    # Training

    def objective(self, data: Any, training: bool) -> RegressionObjective:
        return RegressionObjective(self, data, training)

    def loss_terms(self, data: Any, training: bool) -> dict[str, tf.Tensor]:
        return {"data": self.objective(data, training).terms()[0]}

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        *,
        batch_size: int | None = None,
        points_per_batch: int | None = None,
        epochs: int = 1,
        steps_per_epoch: int | None = None,
        validation_data: Any = None,
        callbacks: Sequence[keras.callbacks.Callback] | None = None,
        seed: int = 0,
        **kwargs: Any,
    ) -> keras.callbacks.History:
        """Trains on arrays, `kp.datasets.Samples` or a `tf.data.Dataset` of batches.

        All batches of arrays have one shape: the last of an epoch is filled up with samples of
        the next order, so that every sample is seen and nothing is compiled twice.

        Args:
            x: Array, or dict of arrays, with the samples along the first axis; `(x, y)`;
                `kp.datasets.Samples`; or a dataset. For an operator network a dict with `points`,
                `(p, d)` common to all samples or `(n, p, d)` of each.
            y: Array of as many samples; with points `(n, p, channels)`, or `(n, channels)` where
                the samples are aligned with points `(n, d)`.
            batch_size: Positive integer, 32 by default. A second-order optimizer takes all samples
                in every step, unless it is told otherwise here.
            points_per_batch: Positive integer: at how many of the points the samples of a batch
                are compared, others in each step. All by default.
            epochs: Positive integer.
            steps_per_epoch: Positive integer: how many steps an epoch has. By default one with
                all samples in every step, and with batches as many as hold all samples.
            validation_data: `(x, y)`, `kp.datasets.Samples` or a dataset.
            callbacks: Any Keras callbacks.
            seed: Integer, for the order of the samples.
            **kwargs: `verbose`, `initial_epoch`, `validation_freq`, as of `keras.Model.fit`.

        Returns:
            The history.

        Raises:
            FloatingPointError: If the loss or its gradient stops being finite.
            ValueError: If the arrays differ in length, do not suit the network, or hold NaN or
                infinity.
        """
        if isinstance(x, tf.data.Dataset):
            if points_per_batch is not None:
                cure = "The batches of a dataset have their points already."
                raise ValueError(message("points_per_batch", "None", points_per_batch, cure))
            self._prepare("x", array_data.element(x))
            data, changing = x, True
        else:
            arrays = self._pairs("x", x, y)
            self._prepare("x", arrays)
            samples = sample_layout.count(arrays)
            size = self._samples_per_step(batch_size, samples)
            if steps_per_epoch is not None:
                check_positive_int("steps_per_epoch", steps_per_epoch)
            points = check_points_per_batch(points_per_batch, sample_layout.count_points(arrays))
            data = array_data.training_batches(arrays, size, seed, steps_per_epoch, points)
            steps_per_epoch, changing = None, size < samples or points is not None
        watches = self._begin_training(changing)
        if validation_data is not None:
            validation_data = self._batches("validation_data", validation_data, None, batch_size)
        super().fit(
            data,
            epochs=epochs,
            shuffle=False,
            steps_per_epoch=steps_per_epoch,
            validation_data=validation_data,
            callbacks=[*watches, *(callbacks or ())],
            **kwargs,
        )
        self._end_training()
        return self.history

    def evaluate(
        self, x: Any = None, y: Any = None, batch_size: int | None = None, **kwargs: Any
    ) -> Any:
        """The loss and the metrics on data such as `fit` takes, means over the samples.

        Args:
            x: As of `fit`.
            y: As of `fit`.
            batch_size: Positive integer, 32 by default.
            **kwargs: `verbose`, `callbacks`, `return_dict`, as of `keras.Model.evaluate`.
        """
        self._refuse_loss()
        self._use_own_precision()
        return super().evaluate(self._batches("x", x, y, batch_size), **kwargs)

    def predict(self, x: Any, batch_size: int | None = None, **kwargs: Any) -> Any:
        """What the model returns, in physical units and in its own precision.

        Args:
            x: Array, or dict of arrays, with the samples along the first axis;
                `kp.datasets.Samples`; or a `tf.data.Dataset` of batches. For an operator network
                a dict with `points`, `(p, d)` common to all samples or `(n, p, d)` of each.
            batch_size: Positive integer; by default fewer samples at once, the larger they are.
            **kwargs: `verbose`, `steps` and `callbacks`, as of `keras.Model.predict`.
        """
        options = {"verbose": 0} | kwargs
        if isinstance(x, tf.data.Dataset):
            return super().predict(x, **options)
        inputs = array_data.to_tensors("x", array_data.inputs_and_outputs(x)[0], self.compute_dtype)
        array_data.check_counts("x", inputs, None)
        self._prepare("x", (inputs,))
        samples = sample_layout.count(inputs)
        size = sample_layout.samples_at_once(inputs) if batch_size is None else batch_size
        check_positive_int("batch_size", size)
        blocks = []
        for block, new in sample_layout.blocks_of_points(inputs, POINTS_AT_ONCE):
            batches = array_data.steady_batches((block,), size, fill=True)
            values = super().predict(batches, **options)[:samples]
            blocks.append(values[:, :new] if new else values)
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1)

    def get_config(self) -> dict[str, Any]:
        return {
            "network": pack(self.network),
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
            "name": self.name,
            "trainable": self.trainable,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> SupervisedModel:
        config = unpack(config, "network")
        config["dtype"] = keras.dtype_policies.get(config["dtype"])
        return cls(**config)

    # What a step needs

    def _update_metrics(self, loss: tf.Tensor, terms: tf.Tensor, objective: Any) -> dict[str, Any]:
        if self._sample_metrics:
            objective.each(self._update_sample_metrics)
        return super()._update_metrics(loss, terms, objective)

    def _update_sample_metrics(self, objective: RegressionObjective) -> None:
        x, y, weights = keras.utils.unpack_x_y_sample_weight(objective.data)
        outputs = objective.outputs
        if outputs is None:  # a second-order optimizer evaluated the loss in its own loops
            outputs = self.standardized(x, training=False)
        prediction = self.in_units(outputs)
        for metric in self._sample_metrics:
            metric.update_state(y, prediction, sample_weight=weights)

    @property
    def _sample_metrics(self) -> list[Any]:
        """What takes the targets and predictions of each step."""
        return [] if self._compile_metrics is None else [self._compile_metrics]

    @property
    def _sample_loss(self) -> SampleLoss:
        return SampleLoss(self._compile_loss._user_loss)

    @property
    def _moving_variables(self) -> list[keras.Variable]:
        return [v for v in self.network.non_trainable_variables if "float" in v.dtype]

    def _size(self, data: Any) -> tf.Tensor:
        _, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        if weights is not None:
            return tf.reduce_sum(tf.cast(weights, self.variable_dtype))
        return tf.cast(tf.shape(y)[0], self.variable_dtype)

    def _refuse_loss(self) -> None:
        if not self.compiled or self._compile_loss is None:
            raise ValueError("The model must be compiled with a loss: compile('adam', loss='mse').")

    # Data

    def _prepare(self, argument: str, data: Any) -> None:
        """Builds the model for data where it is not built; refuses data that do not suit it.

        Args:
            argument: The name of the argument in errors.
            data: A batch, of tensors or their specifications.
        """
        inputs, targets, _ = keras.utils.unpack_x_y_sample_weight(data)
        shapes = batch_shapes(inputs)
        if not self.built:
            with self._scope():
                if targets is not None:
                    self._prepare_network(self._outputs_for(targets))
                self.build(shapes)
        check_inputs(argument, shapes, self.inputs_shape)
        wanted = output_shape(self.network, shapes)
        if targets is not None:
            self._check_targets(batch_shapes(targets), wanted)

    def _prepare_network(self, outputs: Any) -> None:
        if isinstance(self.network, Network):
            self.network.prepare(outputs, self.dtype_policy)

    def _outputs_for(self, targets: Any) -> int | None:
        """The number of outputs that a network needs for targets."""
        return targets.shape[-1]

    def _check_targets(self, shape: Any, wanted: Any) -> None:
        check_outputs("y", shape, wanted)

    def _to_targets(self, argument: str, y: Any) -> tf.Tensor:
        return array_data.to_tensors(argument, y, self.compute_dtype)

    def _pairs(self, argument: str, x: Any, y: Any = None) -> tuple[Any, Any]:
        """Inputs and targets as tensors."""
        x, y = array_data.inputs_and_outputs(x, y)
        if y is None:
            raise ValueError(message("y", "an array with a sample for each of `x`", y))
        inputs = array_data.to_tensors(argument, x, self.compute_dtype)
        targets = self._to_targets("y", y)
        if sample_layout.points_of(inputs) is not None and len(targets.shape) > 1:
            points, targets = align(inputs[POINTS], targets)
            inputs = {**inputs, POINTS: points}
        array_data.check_counts(argument, inputs, targets)
        return inputs, targets

    def _batches(self, argument: str, x: Any, y: Any, size: int | None) -> tf.data.Dataset:
        if isinstance(x, tf.data.Dataset):
            self._prepare(argument, array_data.element(x))
            return x
        arrays = self._pairs(argument, x, y)
        self._prepare(argument, arrays)
        size = check_positive_int("batch_size", 32 if size is None else size)
        return array_data.steady_batches(arrays, size)

    def _adapt(self, x: Any, y: Any = None, bounds: Any = None) -> Iterator[Any]:
        """Measures the scale of the inputs. Returns the targets, batch by batch."""
        if isinstance(x, tf.data.Dataset):
            batches: Any = x
            element = array_data.element(x)
        else:
            x, y = array_data.inputs_and_outputs(x, y)
            if y is None:
                inputs = array_data.to_tensors("x", x, self.compute_dtype)
                array_data.check_counts("x", inputs, None)
                element = (inputs, None)
            else:
                element = self._pairs("x", x, y)
            batches = [element]
        points = sample_layout.points_of(array_data.part(element, 0))
        bounds = check_bounds(bounds, None if points is None else points.shape)
        self._measure(element, batches, bounds)
        return (array_data.part(batch, 1) for batch in batches)

    def _measure(self, element: Any, batches: Any, bounds: Any) -> None:
        """Builds the model for batches and measures the scale of their inputs."""
        self._prepare("x", element)
        self.input_scaling.adapt((array_data.part(batch, 0) for batch in batches), bounds)
