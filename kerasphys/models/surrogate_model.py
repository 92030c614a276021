"""Networks trained on data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._registry import pack, serializable, unpack
from kerasphys._validation import check_positive_int, message
from kerasphys.models.physics_model import PhysicsModel
from kerasphys.models.pinn_checks import check_dtype
from kerasphys.models.regression_objective import RegressionObjective
from kerasphys.networks import Network
from kerasphys.optimizers import SecondOrder


@serializable
class SurrogateModel(PhysicsModel):
    """A network trained on inputs and outputs, with any optimizer, second-order ones included.

    Args:
        network: A `kp.networks` network with its number of outputs, or any Keras model or layer.
        dtype: `"float64"` or `"float32"`.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: that of the network.
    Output shape: that of the network.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.linspace(-1, 1, 64)[:, None]
        model = kp.models.SurrogateModel(kp.networks.MLP([8], outputs=1, seed=0), dtype="float64")
        model.compile(optimizer=kp.optimizers.BFGS(), loss="mse")
        model.fit(x, np.sin(3 * x), epochs=2, steps_per_epoch=20, verbose=0)
        ```
    """

    def __init__(self, network: keras.layers.Layer, dtype: Any = "float32", **kwargs: Any):
        if not isinstance(network, keras.layers.Layer):
            raise TypeError(message("network", "a Keras model or layer", network))
        super().__init__({"data": 1.0}, dtype=check_dtype(dtype), **kwargs)
        if isinstance(network, Network):
            if network.outputs is None:
                raise ValueError(message("network", "a network with `outputs`", network))
            network.prepare(network.outputs, self.dtype_policy)
        self.network = network

    def build(self, input_shape: Any) -> None:
        if not self.network.built:
            self.network.build(input_shape)
        wrong = {v.dtype for v in self.network.variables if "float" in v.dtype}
        if wrong - {self.variable_dtype}:
            raise ValueError(
                f"The network is in {wrong.pop()}, the model in {self.variable_dtype}. Make both "
                "with the same dtype."
            )
        self.built = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        return self.network(inputs, training=training)

    def objective(self, data: Any, training: bool) -> RegressionObjective:
        return RegressionObjective(self, data, training)

    def loss_terms(self, data: Any, training: bool) -> dict[str, tf.Tensor]:
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        return {"data": self._loss(y, self(x, training=training), weights)}

    def _update_metrics(self, loss: tf.Tensor, terms: tf.Tensor, data: Any) -> dict[str, Any]:
        if self._compile_metrics is not None:
            x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
            self._compile_metrics.update_state(y, self(x, training=False), weights)
        return super()._update_metrics(loss, terms, data)

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        *,
        batch_size: int | None = None,
        epochs: int = 1,
        steps_per_epoch: int | None = None,
        validation_data: Any = None,
        callbacks: Sequence[keras.callbacks.Callback] | None = None,
        seed: int = 0,
        **kwargs: Any,
    ) -> keras.callbacks.History:
        """Trains on arrays, or on a `tf.data.Dataset` of batches.

        Args:
            x: Array, or dict of arrays, with the samples along the first axis; or a dataset.
            y: Array of as many samples.
            batch_size: Positive integer, 32 by default. A second-order optimizer takes all samples
                in every step, unless it is told otherwise here.
            epochs: Positive integer.
            steps_per_epoch: Positive integer: with all samples in every step, how many steps an
                epoch has (one by default).
            validation_data: `(x, y)` or a dataset.
            callbacks: Any Keras callbacks.
            seed: Integer, for the order of the samples.
            **kwargs: `verbose`, `initial_epoch`, `validation_freq`, as of `keras.Model.fit`.

        Returns:
            The history.

        Raises:
            FloatingPointError: If the loss or its gradient stops being finite.
            ValueError: If the arrays differ in length or hold NaN or infinity.
        """
        if validation_data is not None:
            validation_data = self._batches("validation_data", validation_data, None, batch_size)
        if isinstance(x, tf.data.Dataset):
            data = x
        else:
            arrays = self._arrays("x", x, y)
            count = _count(arrays)
            whole = isinstance(getattr(self, "optimizer", None), SecondOrder)
            size = check_positive_int("batch_size", batch_size or (count if whole else 32))
            if size >= count:  # one element with all samples, of a shape that the compiler knows
                steps = check_positive_int("steps_per_epoch", steps_per_epoch or 1)
                data = tf.data.Dataset.from_tensors(arrays).repeat(steps)
                steps_per_epoch = None
            else:
                data = tf.data.Dataset.from_tensor_slices(arrays)
                data = data.shuffle(count, seed=seed, reshuffle_each_iteration=True).batch(size)
        if not self.built:
            element = next(iter(data))
            self.build(keras.tree.map_structure(lambda t: (None, *t.shape[1:]), element[0]))
        changing = isinstance(x, tf.data.Dataset) or size < count
        super().fit(
            data,
            epochs=epochs,
            shuffle=False,
            steps_per_epoch=steps_per_epoch,
            validation_data=validation_data,
            callbacks=[*self._begin_training(changing), *(callbacks or ())],
            **kwargs,
        )
        self._end_training()
        return self.history

    def evaluate(self, x: Any = None, y: Any = None, batch_size: int = 32, **kwargs: Any) -> Any:
        """The loss and the metrics on arrays, or on a dataset of batches."""
        self._refuse_loss()
        self._use_own_precision()
        return super().evaluate(self._batches("x", x, y, batch_size), **kwargs)

    def predict(self, x: Any, batch_size: int | None = 1024, **kwargs: Any) -> Any:
        """The outputs, in the model's own precision."""
        if not isinstance(x, tf.data.Dataset):
            size = check_positive_int("batch_size", batch_size)
            x = tf.data.Dataset.from_tensor_slices(self._convert("x", x)).batch(size)
        return super().predict(x, **({"verbose": 0} | kwargs))

    def get_config(self) -> dict[str, Any]:
        return {
            "network": pack(self.network),
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
            "name": self.name,
            "trainable": self.trainable,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> SurrogateModel:
        config = unpack(config, "network")
        config["dtype"] = keras.dtype_policies.get(config["dtype"])
        return cls(**config)

    def _size(self, data: Any) -> tf.Tensor:
        return tf.cast(tf.shape(data[1])[0], self.variable_dtype)

    def _loss(self, y: tf.Tensor, prediction: tf.Tensor, weights: Any) -> tf.Tensor:
        """The loss of `compile` in the model's precision; Keras' own casts to floatx."""
        loss = keras.losses.get(self._compile_loss._user_loss)
        if isinstance(loss, keras.losses.Loss):
            config = loss.get_config() | {"dtype": self.dtype_policy}
            return type(loss).from_config(config)(y, prediction, weights)
        values = loss(y, prediction)
        return tf.reduce_mean(values if weights is None else values * weights)

    def _batches(self, argument: str, x: Any, y: Any, size: int | None) -> tf.data.Dataset:
        if isinstance(x, tf.data.Dataset):
            return x
        if y is None and isinstance(x, tuple) and len(x) == 2:
            x, y = x
        arrays = self._arrays(argument, x, y)
        return tf.data.Dataset.from_tensor_slices(arrays).batch(min(size or 1024, _count(arrays)))

    def _arrays(self, argument: str, x: Any, y: Any) -> tuple[Any, Any]:
        if y is None:
            raise ValueError(message("y", "an array with a sample for each of `x`", y))
        inputs, outputs = self._convert(argument, x), self._convert("y", y)
        if len({len(t) for t in keras.tree.flatten((inputs, outputs))}) > 1:
            lengths = [len(t) for t in keras.tree.flatten(inputs)]
            raise ValueError(
                f"Arguments `{argument}` and `y` must have as many samples. Received: {lengths} "
                f"and {len(outputs)}."
            )
        return inputs, outputs

    def _convert(self, argument: str, x: Any) -> Any:
        if isinstance(x, Mapping):
            return {name: self._convert(f"{argument}[{name!r}]", part) for name, part in x.items()}
        try:
            array = np.asarray(x)
        except ValueError as error:
            raise ValueError(message(argument, "an array of numbers", x)) from error
        if array.dtype.kind not in "fiu" or not array.ndim:
            raise TypeError(message(argument, "an array of numbers with samples first", x))
        if not np.all(np.isfinite(array)):
            where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
            raise ValueError(
                f"Argument `{argument}` must be finite everywhere. Received: {array[where]} at "
                f"index {where}."
            )
        return tf.constant(array, self.compute_dtype)

    def _refuse_loss(self) -> None:
        if not self.compiled or self._compile_loss is None:
            raise ValueError("The model must be compiled with a loss: compile('adam', loss='mse').")


def _count(arrays: Any) -> int:
    return min(len(tensor) for tensor in keras.tree.flatten(arrays))
