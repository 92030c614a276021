"""Networks that tell classes apart."""

from __future__ import annotations

import numbers
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from kerasphys._registry import pack, serializable, unpack
from kerasphys._validation import check_positive_int, message
from kerasphys.models import array_data
from kerasphys.models.card_facts import card_facts
from kerasphys.models.sample_loss import SampleLoss
from kerasphys.models.supervised_model import SupervisedModel
from kerasphys.models.surrogate_export import export_samples


@serializable
class ClassifierModel(SupervisedModel):
    """A network with one output for each class, trained on integer labels.

    The network returns logits; the model returns probabilities. The loss is the cross-entropy,
    computed from the logits, unless `compile` names another one. The logs have an `accuracy`.

    Args:
        network: A `kp.networks` network, whose number of outputs may be left open, or any Keras
            model or layer without a softmax at its end.
        classes: How many classes there are, or a sequence with the name of each.
        augmentation: `None`, or a Keras layer, or a list of layers that are applied in turn to
            the inputs of each training step, such as `keras.layers.RandomRotation(0.05)`.
        dtype: `"float64"` or `"float32"`; or `"mixed_bfloat16"` or `"mixed_float16"`: the network
            computes in 16 bits, with weights in float32, and everything else is in float32.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: that of the network.
    Output shape: `(n, classes)`.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        rng = np.random.default_rng(0)
        x = rng.uniform(-1, 1, size=(200, 2))
        labels = (x[:, 0] * x[:, 1] > 0).astype(int)
        model = kp.models.ClassifierModel(kp.networks.MLP([16], seed=0), ["odd", "even"])
        model.compile("adam")
        model.fit(x, labels, epochs=2, verbose=0)
        print(model.predict_labels([[0.5, 0.5]]))  # the index of the class
        ```
    """

    def __init__(
        self,
        network: keras.layers.Layer,
        classes: int | Sequence[str],
        augmentation: Any = None,
        dtype: Any = "float32",
        **kwargs: Any,
    ):
        names = _check_classes(classes)
        layers = _check_augmentation(augmentation)
        super().__init__(network, dtype, **kwargs)
        self.classes = int(classes) if isinstance(classes, numbers.Integral) else list(names)
        self.augmentation = augmentation
        self.class_names = names
        self._augmentation_layers = layers
        self._prepare_network(len(names))
        self.accuracy = keras.metrics.SparseCategoricalAccuracy(
            name="accuracy", dtype=self.variable_dtype
        )
        self.accuracy._direction = "up"  # what Keras' callbacks read in mode="auto"

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        wanted, found = (None, len(self.class_names)), self.compute_output_shape(input_shape)
        if found != wanted:
            raise ValueError(
                f"The network must return one number for each of the {len(self.class_names)} "
                f"classes, (n, {len(self.class_names)}). Received: a network that returns {found}."
            )

    def standardized(self, inputs: Any, training: bool | None = None) -> Any:
        if training:
            for layer in self._augmentation_layers:
                inputs = layer(inputs, training=True)
        return super().standardized(inputs, training=training)

    def in_units(self, outputs: Any) -> Any:
        return ops.softmax(outputs, axis=-1)

    def sample_loss(self, y: tf.Tensor, outputs: tf.Tensor, weights: Any = None) -> tf.Tensor:
        loss = self._sample_loss
        return loss(y, outputs if loss.from_logits else self.in_units(outputs), weights)

    def adapt(self, x: Any, y: Any = None) -> None:
        """Measures mean and standard deviation of each input channel, on the training data only.

        Args:
            x: Inputs, `kp.datasets.Samples`, `(x, labels)`, or a `tf.data.Dataset` of batches.
            y: Labels, which are not needed.
        """
        self._adapt(x, y)

    def predict_labels(self, x: Any, batch_size: int | None = None, **kwargs: Any) -> np.ndarray:
        """The index of the most probable class for each sample, `(n,)`.

        Args:
            x: As of `predict`.
            batch_size: As of `predict`.
            **kwargs: As of `predict`.
        """
        return np.argmax(self.predict(x, batch_size, **kwargs), axis=-1)

    def export(
        self,
        path: str | os.PathLike,
        coordinates: Sequence[Mapping[str, Any]] | None = None,
        name: str | None = None,
        description: str = "",
        data: Any = None,
        errors: Mapping[str, float | None] | None = None,
        seed: int | None = None,
        command: str | None = None,
        dtype: str | None = None,
        samples: Any = None,
    ) -> Path:
        """Writes a SavedModel that runs with TensorFlow alone, and its model card.

        The signature `serve` takes `inputs`, or each array of a dict by its name, and returns
        `probabilities` `(n, classes)`. The names of the classes are in the card, under
        `parameters["classes"]`. An older artefact at `path` is replaced only when the new one is
        whole.

        Args:
            path: Directory to write.
            coordinates: For the card, the axes of the grid: mappings with the keys `name`,
                `lower` and `upper`.
            name: A title for the card.
            description: A sentence for the card.
            data: For the card, what the model was trained on, such as `dataset.summary()`.
            errors: Measured errors for the card, such as `{"error_rate": 0.01}`.
            seed: The seed of the training, for the card.
            command: How the artefact was made, for the card.
            dtype: `"float32"` or `"bfloat16"` for an artefact with fewer digits than the model, as
                of `kp.artifacts.write_artifact`. The card holds the measured difference.
            samples: With `dtype`, inputs as of `predict`, on which the difference is measured.

        Returns:
            The absolute path of the artefact.

        Raises:
            ValueError: If `dtype` has more digits than the model, samples are missing, or a result
                is not finite in that precision.
            OSError: If the artefact cannot be written. What was at `path` stays.
        """
        facts = card_facts(name or self.name, description, errors, seed, command) | {
            "kind": "classifier",
            "fields": ("probability",),
            "parameters": {"classes": list(self.class_names)},
            "data": data,
        }
        return export_samples(self, path, "probabilities", coordinates, facts, dtype, samples)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "classes": self.classes,
            "augmentation": pack(self.augmentation),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        return super().from_config(unpack(config, "augmentation"))

    # What a step needs

    @property
    def _sample_metrics(self) -> list[Any]:
        return [self.accuracy, *super()._sample_metrics]

    @property
    def _sample_loss(self) -> SampleLoss:
        if self._compile_loss is None:
            return SampleLoss(keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        return super()._sample_loss

    def _refuse_loss(self) -> None:
        if not self.compiled:
            raise ValueError("The model must be compiled first: model.compile('adam').")

    # Data

    def _outputs_for(self, targets: Any) -> int:
        return len(self.class_names)

    def _check_targets(self, shape: Any, wanted: Any) -> None:
        if len(shape) != 1:
            raise ValueError(
                "Argument `y` must hold one label for each sample, (n,). Received: an array of "
                f"{len(shape)} axes. For a column take labels[:, 0], for indicators of the classes "
                "numpy.argmax(y, axis=-1)."
            )

    def _to_targets(self, argument: str, y: Any) -> tf.Tensor:
        labels = array_data.check_samples(argument, y)
        if labels.dtype.kind not in "iu":
            cure = "Convert them: labels.astype(int)."
            raise TypeError(message(argument, "integer labels", f"{labels.dtype} values", cure))
        wrong = np.argwhere((labels < 0) | (labels >= len(self.class_names)))
        if len(wrong):
            where = tuple(int(i) for i in wrong[0])
            last = len(self.class_names) - 1
            raise ValueError(
                f"Argument `{argument}` must hold labels from 0 to {last}, one for each class. "
                f"Received: {labels[where]} at index {where}."
            )
        return array_data.on_host(labels, "int32")


def _check_classes(classes: Any) -> tuple[str, ...]:
    """The name of each class."""
    if isinstance(classes, numbers.Integral) and not isinstance(classes, bool):
        names: Any = [str(index) for index in range(check_positive_int("classes", classes))]
    else:
        names = classes
    expected = "a number of classes, or a sequence of their names"
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise TypeError(message("classes", expected, classes))
    if not all(isinstance(name, str) for name in names):
        raise TypeError(message("classes", expected, classes))
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError(message("classes", "at least two classes of different names", classes))
    return tuple(names)


def _check_augmentation(augmentation: Any) -> list[keras.layers.Layer]:
    if augmentation is None:
        return []
    layers = augmentation if isinstance(augmentation, list | tuple) else [augmentation]
    if not all(isinstance(layer, keras.layers.Layer) for layer in layers):
        expected = "None, a Keras layer or a list of Keras layers"
        raise TypeError(message("augmentation", expected, augmentation))
    return list(layers)
