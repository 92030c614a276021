"""Derivatives through a basis: those of tapes on every sum of its functions."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasphys.derivatives import Namespace, Plan, TapeEngine, TrunkEngine

NAMES = [
    "u",
    "v_x",
    "u_xt",
    "u_yyt",
    "laplacian_u",
    "biharmonic_v",
    "grad_v",
    "div_w",
    "x",
    "v_ttt",
]
SPACE = Namespace(("x", "y", "t"), ("u", "v"), vectors={"w": ("u", "v")})
WRAPS = {
    "eager": lambda f: f,
    "graph": tf.function,
    "xla": lambda f: tf.function(f, jit_compile=True),
}


@pytest.fixture(scope="module")
def trunk():
    layers = [keras.layers.Dense(6, activation="tanh", dtype="float64"), keras.layers.Dense(4)]
    network = keras.Sequential(layers)
    network.layers[1].dtype_policy = "float64"
    network.build((None, 3))
    for index, weight in enumerate(network.weights):
        weight.assign(np.random.default_rng(index).normal(size=weight.shape) / 2)
    return network


@pytest.fixture(scope="module")
def points():
    return tf.constant(np.random.default_rng(7).uniform(size=(5, 3)))


@pytest.fixture(scope="module")
def coefficients():
    return tf.constant(np.random.default_rng(8).normal(size=(3, 2, 4)))


def own(trunk):
    """Basis functions of each of two fields."""
    return lambda p: tf.stack([trunk(p) * p[:, :1], tf.sin(p[:, 2:]) * trunk(p)], axis=1)


def shared(trunk):
    return lambda p: trunk(p)[:, tf.newaxis]


@pytest.mark.parametrize("method", ["jets", "tape"])
@pytest.mark.parametrize("basis", [own, shared], ids=["own", "shared"])
def test_they_equal_tapes_on_every_function(basis, method, trunk, points, coefficients):
    plan, basis = Plan.of(SPACE, NAMES), basis(trunk)
    found = TrunkEngine(method)(plan, basis, coefficients, points)
    assert list(found) == NAMES
    assert found["u"].shape == (3, 5)
    assert found["grad_v"].shape == (3, 5, 2)
    for index in range(3):

        def function(p, index=index):
            return tf.reduce_sum(basis(p) * coefficients[index], axis=2)

        expected = TapeEngine()(plan, function, points)
        for name in NAMES:
            np.testing.assert_allclose(
                found[name][index], expected[name], rtol=1e-12, atol=1e-12, err_msg=name
            )


@pytest.mark.parametrize("method", ["jets", "tape"])
def test_eager_graph_and_xla_agree_with_gradients(method, trunk, points, coefficients):
    plan, basis = Plan.of(SPACE, ["u_xt"]), own(trunk)

    def step():
        with tf.GradientTape() as tape:
            values = TrunkEngine(method)(plan, basis, coefficients, points)
            loss = tf.add_n([tf.reduce_sum(value**2) for value in values.values()])
        return tape.gradient(loss, trunk.trainable_variables[0].value)

    expected = step()
    assert np.abs(expected).max() > 1e-3
    for name in ("graph", "xla"):
        np.testing.assert_allclose(WRAPS[name](step)(), expected, rtol=1e-10, atol=1e-12)


def test_a_trunk_without_rules_is_differentiated_by_tapes(points, coefficients):
    def basis(p):  # a cumulative product has no rule
        return tf.math.cumprod(tf.stack([p[:, 0], p[:, 1], p[:, 2], p[:, 0]], 1), 1)[:, tf.newaxis]

    plan = Plan.of(SPACE, ["u_xx", "u_xyt"])
    assert not TrunkEngine().uses_jets(plan, basis)
    found = TrunkEngine()(plan, basis, coefficients, points)
    x, y, t = points.numpy().T
    c = coefficients.numpy()[:, 0]
    np.testing.assert_allclose(found["u_xx"], c[:, 3:] * 2 * y * t, atol=1e-12)
    np.testing.assert_allclose(found["u_xyt"], c[:, 2:3] + c[:, 3:] * 2 * x, atol=1e-12)
    with pytest.raises(NotImplementedError, match="no rule for the operation Cumprod"):
        TrunkEngine("jets")(plan, basis, coefficients, points)


@pytest.mark.parametrize("method", ["jets", "tape"])
def test_a_basis_that_does_not_depend_on_a_coordinate(method, points, coefficients):
    def basis(p):
        return tf.stack([p[:, 0]] * 4, axis=1)[:, tf.newaxis]

    found = TrunkEngine(method)(Plan.of(SPACE, ["u_t", "u_xx"]), basis, coefficients, points)
    for value in found.values():
        np.testing.assert_array_equal(value, np.zeros((3, 5)))


def test_coordinates_alone_do_not_call_the_basis(points, coefficients):
    found = TrunkEngine()(Plan.of(SPACE, ["t"]), lambda p: 1 / 0, coefficients, points)
    np.testing.assert_array_equal(found["t"], np.tile(points[:, 2], (3, 1)))


def test_the_derivative_graph_does_not_grow_with_the_functions(trunk, points):
    """All tensors of a step but those of one number for a function and a point stay as large."""
    plan, basis = Plan.of(SPACE, ["u", "u_t", "u_xx"]), own(trunk)

    def sizes(n):
        traced = tf.function(lambda c: TrunkEngine("jets")(plan, basis, c, points))
        graph = traced.get_concrete_function(tf.TensorSpec((n, 2, 4), tf.float64)).graph
        shapes = [t.shape for op in graph.get_operations() for t in op.outputs]
        return sorted(s.num_elements() for s in shapes if n not in s.as_list()), len(shapes)

    assert sizes(101) == sizes(1009)
