"""The order in which a fit sees its data, in a run that goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

from kerasphys.callbacks._model_state import POINT_MODELS
from kerasphys.callbacks._running_fit import running_fit

UNSEEDED = (
    "fit shuffles its data without a seed, so a run that goes on would see another order than one "
    "left alone. Call keras.utils.set_random_seed(...) before fit, give the `shuffle` of a "
    "tf.data.Dataset a seed, or pass shuffle=False."
)

# Steps of a pipeline that give the same elements to each who reads them from the beginning.
STEADY = {
    "_BatchDataset",
    "_CacheDataset",
    "_OptionsDataset",
    "_PrefetchDataset",
    "_RangeDataset",
    "_RepeatDataset",
    "_TensorDataset",
    "_TensorSliceDataset",
    "_ZipDataset",
}


class DataOrder:
    """The data of the `fit` that runs.

    Args:
        model: The model that is fitted. The data of a model of points are a state of the model, or
            drawn by the number of the step; there is nothing to do then.
    """

    def __init__(self, model: keras.Model):
        self._model = model
        self._epochs: Any = None
        if not isinstance(model, POINT_MODELS):
            self._epochs = running_fit(model, "epoch_iterator")
            if self._epochs is None:
                raise RuntimeError("Resume works in fit only, and there is none around.")

    def check(self) -> None:
        """Refuses an order that another process cannot repeat."""
        if self._epochs is None:
            return
        arrays = self._are_arrays() and self._epochs.data_adapter._shuffle
        if (arrays and not _is_seeded()) or any(map(_shuffles_at_random, self._datasets())):
            raise ValueError(UNSEEDED)

    def skip(self, epochs: int) -> None:
        """Reads the data of so many epochs as fit would, and drops them."""
        if self._epochs is None or self._begins_anew():
            return
        for _ in range(epochs):
            with self._epochs.catch_stop_iteration():
                for _, _, iterator in self._epochs:
                    _drop(iterator, self._model.steps_per_execution)

    def _begins_anew(self) -> bool:
        """Whether every epoch reads the same elements, so that there is no place to go to."""
        if self._epochs.steps_per_epoch is not None:
            return False
        kinds = {type(dataset).__name__ for dataset in self._datasets()}
        return self._are_arrays() or (bool(kinds) and kinds <= STEADY)

    def _are_arrays(self) -> bool:
        return type(self._epochs.data_adapter).__name__ == "ArrayDataAdapter"

    def _datasets(self) -> Iterator[tf.data.Dataset]:
        """The steps of the pipeline, if it is one of tf.data."""
        waiting = [getattr(self._epochs.data_adapter, "_dataset", None)]
        while waiting:
            dataset = waiting.pop()
            if isinstance(dataset, tf.data.Dataset):
                yield dataset
                waiting += dataset._inputs()


def _is_seeded() -> bool:
    """Whether operations without a seed of their own have one by tf.random.set_seed."""
    unseeded = 87654321  # what TensorFlow takes in place of a global seed
    return tf.compat.v1.get_seed(0)[0] != unseeded


def _shuffles_at_random(dataset: tf.data.Dataset) -> bool:
    if not hasattr(dataset, "_reshuffle_each_iteration"):
        return False
    return not (int(dataset._seed) or int(dataset._seed2))


def _drop(iterator: Any, count: int) -> None:
    if not hasattr(iterator, "get_next_as_optional"):
        for _, _ in zip(range(count), iterator, strict=False):
            pass
        return
    for number in range(count):
        if not iterator.get_next_as_optional().has_value():
            if number == 0:
                raise StopIteration
            return
