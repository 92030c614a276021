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
        self.replaced = False  # whether there are variables that no compiled step reads yet

    def assign(self, sets: Tensors) -> None:
        """Takes new points, in new variables where the shapes are others."""
        if _shapes(sets) == _shapes(self._sets):
            for name, arrays in sets.items():
                for key, array in arrays.items():
                    self._sets[name][key].assign(array)
            return
        self._sets = {
            name: {key: tf.Variable(array, trainable=False) for key, array in arrays.items()}
            for name, arrays in sets.items()
        }
        self.replaced = True

    def read(self, batch_size: int | None = None, step: Any = 0) -> Tensors:
        """The current points, by set and name; or a mini-batch, which depends on the step alone.

        Args:
            batch_size: How many points of each set to draw, or `None` for all.
            step: Integer scalar tensor.
        """
        return {
            name: _draw(
                {key: variable.read_value() for key, variable in arrays.items()},
                batch_size,
                (step, index),
            )
            for index, (name, arrays) in enumerate(self._sets.items())
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


def _draw(
    arrays: dict[str, tf.Tensor], batch_size: int | None, seed: tuple[Any, int]
) -> dict[str, tf.Tensor]:
    n = arrays["points"].shape[0]
    if batch_size is None or n <= batch_size:
        return arrays
    order = tf.random.stateless_uniform((n,), [tf.cast(part, tf.int64) for part in seed])
    rows = tf.argsort(order)[:batch_size]
    return {
        key: tf.gather(array, rows) if array.shape.rank else array for key, array in arrays.items()
    }


def _shapes(sets: Any) -> dict[tuple[str, str], tuple]:
    return {
        (name, key): (tuple(array.shape), array.dtype)
        for name, arrays in sets.items()
        for key, array in arrays.items()
    }
