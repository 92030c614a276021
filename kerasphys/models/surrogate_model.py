"""Networks trained on data."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys.models.card_facts import card_facts
from kerasphys.models.channel_scaling import ChannelScaling
from kerasphys.models.supervised_model import SupervisedModel
from kerasphys.models.surrogate_checks import output_shape
from kerasphys.models.surrogate_export import channel_names, export_samples


@serializable
class SurrogateModel(SupervisedModel):
    """A network trained on inputs and outputs, with any optimizer, second-order ones included.

    `adapt` measures mean and standard deviation of each channel; from then on the network sees
    and returns standardised values, while the model takes and returns physical units.

    The loss compares standardised values, so that each output channel counts alike; without
    `adapt` these are the values themselves. Losses that are relative to the target
    (`kp.losses.RelativeL2`, Keras' percentage and logarithmic errors, and any loss with an
    attribute `physical_units = True`) compare physical units, and so do all metrics. The loss of
    a batch is the mean over its samples, and with weights the weighted mean.

    Args:
        network: A `kp.networks` network, whose number of outputs may be left open, or any Keras
            model or layer.
        dtype: `"float64"` or `"float32"`.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: that of the network.
    Output shape: that of the network.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.linspace(-1, 1, 64)[:, None]
        y = 300 + 20 * np.sin(3 * x)
        model = kp.models.SurrogateModel(kp.networks.MLP([8], seed=0), dtype="float64")
        model.adapt(x, y)
        model.compile(optimizer=kp.optimizers.BFGS(), loss="mse")
        model.fit(x, y, epochs=2, steps_per_epoch=20, verbose=0)
        print(model.predict([[0.5]]))  # about 320
        ```
    """

    def __init__(self, network: keras.layers.Layer, dtype: Any = "float32", **kwargs: Any):
        super().__init__(network, dtype, **kwargs)
        self.output_scaling = ChannelScaling(dtype=self.dtype_policy, name="output_scaling")

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.output_scaling.build(output_shape(self.network, input_shape))

    def in_units(self, outputs: Any) -> Any:
        return self.output_scaling.inverse(outputs)

    def sample_loss(self, y: tf.Tensor, outputs: tf.Tensor, weights: Any = None) -> tf.Tensor:
        loss = self._sample_loss
        if loss.relative:
            return loss(tf.cast(y, outputs.dtype), self.in_units(outputs), weights)
        return loss(self.output_scaling(y), outputs, weights)

    def adapt(self, x: Any, y: Any = None) -> None:
        """Measures mean and standard deviation of each channel, on the training data only.

        Channels lie along the last axis. A channel that is constant is only shifted. The values
        are weights of the model: files and artefacts hold them.

        Args:
            x: Inputs, `kp.datasets.Samples`, `(x, y)`, or a `tf.data.Dataset` of batches.
            y: Outputs; without any, only the inputs are standardised.
        """
        outputs = self._adapt(x, y)
        self.output_scaling.adapt(batch for batch in outputs if batch is not None)

    def export(
        self,
        path: str | os.PathLike,
        coordinates: Sequence[Mapping[str, Any]] | None = None,
        fields: str | Sequence[str] | None = None,
        name: str | None = None,
        description: str = "",
        data: Any = None,
        errors: Mapping[str, float | None] | None = None,
        seed: int | None = None,
        command: str | None = None,
    ) -> Path:
        """Writes a SavedModel that runs with TensorFlow alone, and its model card.

        The signature `serve` takes `inputs`, or each array of a dict by its name, and returns
        `outputs`, in physical units. The number of samples is free; so is the grid where the
        network is a `kp.networks.GridNetwork`. An older artefact at `path` is replaced only when
        the new one is whole.

        Args:
            path: Directory to write.
            coordinates: For the card, the axes of the grid: mappings with the keys `name`,
                `lower` and `upper`. By default `x`, `y`, `z` without bounds for a grid network.
            fields: For the card, the names of the output channels; by default `u`, or `u1`, ....
            name: A title for the card.
            description: A sentence for the card.
            data: For the card, what the model was trained on, such as `dataset.summary()`.
            errors: Measured errors for the card, such as `{"relative_l2": 1e-2}`.
            seed: The seed of the training, for the card.
            command: How the artefact was made, for the card.

        Returns:
            The absolute path of the artefact.
        """
        facts = card_facts(name or self.name, description, errors, seed, command) | {
            "kind": "surrogate",
            "fields": channel_names(self, fields),
            "data": data,
        }
        return export_samples(self, path, "outputs", coordinates, facts)
