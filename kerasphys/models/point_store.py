"""The training points as state of the model."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

Tensors = dict[str, dict[str, tf.Tensor]]


class PointStore(keras.layers.Layer):
    """Holds points, given values and point weights in variables of fixed shape.

    The compiled step reads them; new points are an assignment. A saved model holds them, while
    they do not count among its weights: early stopping does not restore them, export drops them.
    """

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.built = True
        self._sets: dict[str, dict[str, tf.Variable]] = {}

    def assign(self, sets: Tensors) -> bool:
        """Takes new points. Returns whether the variables are new ones, of other shapes."""
        if _shapes(sets) == _shapes(self._sets):
            for name, arrays in sets.items():
                for key, array in arrays.items():
                    self._sets[name][key].assign(array)
            return False
        self._sets = {
            name: {key: tf.Variable(array, trainable=False) for key, array in arrays.items()}
            for name, arrays in sets.items()
        }
        return True

    def read(self) -> Tensors:
        """The current points, by set and name."""
        return {
            name: {key: variable.read_value() for key, variable in arrays.items()}
            for name, arrays in self._sets.items()
        }

    @property
    def filled(self) -> bool:
        """Whether there are any points."""
        return bool(self._sets)

    def save_own_variables(self, store: Any) -> None:
        for name, arrays in self._sets.items():
            for key, variable in arrays.items():
                store[f"{name}:{key}"] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        sets: Tensors = {}
        for entry in store.keys():  # noqa: SIM118 (not a dict)
            name, key = entry.split(":")
            sets.setdefault(name, {})[key] = tf.convert_to_tensor(store[entry][()])
        self.assign(sets)


def _shapes(sets: Any) -> dict[tuple[str, str], tuple]:
    return {
        (name, key): (tuple(array.shape), array.dtype)
        for name, arrays in sets.items()
        for key, array in arrays.items()
    }
