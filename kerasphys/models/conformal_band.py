"""How far predictions may be off: bands that cover new samples with a known probability."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from kerasphys._registry import serializable
from kerasphys._validation import check_bool, check_number, check_positive_int, message

ROUNDING = 1e-9  # of `(n + 1) * coverage`, which may be an integer


@serializable
class ConformalBand(keras.layers.Layer):
    """Lower and upper bounds around predictions, with widths measured on held-out samples.

    Half the width is one number for each channel, a weight that is not trained; relative bands
    multiply it by the root mean square of the predicted channel of the sample. There are no weights
    until `calibrate`.

    Args:
        coverage: Number between zero and one, or `None` where nothing is measured.
        samples: Positive integer, how many samples it was measured on, or `None`.
        simultaneous: Whether the band covers all values of a sample together.
        relative: Whether the width is in proportion to the prediction.
        **kwargs: `name` and `dtype`, as of any Keras layer.

    Input shape: predictions `(n, ..., c)`.
    Output shape: A pair of tensors of the same shape.

    Reference:
        Lei et al., 2018, https://arxiv.org/abs/1604.04173 (split conformal); Lee, Barber and
        Willett, 2023, https://arxiv.org/abs/2306.06342 (values in groups)
    """

    half_widths: Any = None

    def __init__(
        self,
        coverage: float | None = None,
        samples: int | None = None,
        simultaneous: bool = True,
        relative: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.coverage = None if coverage is None else check_coverage(coverage)
        self.samples = None if samples is None else check_positive_int("samples", samples)
        self.simultaneous = check_bool("simultaneous", simultaneous)
        self.relative = check_bool("relative", relative)

    @property
    def measured(self) -> bool:
        """Whether there is a band."""
        return self.coverage is not None

    def build(self, input_shape: Any) -> None:
        if self.measured:
            self._make_weights(input_shape[-1])

    def call(self, prediction: Any) -> tuple[Any, Any]:
        half = ops.convert_to_tensor(self.half_widths)
        if self.relative:
            half = half * _size(prediction, ops)
        return prediction - half, prediction + half

    def calibrate(
        self,
        predictions: np.ndarray,
        targets: np.ndarray,
        scale: np.ndarray,
        coverage: float,
        simultaneous: bool,
        relative: bool,
    ) -> None:
        """Measures the widths; see `SurrogateModel.calibrate`.

        Args:
            predictions: `(n, ..., c)`.
            targets: The truth, of the same shape.
            scale: `(c,)`, how much the channels count against each other where they are covered
                together. It must not depend on these samples.
            coverage: Number between zero and one.
            simultaneous: Whether all values of a sample are to be covered together.
            relative: Whether the width is in proportion to the prediction.
        """
        predictions, targets = predictions.astype(np.float64), targets.astype(np.float64)
        unit = _size(predictions, np) if relative else scale
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = np.nan_to_num(np.abs(targets - predictions) / unit, posinf=np.inf)
        scores = scores.reshape(len(scores), -1, scores.shape[-1])  # (n, points, c)
        if simultaneous:
            scores = scores.max(axis=(1, 2), keepdims=True)
        quantile = conformal_quantile(scores, coverage)
        if not np.all(np.isfinite(quantile)):
            cure = "Some predictions are zero everywhere."
            raise ValueError(message("relative", "False for these samples", relative, cure))
        self.restore(
            {
                "coverage": coverage,
                "samples": len(targets),
                "simultaneous": simultaneous,
                "relative": relative,
            }
        )
        self._make_weights(targets.shape[-1])
        self.half_widths.assign(quantile * (np.ones_like(scale) if relative else scale))

    def forget(self) -> None:
        """Leaves the model without a band: it is another model than was measured."""
        self.coverage = self.samples = None

    def facts(self) -> dict[str, Any]:
        """What the card of an artefact says."""
        return {
            "coverage": self.coverage,
            "samples": self.samples,
            "covers": "all values of a sample together"
            if self.simultaneous
            else "this part of the values, on average over samples",
            "half_widths": [float(half) for half in ops.convert_to_numpy(self.half_widths)],
            "unit": "root mean square of the predicted channel"
            if self.relative
            else "that of the channel",
        }

    def settings(self) -> dict[str, Any]:
        """The arguments that say which band this is."""
        names = ("coverage", "samples", "simultaneous", "relative")
        return {name: getattr(self, name) for name in names}

    def restore(self, settings: dict[str, Any]) -> None:
        """Takes the settings of another band; its weights follow from a file."""
        for name, value in ConformalBand(**settings).settings().items():
            setattr(self, name, value)

    def save_own_variables(self, store: Any) -> None:
        if self.measured:
            super().save_own_variables(store)

    def load_own_variables(self, store: Any) -> None:
        if self.measured and len(store.keys()):
            super().load_own_variables(store)
        else:  # weights of a model without a band
            self.forget()

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self.settings()}

    def _make_weights(self, channels: int) -> None:
        if self.half_widths is None:
            self.half_widths = self.add_weight(
                (channels,), "zeros", trainable=False, name="half_widths"
            )
            self.built = True


def check_coverage(value: Any) -> float:
    """A number between zero and one, both excluded."""
    coverage = check_number("coverage", value)
    if not 0 < coverage < 1:
        raise ValueError(message("coverage", "a number between 0 and 1", value))
    return coverage


def conformal_quantile(scores: np.ndarray, coverage: float) -> np.ndarray:
    """The least `q` that covers a new sample with at least this probability, for each channel.

    With `k` values in each of `n` samples it is the value of rank `⌈(n + 1) coverage k⌉`. For
    `k = 1` a new score is at most `q` with a probability of at least `coverage`; for more, a part
    of at least `coverage` of the values of a new sample is, on average. This needs samples that may
    be exchanged with the new one, and nothing else.

    Args:
        scores: `(n, k, c)`.
        coverage: Number between zero and one.

    Returns:
        `(c,)`.

    Raises:
        ValueError: If there are too few samples for any finite `q`.
    """
    samples, values, channels = scores.shape
    needed = math.ceil(coverage / (1 - coverage) - ROUNDING)
    if samples < needed:
        cure = f"A coverage of {coverage} needs at least {needed}."
        raise ValueError(message("x", f"at least {needed} held-out samples", samples, cure))
    rank = math.ceil((samples + 1) * coverage * values - ROUNDING)
    flat = scores.reshape(samples * values, channels)
    return np.partition(flat, rank - 1, axis=0)[rank - 1]


def _size(prediction: Any, backend: Any) -> Any:
    """The root mean square of each channel of each sample, with the axes of the prediction."""
    inner = tuple(range(1, len(prediction.shape) - 1))
    if not inner:
        return backend.abs(prediction)
    return backend.sqrt(backend.mean(backend.square(prediction), axis=inner, keepdims=True))
