"""The training points as state of the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._validation import check_array
from kerasphys.conditions import Condition

Arrays = Mapping[str, Any]
Tensors = dict[str, dict[str, tf.Tensor]]

WEIGHTS = "weights."  # what the names of point weights begin with


class PointStore(keras.layers.Layer):
    """Holds points, given values and point weights in variables of fixed shape.

    The compiled step reads them; new points are an assignment. A saved model holds them, while
    they do not count among its weights: early stopping does not restore them, export drops them.

    The weight of a point is the user's own times the factors that callbacks give, each known by
    its condition and its owner. Factors belong to the points: they go when others are assigned,
    and are not saved. Whoever weighs points does it at every epoch, after whoever moves them.
    """

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.built = True
        self._sets: dict[str, dict[str, tf.Variable]] = {}
        self._own: dict[str, np.ndarray] = {}  # by condition, the weights that the user gave
        self._factors: dict[str, dict[str, np.ndarray]] = {}  # by condition and owner
        self.replaced = False  # whether there are variables that no compiled step reads yet

    def assign(self, sets: Tensors) -> None:
        """Takes new points, in new variables where the shapes are others."""
        if _shapes(sets) == _shapes(self._sets):
            for name, arrays in sets.items():
                self.replace(name, arrays)
            return
        self._own, self._factors = {}, {}
        self._sets = {
            name: {key: tf.Variable(array, trainable=False) for key, array in arrays.items()}
            for name, arrays in sets.items()
        }
        for arrays in sets.values():
            self._own |= _weights(arrays)
        self.replaced = True

    def replace(self, name: str, arrays: dict[str, tf.Tensor]) -> None:
        """Takes new points of one set, of the same shapes as before."""
        for key, array in arrays.items():
            self._sets[name][key].assign(array)
        for condition, own in _weights(arrays).items():
            self._own[condition] = own
            self._factors.pop(condition, None)

    def scale(self, condition: str, owner: str, factor: np.ndarray) -> None:
        """Sets one factor `(n,)` of the point weights of a condition."""
        factor = check_array("factor", factor, self._own[condition].shape)
        self._factors.setdefault(condition, {})[owner] = factor
        self._multiply(condition)

    def drop_factors(self) -> None:
        """Leaves the weights that the user gave."""
        scaled, self._factors = list(self._factors), {}
        for condition in scaled:
            self._multiply(condition)

    def _multiply(self, condition: str) -> None:
        weights, factors = self._own[condition], self._factors.get(condition, {})
        for owner in sorted(factors):  # one order, so that a run can be repeated bit for bit
            weights = weights * factors[owner]
        variable = self._sets[self.set_of(condition)][f"{WEIGHTS}{condition}"]
        variable.assign(weights.astype(variable.dtype.as_numpy_dtype))

    def set_of(self, condition: str) -> str:
        """The name of the set on which a condition holds."""
        key = f"{WEIGHTS}{condition}"
        return next(name for name, arrays in self._sets.items() if key in arrays)

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """The current arrays of a set."""
        return {key: variable.numpy() for key, variable in self._sets[name].items()}

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

    def state(self) -> dict[str, Any]:
        """All that it holds, factors included, for a run that is to go on exactly."""
        return {
            "arrays": {name: self.arrays(name) for name in self._sets},
            "own": dict(self._own),
            "factors": {condition: dict(by) for condition, by in self._factors.items()},
        }

    def set_state(self, state: dict[str, Any]) -> None:
        """Brings back what `state` gave, of sets with the same names and shapes."""
        for name, arrays in state["arrays"].items():
            for key, array in arrays.items():
                self._sets[name][key].assign(array)
        self._own, self._factors = dict(state["own"]), dict(state["factors"])

    @property
    def filled(self) -> bool:
        """Whether there are any points."""
        return bool(self._sets)

    def save_own_variables(self, store: Any) -> None:
        for name, arrays in self._sets.items():
            for key, variable in arrays.items():
                own = key.startswith(WEIGHTS)
                store[f"{name}:{key}"] = (
                    self._own[key.removeprefix(WEIGHTS)] if own else variable.numpy()
                )

    def load_own_variables(self, store: Any) -> None:
        sets: Tensors = {}
        for entry in store.keys():  # noqa: SIM118 (not a dict)
            name, key = entry.split(":")
            sets.setdefault(name, {})[key] = tf.convert_to_tensor(store[entry][()])
        self.assign(sets)


def conditions_on(conditions: Mapping[str, Condition], arrays: Arrays) -> dict[str, Condition]:
    """Those of the conditions that hold on a set, by its arrays."""
    return {name: c for name, c in conditions.items() if f"{WEIGHTS}{name}" in arrays}


def givens_of(condition: str, arrays: Arrays) -> dict[str, Any]:
    """The given values of a condition among the arrays of a set, by their own names."""
    prefix = f"givens.{condition}."
    return {
        key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)
    }


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


def _weights(arrays: dict[str, tf.Tensor]) -> dict[str, np.ndarray]:
    """The point weights among the arrays of a set, by condition."""
    return {
        key.removeprefix(WEIGHTS): np.asarray(array)
        for key, array in arrays.items()
        if key.startswith(WEIGHTS)
    }


def _shapes(sets: Any) -> dict[tuple[str, str], tuple]:
    return {
        (name, key): (tuple(array.shape), array.dtype)
        for name, arrays in sets.items()
        for key, array in arrays.items()
    }
