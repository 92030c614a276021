"""NumPy functions inside a graph."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.conditions.traced import UFUNCS, evaluate_in_graph

X = np.array([0.1, 0.4, 0.7, 0.9])
T = np.array([0.5, 0.2, 0.3, 0.6])


def in_graph(function, dtype="float64"):
    columns = {"x": tf.constant(X, dtype), "t": tf.constant(T, dtype)}

    @tf.function(autograph=False)
    def compute():
        return evaluate_in_graph(function, columns)

    return compute()


@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda ufunc: ufunc.__name__)
def test_every_ufunc_is_numpys(ufunc):
    of_booleans = ufunc.__name__.startswith(("bitwise", "logical", "invert"))
    arguments = ((X > 0.3, T > 0.3) if of_booleans else (X, T))[: ufunc.nin]
    found = UFUNCS[ufunc](*(tf.constant(a) for a in arguments)).numpy()
    np.testing.assert_allclose(found, ufunc(*arguments), rtol=1e-14)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, t: -np.sin(np.pi * x) * np.exp(-t) + 2,
        lambda x: np.where(x < 0.5, x**2, 1 - x),
        lambda x: np.where((x > 0.2) & ~(x > 0.8), 1.0, x),
        lambda x, t: np.where(np.logical_or(x == 0.1, t != 0.3), -1.0, x * t),
        lambda x, t: np.maximum(x, t) / (1 + abs(x - t)) ** 0.5,
        lambda t: np.ones_like(t) * 3 - np.zeros_like(t),
        lambda x: np.full_like(x, 2.0),
    ],
)
def test_numpy_functions(function):
    columns = {"x": X, "t": T}
    expected = function(**{name: columns[name] for name in inspect.signature(function).parameters})
    np.testing.assert_allclose(in_graph(function), expected, rtol=1e-14)
    assert in_graph(function, "float32").dtype == tf.float32


def test_keras_ops_and_numbers():
    np.testing.assert_allclose(in_graph(lambda x: keras.ops.sin(3 * x)), np.sin(3 * X), rtol=1e-14)
    assert in_graph(lambda: 2.0).numpy().tolist() == [2.0] * 4
    assert in_graph(4.0, "float32").numpy().tolist() == [4.0] * 4


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.cumsum(x),
        lambda x: np.stack([x, x]),
        lambda x: np.interp(x, [0, 1], [2, 3]),
        kp.Table({"x": [0.0, 1.0]}, [1.0, 2.0]),
    ],
    ids=["cumsum", "stack", "interp", "table"],
)
def test_other_functions_are_refused_with_a_cure(function):
    with pytest.raises(TypeError, match=r"cannot be built into the network.*hard="):
        in_graph(function)
