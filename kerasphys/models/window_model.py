"""One window of a network of time windows, trained by itself."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys.models.pinn_model import PINNModel
from kerasphys.networks import TimeWindows
from kerasphys.problem import Problem


class WindowModel(PINNModel):
    """Computes in a window what the whole model computes there, at the cost of one copy.

    It serves one window after the other: what tells them apart are variables, so that a compiled
    step serves all of them too.

    Args:
        whole: A model with a `kp.networks.TimeWindows` network.
        problem: The problem of the first window that it serves.
    """

    def __init__(self, whole: PINNModel, problem: Problem):
        windows = whole.network
        assert isinstance(windows, TimeWindows)
        dtype = whole.compute_dtype
        self._form = _Form(whole, windows, tf.Variable([-1.0, 1.0], False, dtype=dtype))
        super().__init__(windows.copy(), problem, engine=whole.engine, dtype=whole.dtype_policy)
        self.transform = whole.transform
        self._first_state: list[np.ndarray] = []

    def features(self, points: Any) -> tf.Tensor:
        return self._form(points)

    def train_like(self, whole: PINNModel) -> None:
        """Compiles as another model is compiled, with an optimizer of its own."""
        optimizer = keras.optimizers.deserialize(keras.optimizers.serialize(whole.optimizer))
        self.compile(
            optimizer,
            jit_compile=whole.jit_compile,
            run_eagerly=whole.run_eagerly,
            steps_per_execution=whole.steps_per_execution,
        )
        optimizer.build(self.trainable_variables)
        self._first_state = [variable.numpy() for variable in optimizer.variables]
        for name, weight in self.loss_weights.items():
            if name in whole.loss_weights:
                weight.assign(whole.loss_weights[name])

    def begin(self, index: int, weights: list[np.ndarray], problem: Problem) -> None:
        """Goes to a window, with the optimizer as it was at first.

        Args:
            index: The number of the window.
            weights: Those to begin with.
            problem: The problem of the window, with the names of the first one.
        """
        self._form.edges.assign(self._form.windows.edges[index : index + 2])
        self.network.set_weights(weights)
        self.problem = problem
        self.soft_conditions = dict(problem.conditions)
        if self._first_state:
            for variable, first in zip(self.optimizer.variables, self._first_state, strict=True):
                variable.assign(first)


class _Form:
    """What a copy sees of points; kept where Keras does not look for parts of the model."""

    def __init__(self, whole: PINNModel, windows: TimeWindows, edges: tf.Variable):
        self.whole = whole
        self.windows = windows
        self.edges = edges

    def __call__(self, points: Any) -> tf.Tensor:
        lower, upper = tf.unstack(self.edges.value())
        return self.windows.local(self.whole.features(points), lower, upper)
