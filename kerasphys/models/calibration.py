"""The band of a model, measured on held-out samples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from kerasphys._validation import check_bool, message
from kerasphys.models import array_data, sample_layout
from kerasphys.models.conformal_band import check_coverage

if TYPE_CHECKING:
    from kerasphys.models.surrogate_model import SurrogateModel


def calibrate(
    model: SurrogateModel,
    x: Any,
    y: Any,
    coverage: float,
    simultaneous: bool,
    relative: bool,
    batch_size: int | None,
) -> None:
    """Measures the band of a model; arguments as of `SurrogateModel.calibrate`."""
    coverage = check_coverage(coverage)
    check_bool("simultaneous", simultaneous)
    check_bool("relative", relative)
    predictions, targets = [], []
    for inputs, outputs in _batches(model, x, y):
        model._prepare("x", (inputs, outputs))
        if relative and sample_layout.points_of(inputs) is not None:
            cure = "The size of a prediction depends on the points that are asked for."
            raise ValueError(message("relative", "False for operator networks", relative, cure))
        predictions.append(model.predict(inputs, batch_size=batch_size))
        targets.append(np.asarray(outputs))
    scale = np.asarray(model.output_scaling.deviations[0], dtype=np.float64)
    found, true = np.concatenate(predictions), np.concatenate(targets)
    model.band.calibrate(found, true, scale, coverage, simultaneous, relative)


def _batches(model: SurrogateModel, x: Any, y: Any) -> Iterator[tuple[Any, Any]]:
    """Inputs and targets: all arrays at once, or those of a dataset batch by batch."""
    if not isinstance(x, tf.data.Dataset):
        yield model._pairs("x", x, y)
        return
    for batch in x:
        outputs = array_data.part(batch, 1)
        if outputs is None:
            raise ValueError(message("x", "a dataset of inputs and outputs", x))
        yield array_data.part(batch, 0), outputs
