"""Short runs that are killed and started again."""

import io
import os
import random

import keras
import numpy as np
import pytest

import kerasphys as kp
from tests.callbacks.conftest import make_problem

BOUNDARIES = [(os, n) for n in ("chmod", "fsync", "mkdir", "open", "replace", "rmdir", "unlink")]
BOUNDARIES.append((io, "open"))


class Death(BaseException):
    """The process is killed: nothing runs any more."""


class Killer(keras.callbacks.Callback):
    """Kills at the beginning of the n-th step."""

    def __init__(self, n):
        super().__init__()
        self.n = n

    def on_train_batch_begin(self, batch, logs=None):
        self.n -= 1
        if self.n < 0:
            raise Death


class DyingDisk:
    """A disk that a process writes on until it dies, at its n-th operation."""

    def __init__(self, monkeypatch, n):
        self.patch, self.left, self.dead = monkeypatch, n, False

    def __enter__(self):
        for module, name in BOUNDARIES:
            self.patch.setattr(module, name, self._deadly(getattr(module, name)))

    def __exit__(self, *_):
        self.patch.undo()

    def _deadly(self, operation):
        def deadly(*args, **kwargs):
            self.left -= 1
            self.dead = self.dead or self.left < 0
            if self.dead:
                raise Death
            return operation(*args, **kwargs)

        return deadly


def state_of(model):
    """Everything that training changed."""
    variables = [*model.variables, *model.optimizer.variables]
    if isinstance(model, kp.models.PINNModel):
        variables += [v for arrays in model.points.read().values() for v in arrays.values()]
    return [np.asarray(variable) for variable in variables]


def assert_same(first, second):
    for a, b in zip(first, second, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


def assert_ends_alike(fit, resume, kills):
    """`fit(callbacks)` gives a model and a history; `resume()` makes the callback anew."""
    inside = resume().callbacks
    model, history = fit(inside)
    for kill in kills:
        with pytest.raises(Death):
            fit([resume(), Killer(kill)])
        random.seed()  # another process has another generator
    again, restored = fit([resume()])
    assert_same(state_of(model), state_of(again))
    assert restored.history == history.history
    assert restored.epoch == history.epoch
    return again


def pinn(units=4, optimizer=None, problem=None, **options):
    problem = make_problem() if problem is None else problem
    model = kp.models.PINNModel(kp.networks.MLP([units], seed=0), problem, **options)
    model.compile(keras.optimizers.Adam(1e-2) if optimizer is None else optimizer)
    return model


def fit_pinn(callbacks, epochs=12, model=None, **options):
    model = pinn() if model is None else model
    points = model.problem.points(equation=16, initialu=8, seed=3)
    options = {"steps_per_epoch": 3, "verbose": 0, **options}
    return model, model.fit(points, epochs=epochs, callbacks=callbacks, **options)


def plateau():
    return keras.callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=1.0)


def dense(dropout=0.0, units=1, **compiled):
    """A plain Keras model, quick because nothing is traced."""
    initial = keras.initializers.GlorotUniform(seed=1)
    layers = [keras.Input((2,)), keras.layers.Dense(units, "tanh", kernel_initializer=initial)]
    if dropout:
        layers.append(keras.layers.Dropout(dropout, seed=2))
    model = keras.Sequential(layers)
    compiled = {"optimizer": keras.optimizers.SGD(0.01, momentum=0.9), **compiled}
    model.compile(loss="mse", run_eagerly=True, **compiled)
    return model


def arrays():
    x = np.random.default_rng(0).normal(size=(20, 2)).astype("float32")
    return x, x[:, :1] ** 2


def fit_dense(callbacks, epochs=4, model=None, **options):
    model = dense() if model is None else model
    x, y = arrays()
    options = {"shuffle": False, "batch_size": 10, "verbose": 0, **options}
    return model, model.fit(x, y, epochs=epochs, callbacks=callbacks, **options)
