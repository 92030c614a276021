"""The BFGS method with limited memory."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys._validation import check_positive_int
from kerasphys.optimizers.quasi_newton import QuasiNewton


@serializable
class LBFGS(QuasiNewton):
    """The BFGS method that knows the last pairs of steps and gradient changes only.

    For networks that are too large for a matrix of the size of the parameters squared: memory and
    work of a step are those of `4 * history` vectors.

    Args:
        history: Positive integer, the number of pairs.
        learning_rate: Positive float, a factor of the first trial step of every iteration.
        name: String or `None`.

    Raises:
        ValueError: If `history` is not a positive integer.

    Example:
        ```python notest
        model.compile(optimizer=kp.optimizers.LBFGS(history=50), jit_compile=True)
        ```

    Reference:
        Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.4
    """

    steps: keras.Variable
    changes: keras.Variable
    curvatures: keras.Variable
    pairs: keras.Variable
    newest: keras.Variable

    def __init__(
        self,
        history: int = 50,
        learning_rate: float = 1.0,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(learning_rate, name, **kwargs)
        self.history = check_positive_int("history", history)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "history": self.history}

    def _build_memory(self, size: int, dtype: str) -> None:
        super()._build_memory(size, dtype)
        shape = (self.history, size)
        self.steps = self.add_variable(shape, dtype=dtype, name="steps")
        self.changes = self.add_variable(shape, dtype=dtype, name="changes")
        self.curvatures = self.add_variable((self.history,), "ones", dtype=dtype, name="curvatures")
        self.pairs = self.add_variable((), dtype="int64", name="pairs")  # how many are held
        self.newest = self.add_variable((), dtype="int64", name="newest")  # in a circle of rows

    def _product(self, vector: tf.Tensor) -> tf.Tensor:
        steps, changes = self.steps.value, self.changes.value
        curvatures, pairs, newest = self.curvatures.value, self.pairs.value, self.newest.value

        def row(age: tf.Tensor) -> tf.Tensor:
            return tf.math.floormod(newest - age, self.history)

        def backward(age, rest, shares):
            i = row(age)
            share = tf.tensordot(tf.gather(steps, i), rest, 1) / tf.gather(curvatures, i)
            shares = tf.tensor_scatter_nd_update(shares, i[None, None], share[None])
            return age + 1, rest - share * tf.gather(changes, i), shares

        def forward(age, result):
            i = row(age)
            share = tf.gather(shares, i) - tf.tensordot(
                tf.gather(changes, i), result, 1
            ) / tf.gather(curvatures, i)
            return age - 1, result + share * tf.gather(steps, i)

        first = tf.zeros((), "int64")
        _, rest, shares = tf.while_loop(
            lambda age, *_: age < pairs,
            backward,
            (first, vector, tf.zeros((self.history,), self.dtype)),
        )
        last_change = tf.gather(changes, newest)
        scale = tf.gather(curvatures, newest) / tf.tensordot(last_change, last_change, 1)
        rest *= tf.where(pairs > 0, scale, tf.ones_like(scale))
        _, result = tf.while_loop(lambda age, _: age >= 0, forward, (pairs - 1, rest))
        return result

    def _learn(
        self, s: tf.Tensor, y: tf.Tensor, b: tf.Tensor, teach: tf.Tensor, forget: tf.Tensor
    ) -> None:
        pairs = tf.where(forget, tf.zeros_like(self.pairs.value), self.pairs.value)
        row = self.newest.value
        row = tf.where(teach, tf.math.floormod(row + 1, self.history), row)
        for memory, new in (
            (self.steps, s),
            (self.changes, y),
            (self.curvatures, tf.tensordot(s, y, 1)),
        ):
            kept = tf.where(teach, new, tf.gather(memory.value, row))
            memory.value.scatter_update(tf.IndexedSlices(kept[None], row[None]))
        self.newest.assign(row)
        self.pairs.assign(tf.minimum(pairs + tf.cast(teach, "int64"), self.history))
