"""Objectives to minimise in tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from kerasphys.optimizers import Evaluation


class FunctionObjective:
    """A function of the variables' values, flat in one vector.

    Args:
        function: A tensor `(P,)` to a scalar tensor, in TensorFlow.
        variables: Keras variables.
    """

    def __init__(self, function: Callable, variables: Sequence[keras.Variable]):
        self.function = function
        self.variables = list(variables)
        self.traced = 0

    def evaluate(self) -> Evaluation:
        self.traced += 1
        x = self.position()
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = self.function(x)
        return Evaluation(loss, tape.gradient(loss, x), tf.stack([loss, 2 * loss]))

    def position(self) -> tf.Tensor:
        return tf.concat([tf.reshape(v.value, (-1,)) for v in self.variables], 0)


class ResidualObjective(FunctionObjective):
    """A sum of squares of residuals, one group of one block.

    Args:
        residuals: A tensor `(P,)` to a tensor `(rows,)`, in TensorFlow.
        variables: Keras variables.
        rows: Integer.
    """

    def __init__(self, residuals: Callable, variables: Sequence[keras.Variable], rows: int):
        super().__init__(lambda x: tf.reduce_sum(residuals(x) ** 2), variables)
        self.residuals = residuals
        self.rows = rows
        self.blocks = 1

    @property
    def groups(self) -> list[ResidualObjective]:
        return [self]

    def __call__(self, block: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        x = self.position()
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            residuals = self.residuals(x)
        return residuals, tape.jacobian(residuals, x, experimental_use_pfor=False)

    def value(self) -> tuple[tf.Tensor, tf.Tensor]:
        loss = self.function(self.position())
        return loss, tf.stack([loss, 2 * loss])

    def remainder_gradient(self) -> None:
        return None

    def product(self, vector: tf.Tensor) -> tf.Tensor:
        _, jacobian = self(tf.constant(0))
        return tf.linalg.matvec(jacobian, tf.linalg.matvec(jacobian, vector), transpose_a=True)


def variable(values: Sequence[float] | np.ndarray, dtype: str = "float64") -> keras.Variable:
    """A trainable Keras variable."""
    return keras.Variable(np.asarray(values, dtype), dtype=dtype, trainable=True)


def rosenbrock(x: tf.Tensor) -> tf.Tensor:
    """A curved valley with its minimum 0 at ones."""
    return tf.reduce_sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def quartic(x: tf.Tensor) -> tf.Tensor:
    """Strictly convex, with a Hessian that changes; its minimum 0 is at zeros."""
    weights = tf.range(1, x.shape[0] + 1, dtype=x.dtype)
    return tf.reduce_sum(weights * x**2) + tf.reduce_sum(x**4) + tf.reduce_sum(x) ** 2


def minimise(
    optimizer: keras.optimizers.Optimizer, objective: FunctionObjective, steps: int
) -> list[float]:
    """The losses of some steps in the graph."""
    optimizer.build(objective.variables)
    step = tf.function(lambda: optimizer.step(objective, objective.variables))
    return [float(step()[0]) for _ in range(steps)]


def state(optimizer: keras.optimizers.Optimizer) -> dict[str, np.ndarray]:
    """What an optimizer knows, by name."""
    return {variable.path: variable.numpy() for variable in optimizer.variables}


def counts(optimizer: keras.optimizers.Optimizer) -> dict[str, int]:
    """What went wrong and was recovered from."""
    names = ("restarts", "skipped", "stalled")
    return {name: int(getattr(optimizer, name).numpy()) for name in names}


MODES: dict[str, Callable[[Callable], Callable]] = {
    "eager": lambda function: function,
    "graph": tf.function,
    "xla": lambda function: tf.function(function, jit_compile=True),
}
