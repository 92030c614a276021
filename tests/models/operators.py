"""Operator networks with a known answer, so that every loss can be computed by hand."""

from __future__ import annotations

import keras
import numpy as np

import kerasphys as kp

SENSORS = np.linspace(0.0, 1.0, 5)
DOMAIN = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(0, 2, "t")


@keras.saving.register_keras_serializable("tests")
class Polynomials(keras.layers.Layer):
    """`1 + t` and `x² (1 + t)`, of coordinates that the model has scaled to [-1, 1]."""

    def call(self, inputs):
        x, t = (inputs[:, :1] + 1) / 2, inputs[:, 1:] + 1
        return keras.ops.concatenate([1 + t, x**2 * (1 + t)], axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 2)


def quadratics(a, c):
    """The values of `a + c x²` at the sensors, `(n, 5)`."""
    return np.asarray(a)[:, None] + np.asarray(c)[:, None] * SENSORS**2


def exact_network():
    """From `f = a + c x²` to `f(x) (1 + t)`."""
    branch = keras.layers.Dense(2, use_bias=False, dtype="float64")
    branch.build((None, 5))
    branch.set_weights([np.linalg.pinv(np.stack([np.ones(5), SENSORS**2]))])
    return kp.networks.DeepONet(branch, Polynomials(dtype="float64"), basis=2, bias=False)


def source(**kwargs):
    return kp.InputFunction({"x": SENSORS}, **kwargs)


def heat(u_t, u_xx, f):
    return u_t - 0.1 * u_xx - f


def problem(residual=heat, domain=DOMAIN, conditions=None, **kwargs):
    """The heat equation with a source `f(x)`, cold at first, unless it is told otherwise."""
    if conditions is None:
        conditions = {
            "initial": kp.Dirichlet(u=0.0, on=domain.start("t")),
            "walls": kp.Dirichlet(u=0.0, on=domain.boundary("x")),
        }
    options = dict(fields="u", parameters={"f": source()}) | kwargs
    return kp.Problem(
        domain, conditions={"equation": kp.Residual(residual), **conditions}, **options
    )


def deeponet(outputs=None, activation="tanh", **kwargs):
    branch = kp.networks.MLP([6], activation="relu", seed=0)
    trunk = kp.networks.MLP([6], activation=activation, seed=1)
    return kp.networks.DeepONet(branch, trunk, basis=4, outputs=outputs, **kwargs)


def model(given=None, compiled=False, network=None, **kwargs):
    """A small model of that problem in float64, always with the same first weights."""
    options = dict(hard=True, dtype="float64") | kwargs
    made = kp.models.PINNModel(network or deeponet(), given or problem(), **options)
    if compiled:
        made.compile(keras.optimizers.Adam(1e-2))
    return made


def functions(n=6, seed=0):
    return np.random.default_rng(seed).normal(size=(n, 5))


def points(n=9, seed=1):
    return np.random.default_rng(seed).uniform((0, 0), (1, 2), size=(n, 2))
