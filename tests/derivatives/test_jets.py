"""The jet engine: its algebra, its functions, and the operations that it knows."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.derivatives import JetEngine, Namespace, Plan, TapeEngine
from kerasphys.derivatives.algebra import Algebra
from kerasphys.derivatives.jet_functions import FUNCTIONS, power


def plan(names, coordinates=("x", "y", "t"), fields="u"):
    return Plan.of(Namespace(coordinates, fields), names)


@pytest.mark.parametrize(
    ("names", "coordinates", "size"),
    [
        (["u"], "x", 1),
        (["u_t", "u_x", "u_xx"], ("x", "t"), 4),
        (["u_xxxxxx"], "x", 7),
        (["u_xxyy"], ("x", "y"), 9),
        (["laplacian_u"], [f"x{i}" for i in range(20)], 22),  # one sum, with the gradient
        (["laplacian_u", "u_xx"], ("x", "y", "z"), 6),
        (["biharmonic_u"], ("x", "y"), 9),
        (["biharmonic_u"], ("x", "y", "z"), 1 + 3 + 6 + 3 + 1),
    ],
)
def test_the_algebra_is_as_small_as_it_can_be(names, coordinates, size):
    algebra = Algebra.of(plan(names, coordinates))
    assert len(algebra.operators) == size
    assert JetEngine().work(plan(names, coordinates)) == size


def test_leibniz_rule():
    algebra = Algebra.of(plan(["u_xxx"], "x"))
    assert algebra.leibniz == ((), (), ((1, 1, 2.0),), ((1, 2, 6.0),))
    algebra = Algebra.of(plan(["laplacian_u"], ("x", "y")))
    assert algebra.leibniz[-1] == ((1, 1, 2.0), (2, 2, 2.0))  # Δ(uv) = .. + 2 ∇u ∇v


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_taylor_coefficients(kind, rng):
    x = tf.constant(rng.uniform(0.3, 1.2, size=9))
    h = 0.01
    coefficients = FUNCTIONS[kind](x, 8)
    function = lambda z: FUNCTIONS[kind](z, 1)[0]  # noqa: E731
    series = sum(c * h**k for k, c in enumerate(coefficients) if c is not None)
    np.testing.assert_allclose(series, function(x + h), rtol=1e-11)
    reference = {
        "Tanh": np.tanh,
        "Erf": np.vectorize(math.erf),
        "Softplus": lambda z: np.log1p(np.exp(z)),
    }
    if kind in reference:
        np.testing.assert_allclose(coefficients[0], reference[kind](x.numpy()), rtol=1e-14)


def test_powers_are_exact_at_zero():
    cube = power(tf.zeros(1, "float64"), 3.0, 5)
    assert [None if c is None else float(c[0]) for c in cube] == [0.0, 0.0, 0.0, 1.0, None, None]


def assert_same(network, names=("u", "u_x", "u_t", "u_xxy", "laplacian_u", "u_tt"), **kwargs):
    points = np.random.default_rng(1).uniform(0.1, 0.9, size=(6, 3))
    asked = plan(list(names), **kwargs)
    jets, tape = JetEngine()(asked, network, points), TapeEngine()(asked, network, points)
    assert JetEngine().supports(asked, network)
    for name in names:
        np.testing.assert_allclose(jets[name], tape[name], rtol=1e-10, atol=1e-11, err_msg=name)


ONE = tf.ones((), "float64")
OPERATIONS = {
    "where": lambda p: tf.where(p > 0.5, tf.sin(p), p**3),
    "where with a constant": lambda p: tf.where(p > 0.5, tf.zeros_like(p) + 2.0, tf.exp(p)),
    "maximum": lambda p: tf.maximum(p * p, 0.2 + tf.sin(p)),
    "minimum": lambda p: tf.minimum(p * p, 0.5),
    "abs": lambda p: tf.abs(tf.sin(6 * p)),
    "relu": lambda p: tf.nn.relu(tf.sin(6 * p)),
    "leaky_relu": lambda p: tf.nn.leaky_relu(tf.sin(6 * p)),
    "relu6": lambda p: tf.nn.relu6(9 * tf.sin(6 * p)),
    "elu": lambda p: tf.nn.elu(tf.sin(6 * p)),
    "quotient": lambda p: (1 + p) / (2 + tf.cos(p)),
    "quotient of a constant": lambda p: 1.0 / (2 + p),
    "difference from a constant": lambda p: 1.0 - p * tf.sqrt(p),
    "rsqrt": lambda p: tf.math.rsqrt(p) * tf.math.log1p(p),
    "squared difference": lambda p: tf.math.squared_difference(p, tf.cos(p)),
    "concat and slices": lambda p: tf.concat([p[:, :1] * p[:, 1:2], p[..., 2:], p[:, 0:1]], 1),
    "stack": lambda p: tf.stack([p[:, 0] * p[:, 1], 0 * p[:, 1] + 1.0, p[:, 2]], axis=1),
    "unstack": lambda p: tf.stack(tf.unstack(tf.sin(p), axis=1)[::-1], axis=1),
    "split": lambda p: tf.concat(tf.split(p * p, 3, axis=1)[::-1], 1),
    "sum and mean": lambda p: (
        p * tf.reduce_sum(p**2, 1, keepdims=True) + tf.reduce_mean(p, 1)[:, None]
    ),
    "matmul of two": lambda p: (p[:, None, :] @ tf.stack([p, p * p, p**3], 2))[:, 0],
    "reshape and transpose": lambda p: tf.transpose(tf.reshape(tf.transpose(p), (3, -1))) ** 2,
    "tile and gather": lambda p: tf.gather(tf.tile(p, (1, 2)), [4, 0, 2], axis=1) ** 2,
    "stop_gradient": lambda p: p**2 * tf.stop_gradient(p),
    "layer normalisation": lambda p: (
        (p - tf.reduce_mean(p, 1, keepdims=True))
        / tf.sqrt(tf.math.reduce_variance(p, 1, keepdims=True) + 0.1)
    ),
    "sign and round": lambda p: tf.sign(p - 0.5) * p**2 + tf.round(p) * p,
    "addn": lambda p: tf.add_n([p, p * p, tf.ones_like(p)]),
    "atan and erf": lambda p: tf.atan(p * p) + tf.math.erf(p),
    "atan2": lambda p: (
        tf.atan2(p - 0.5, tf.cos(p) - 0.9) + tf.atan2(p, ONE) * tf.atan2(-0.3 * ONE, p)
    ),
    "tan and hyperbolic": lambda p: tf.tan(p) + tf.sinh(p) * tf.cosh(p) + tf.math.expm1(p),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_operations_agree_with_the_tape(operation):
    mix = tf.constant(np.random.default_rng(0).normal(size=(3, 1)))
    assert_same(lambda p: OPERATIONS[operation](p) @ mix)


@pytest.mark.parametrize(
    "activation",
    ["tanh", "sine", "swish", "gelu", "logistic", "softplus", "elu", "selu", "mish", "exponential"],
)
def test_activations_agree_with_the_tape(activation):
    network = kp.networks.MLP([5, 5], activation, outputs=1, seed=0, dtype="float64")
    network.build((None, 3))
    assert_same(network)


def test_functional_and_sequential_models():
    inputs = keras.Input((3,), dtype="float64")
    dense = lambda n, act=None: keras.layers.Dense(n, act, dtype="float64")  # noqa: E731
    hidden = dense(5, "tanh")(inputs)
    hidden = keras.layers.Add(dtype="float64")([hidden, dense(5, "sigmoid")(hidden)])
    hidden = keras.layers.Concatenate(dtype="float64")([hidden, inputs])
    hidden = keras.layers.LayerNormalization(dtype="float64")(hidden)
    hidden = keras.layers.Multiply(dtype="float64")([hidden, keras.ops.sin(hidden)])
    assert_same(keras.Model(inputs, dense(1)(hidden)))


def test_a_layer_of_the_users_own():
    class Oscillator(keras.layers.Layer):
        def build(self, shape):
            self.scale = self.add_weight(shape=(1,), initializer="ones")

        def call(self, inputs):
            return keras.ops.sum(keras.ops.sin(self.scale * inputs) ** 2, axis=1, keepdims=True)

    assert_same(Oscillator(dtype="float64"))


class TestFallBack:
    """What has no rule, or would lose a side effect, is left to tapes."""

    asked = plan(["u_xx"])

    @pytest.mark.parametrize(
        "network",
        [
            lambda p: tf.sort(p)[:, :1],
            lambda p: tf.numpy_function(np.sin, [p], p.dtype)[:, :1],
            lambda p: tf.pow(p, p)[:, :1],
            lambda p: tf.cond(tf.reduce_sum(p) > 0, lambda: p, lambda: -p)[:, :1],
        ],
    )
    def test_operations_without_a_rule(self, network):
        assert not JetEngine().supports(self.asked, network)
        with pytest.raises(NotImplementedError, match="has no rule for"):
            JetEngine()(self.asked, network, np.full((2, 3), 0.5))

    def test_dropout_and_activity_regularizers(self):
        for layer in (
            keras.layers.Dense(1, dtype="float64", activity_regularizer="l2"),
            keras.layers.GaussianNoise(0.1, dtype="float64"),
        ):
            network = keras.Sequential([layer, keras.layers.Dense(1, dtype="float64")])
            if isinstance(layer, keras.layers.Dense):
                assert not JetEngine().supports(self.asked, network)
            else:
                assert JetEngine().supports(self.asked, network)  # no noise outside of training


def test_a_thousand_weights_train_alike(rng):
    points = tf.constant(rng.uniform(size=(20, 3)))
    network = kp.networks.MLP([20, 20], outputs=1, seed=0, dtype="float64")
    network.build((None, 3))
    asked = plan(["u", "u_t", "laplacian_u"])
    gradients = []
    for engine in (JetEngine(), TapeEngine()):

        @tf.function(jit_compile=True)
        def gradient(engine=engine):
            with tf.GradientTape() as tape:
                values = engine(asked, network, points)
                residual = values["u_t"] + values["u"] ** 2 - values["laplacian_u"]
                loss = tf.reduce_mean(residual**2)
            return tape.gradient(loss, [v.value for v in network.trainable_variables])

        gradients.append(np.concatenate([np.ravel(g) for g in gradient()]))
    np.testing.assert_allclose(gradients[0], gradients[1], rtol=1e-9, atol=1e-12)
