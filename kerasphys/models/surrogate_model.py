"""Networks trained on data."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys.datasets.samples import POINTS
from kerasphys.models import array_data, sample_layout
from kerasphys.models.calibration import calibrate
from kerasphys.models.card_facts import card_facts
from kerasphys.models.channel_scaling import ChannelScaling
from kerasphys.models.conformal_band import ConformalBand
from kerasphys.models.supervised_model import SupervisedModel
from kerasphys.models.surrogate_checks import batch_shapes, output_shape
from kerasphys.models.surrogate_export import channel_names, export_samples
from kerasphys.models.warm_start import warm_start
from kerasphys.networks import PODDeepONet


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
        dtype: `"float64"` or `"float32"`; or `"mixed_bfloat16"` or `"mixed_float16"`: the network
            computes in 16 bits, with weights in float32, and everything else is in float32.
        **kwargs: `name` and `trainable`, as of any Keras model.

    The points of an operator network are mapped to `[-1, 1]` from the smallest box around those of
    `adapt`, or from its `bounds`.

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
        self.output_scaling = ChannelScaling(dtype=self.dtype, name="output_scaling")
        self.band = ConformalBand(dtype=self.dtype, name="band")

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        shape = output_shape(self.network, input_shape)
        if not self.output_scaling.built:
            self.output_scaling.build(shape)
        if self.band.measured and not self.band.built:
            self.band.build(shape)

    def in_units(self, outputs: Any) -> Any:
        return self.output_scaling.inverse(outputs)

    def sample_loss(self, y: tf.Tensor, outputs: tf.Tensor, weights: Any = None) -> tf.Tensor:
        loss = self._sample_loss
        if loss.relative:
            return loss(tf.cast(y, outputs.dtype), self.in_units(outputs), weights)
        return loss(self.output_scaling(y), outputs, weights)

    def adapt(self, x: Any, y: Any = None, bounds: Any = None) -> None:
        """Measures mean and standard deviation of each channel, on the training data only.

        Channels lie along the last axis. A channel that is constant is only shifted. The values
        are weights of the model: files and artefacts hold them. A `kp.networks.PODDeepONet` gets
        its modes, from all outputs at once.

        Args:
            x: Inputs, `kp.datasets.Samples`, `(x, y)`, or a `tf.data.Dataset` of batches.
            y: Outputs; without any, only the inputs are standardised.
            bounds: `(lower, upper)`, arrays `(d,)`: the box in which an operator network has its
                points. By default the smallest one around the points of `x`; where a coordinate is
                periodic, its points do not show the whole period.
        """
        self.band.forget()
        outputs = self._adapt(x, y, bounds)
        self.output_scaling.adapt(batch for batch in outputs if batch is not None)

    def _measure(self, element: Any, batches: Any, bounds: Any) -> None:
        if isinstance(self.network, PODDeepONet):
            self._adapt_modes(element, batches, bounds)
        super()._measure(element, batches, bounds)

    def _adapt_modes(self, element: Any, batches: Any, bounds: Any) -> None:
        """Gives the network its modes, in the scale in which it sees points and outputs."""
        shapes = batch_shapes(array_data.part(element, 0))
        points = sample_layout.common_points(array_data.part(element, 0))
        outputs = [array_data.part(batch, 1) for batch in batches]
        if points is None or outputs[0] is None:
            raise ValueError(
                "PODDeepONet takes its modes from outputs at points common to all samples: "
                "adapt(kp.datasets.Samples(inputs, outputs, points))."
            )
        self._prepare_network(outputs[0].shape[-1])
        for scaling, shape in (
            (self.input_scaling, shapes),
            (self.output_scaling, (None, *outputs[0].shape[1:])),
        ):
            if not scaling.built:
                scaling.build(shape)
        self.input_scaling.adapt((array_data.part(b, 0) for b in batches), bounds)
        self.output_scaling.adapt(outputs)
        first = array_data.part(next(iter(batches)), 0)
        scaled = [np.asarray(self.output_scaling(batch)) for batch in outputs]
        self.network.adapt(self.input_scaling(first)[POINTS], np.concatenate(scaled))

    def warm_start(self, path: str | os.PathLike, scaling: bool = True) -> None:
        """Takes over the weights of a saved model with the same network, to train on from there.

        Args:
            path: A `.keras` file that `save` of a SurrogateModel wrote.
            scaling: Whether to take over its standardisation too, so that this model computes what
                that one does. Otherwise the standardisation of `adapt` stays.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If the file is damaged, holds another kind of model, or its network has
                other weights.
        """
        self.band.forget()
        warm_start(self, path, scaling)

    def calibrate(
        self,
        x: Any,
        y: Any = None,
        coverage: float = 0.9,
        *,
        simultaneous: bool = True,
        relative: bool = False,
        batch_size: int | None = None,
    ) -> None:
        """Measures on held-out samples how far predictions may be off, for `predict_band`.

        Split conformal prediction: the band holds a new sample with a probability of at least
        `coverage` if that sample may be exchanged with the held-out ones, drawn as they were and
        seen neither in training nor in choosing the model. It needs no other assumption. The
        probability is one over held-out sets as well: with `n` samples of calibration the part of
        new samples that are covered has a standard deviation of `sqrt(coverage (1 - coverage) /
        n)` about it. A band of an operator network holds at the points of the samples.

        The widths are weights of the model: files and artefacts hold them. `fit`, `adapt` and
        `warm_start` make another model, and leave it without a band.

        Args:
            x: Inputs, `kp.datasets.Samples`, `(x, y)`, or a `tf.data.Dataset` of batches.
            y: Outputs.
            coverage: Number between zero and one.
            simultaneous: Whether all values of a sample, of all channels, lie within the band
                together. The channels then count against each other by their deviations in
                `adapt`. Otherwise a part of `coverage` of the values of each channel of a new
                sample lies within, on average, and the band is narrower.
            relative: Whether the width is in proportion to the root mean square of the predicted
                channel; otherwise it is the same for all samples. Not for operator networks, which
                may be asked for any points.
            batch_size: As of `predict`.

        Raises:
            TypeError: If an argument is of a wrong type.
            ValueError: If there are too few samples: at least `coverage / (1 - coverage)`.
        """
        calibrate(self, x, y, coverage, simultaneous, relative, batch_size)

    def predict_band(self, x: Any, batch_size: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The lower and upper bounds of the band that `calibrate` measured.

        Args:
            x: As of `predict`.
            batch_size: As of `predict`.

        Returns:
            Two arrays of the shape of `predict(x)`, in physical units.

        Raises:
            ValueError: If there is no band.
        """
        if not self.band.measured:
            raise ValueError("The model has no band yet: call calibrate with held-out samples.")
        lower, upper = self.band(self.predict(x, batch_size=batch_size))
        return lower.numpy(), upper.numpy()

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
        dtype: str | None = None,
        samples: Any = None,
    ) -> Path:
        """Writes a SavedModel that runs with TensorFlow alone, and its model card.

        The signature `serve` takes `inputs`, or each array of a dict by its name, and returns
        `outputs`, in physical units. The number of samples is free; so is the grid where the
        network is a `kp.networks.GridNetwork`. Of an operator network it takes the input functions
        by their names and `points` `(p, d)`, and returns each field `(n, p)` by its name; both
        numbers are free. A model with a band has the signature `band` too, with the same inputs; it
        returns `lower_` and `upper_` before each name that `serve` returns. An older artefact at
        `path` is replaced only when the new one is whole.

        Args:
            path: Directory to write.
            coordinates: For the card, the axes of the grid, or the columns of the points: mappings
                with the keys `name`, `lower` and `upper`. By default `x`, `y`, `z`, without bounds
                for a grid network, with those of `adapt` for an operator network.
            fields: The names of the output channels; by default `u`, or `u1`, ....
            name: A title for the card.
            description: A sentence for the card.
            data: For the card, what the model was trained on, such as `dataset.summary()`.
            errors: Measured errors for the card, such as `{"relative_l2": 1e-2}`.
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
            "kind": "surrogate",
            "fields": channel_names(self, fields),
            "data": data,
            "parameters": {"band": self.band.facts()} if self.band.measured else {},
        }
        return export_samples(self, path, "outputs", coordinates, facts, dtype, samples)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {**config, "band": self.band.settings()} if self.band.measured else config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> SurrogateModel:
        config = dict(config)
        band = config.pop("band", None)
        model = super().from_config(config, custom_objects)
        if band is not None:
            model.band.restore(band)
        return model

    def _begin_training(self, changing: bool) -> list[keras.callbacks.Callback]:
        self.band.forget()
        return super()._begin_training(changing)
