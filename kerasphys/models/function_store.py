"""The training functions of an operator network, where a compiled step reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tensorflow as tf


class FunctionStore:
    """Holds the values of input functions in variables of fixed shape.

    They are data of the user, so that no file holds them.
    """

    def __init__(self) -> None:
        self._variables: dict[str, tf.Variable] = {}

    def assign(self, functions: Mapping[str, tf.Tensor]) -> bool:
        """Takes other functions. Says whether they need variables that no compiled step reads."""
        known = {name: tuple(variable.shape) for name, variable in self._variables.items()}
        if known == {name: tuple(tensor.shape) for name, tensor in functions.items()}:
            for name, tensor in functions.items():
                self._variables[name].assign(tensor)
            return False
        self._variables = {n: tf.Variable(t, trainable=False) for n, t in functions.items()}
        return True

    def read(self, batch_size: int | None, step: Any) -> dict[str, tf.Tensor]:
        """All functions, or a random mini-batch, which depends on the step alone.

        Each is drawn by itself, so that one may come twice: an order of tens of thousands of
        functions would cost as much as a step.

        Args:
            batch_size: How many functions to draw, or `None` for all.
            step: Integer scalar tensor.
        """
        values = {name: variable.read_value() for name, variable in self._variables.items()}
        count = next(iter(values.values())).shape[0]
        if batch_size is None or batch_size >= count:
            return values
        seed = [tf.cast(step, tf.int64), tf.constant(-1, tf.int64)]  # point sets count from 0
        rows = tf.random.stateless_uniform((batch_size,), seed, maxval=count, dtype=tf.int32)
        return {name: tf.gather(array, rows) for name, array in values.items()}
