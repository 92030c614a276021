"""Gradients: the three ways against one another, finite differences and closed forms."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from benchmarks import ode_memory
from kerasphys.ode._reverse import _binomials

MODES = {
    "eager": lambda f: f,
    "graph": functools.partial(tf.function, autograph=False),
    "xla": functools.partial(tf.function, autograph=False, jit_compile=True),
}
RNG = np.random.default_rng(0)
STARTS = RNG.normal(size=(3, 2))
TIMES = np.array([0.0, 0.4, 0.5, 1.0])
EACH = np.stack([TIMES, 0.5 * TIMES + 1, -2 * TIMES])
WEIGHTS = RNG.normal(size=(4, 3, 2))
RATE = 0.7


def gradients(y0, rate, times, matrix, **options):
    """The loss and its gradients: state, captured tensor, times, variable."""
    with tf.GradientTape() as tape:
        tape.watch([y0, rate, times])
        force = 2.0 * rate  # a tensor that the field takes from outside

        def field(t, y):
            wave = force * tf.cos(tf.reshape(t, (-1, 1)))
            return tf.matmul(tf.sin(y), matrix, transpose_b=True) + wave

        states = kp.ode.odeint(field, y0, times, **options)
        loss = tf.reduce_sum(WEIGHTS * states**2)
    return loss, *tape.gradient(loss, [y0, rate, times, matrix])


@pytest.fixture
def matrix():
    return tf.Variable([[-0.1, 2.0], [-2.0, -0.1]], dtype="float64")


def all_of(matrix, mode, times, **options):
    given = tf.constant(STARTS), tf.constant(RATE, tf.float64), tf.constant(times)
    compute = functools.partial(gradients, matrix=matrix, **options)
    return [np.asarray(value) for value in MODES[mode](compute)(*given)]


def largest_gap(values, wanted):
    return max(
        np.max(np.abs(a - b)) / np.max(np.abs(b)) for a, b in zip(values, wanted, strict=True)
    )


TIGHT = dict(rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("times", [TIMES, EACH], ids=["common", "each"])
def test_the_three_ways_agree(times, matrix):
    wanted = all_of(matrix, "graph", times, **TIGHT)
    checkpoint = all_of(matrix, "graph", times, gradient="checkpoint", checkpoints=3, **TIGHT)
    assert largest_gap(checkpoint, wanted) < 1e-13
    adjoint = all_of(matrix, "graph", times, gradient="adjoint", **TIGHT)
    assert largest_gap(adjoint, wanted) < 1e-7
    fixed = all_of(matrix, "graph", times, method="rk4", steps=60, gradient="adjoint")
    assert largest_gap(fixed, wanted) < 1e-6


@pytest.mark.parametrize(
    ("gradient", "options"),
    [
        ("backprop", dict(rtol=1e-6, atol=1e-6)),
        ("checkpoint", dict(method="rk4", steps=4)),
        ("adjoint", dict(method="rk4", steps=4)),
    ],
)
def test_eager_graph_and_xla_agree(gradient, options, matrix):
    results = [all_of(matrix, mode, TIMES, gradient=gradient, **options) for mode in MODES]
    assert largest_gap(results[1], results[0]) < 1e-12
    assert largest_gap(results[2], results[0]) < 1e-12


@pytest.mark.parametrize("gradient", ["backprop", "adjoint"])
def test_one_step_size_each(gradient, matrix):
    options = dict(gradient=gradient, control="sample", **TIGHT)
    wanted = all_of(matrix, "graph", EACH, **TIGHT)
    assert largest_gap(all_of(matrix, "graph", EACH, **options), wanted) < 1e-7


@pytest.mark.parametrize(
    "options",
    [dict(steps=30, method="dopri5"), dict(steps=20, method="kvaerno3"), dict(**TIGHT)],
    ids=str,
)
def test_finite_differences(options, matrix):
    """In the direction of one random change of everything at once."""
    _, *found = all_of(matrix, "graph", EACH, **options)
    changes = [RNG.normal(size=np.shape(g)) for g in found]
    predicted = sum(np.sum(a * b) for a, b in zip(found, changes, strict=True))
    compute = tf.function(lambda *given: gradients(*given, matrix=matrix, **options)[0])
    ends, h, kept = [], 1e-5, matrix.numpy()
    for sign in (1, -1):
        y0, rate, times, change = (sign * h * change for change in changes)
        matrix.assign(kept + change)
        ends.append(
            compute(*map(tf.constant, (STARTS + y0, np.asarray(RATE + rate), EACH + times)))
        )
    # with few steps the gradient to times is that of the exact solution only
    tolerance = 1e-2 if options.get("method") == "kvaerno3" else 1e-6
    assert float(ends[0] - ends[1]) / (2 * h) == pytest.approx(predicted, rel=tolerance)


@pytest.mark.parametrize("method", ["trapezoidal", "kvaerno3"])
def test_implicit_stages_are_differentiated(method):
    """A linear problem: one step is a rational function, whose derivative is known."""
    tableau = kp.ode.METHODS[method]
    matrix, b = tableau.matrix, np.array(tableau.b)

    def growth(z):
        return 1 + z * b @ np.linalg.solve(np.eye(len(b)) - z * matrix, np.ones(len(b)))

    for gradient in ("backprop", "checkpoint"):
        rate = tf.Variable(-3.0, dtype="float64")
        with tf.GradientTape() as tape:
            end = kp.ode.odeint(
                lambda t, y, rate=rate: rate * y,
                np.ones(1),
                [0.0, 1.0],
                method,
                steps=1,
                gradient=gradient,
            )[-1, 0]
        slope = (growth(-3 + 1e-5) - growth(-3 - 1e-5)) / 2e-5
        assert float(end) == pytest.approx(growth(-3.0), rel=1e-12)
        assert float(tape.gradient(end, rate)) == pytest.approx(slope, rel=1e-8)


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 40])
def test_checkpoints_for_any_number_of_steps(steps):
    """`d/dr (1 + r/n)^n`, whatever is kept and computed again."""
    rate = tf.Variable(-0.5, dtype="float64")

    @tf.function
    def slope(kept):
        with tf.GradientTape() as tape:
            end = kp.ode.odeint(
                lambda t, y: rate * y,
                np.ones(1),
                [0.0, 1.0],
                "euler",
                steps=steps,
                gradient="checkpoint",
                checkpoints=kept,
            )[-1, 0]
        return tape.gradient(end, rate)

    for kept in (2, 4, 10):
        assert float(slope(kept)) == pytest.approx((1 - 0.5 / steps) ** (steps - 1), rel=1e-13)


def test_a_thousand_steps_take_four_sweeps():
    table = _binomials(10).numpy()
    assert table[10, 4] == 1001
    assert table[3, 2] == 10  # 5! / (3! 2!)
    assert table.min() > 0


def test_structures_have_gradients():
    x, v = tf.constant([[1.0]], tf.float64), tf.constant([[0.5]], tf.float64)
    for gradient in ("backprop", "checkpoint", "adjoint"):
        with tf.GradientTape() as tape:
            tape.watch([x, v])
            states = kp.ode.odeint(
                lambda t, y: (y[1], -y[0]), (x, v), [0.0, 0.5, 1.0], gradient=gradient, **TIGHT
            )
            loss = tf.reduce_sum(states[0][-1])
        slopes = [g[0, 0].numpy() for g in tape.gradient(loss, [x, v])]
        np.testing.assert_allclose(slopes, [np.cos(1), np.sin(1)], rtol=1e-8)


def test_a_table_has_a_dense_gradient():
    table = tf.Variable([[1.0], [2.0]])
    with tf.GradientTape() as tape:
        end = kp.ode.odeint(
            lambda t, y: y * tf.gather(table, 1), tf.ones((1, 1)), [0.0, 1.0], "rk4", steps=20
        )[-1]
    slopes = np.array(tape.gradient(end, table))
    np.testing.assert_allclose(slopes[:, 0], [0.0, np.exp(2.0)], rtol=1e-4)


class Flow(keras.layers.Layer):
    """The smallest layer that solves."""

    def __init__(self, gradient, **kwargs):
        super().__init__(**kwargs)
        self.inner = keras.layers.Dense(2, kernel_initializer="zeros")
        self.gradient = gradient

    def build(self, shape):
        self.inner.build(shape)

    def call(self, inputs):
        return kp.ode.odeint(
            lambda t, y: self.inner(y), inputs, [0.0, 1.0], "rk4", steps=3, gradient=self.gradient
        )[-1]


@pytest.mark.parametrize(
    ("gradient", "jit"), [("backprop", True), ("checkpoint", False), ("adjoint", False)]
)
def test_fit_with_two_solves_in_a_model(gradient, jit):
    """Rotation by a quarter of a turn, in two halves."""
    model = keras.Sequential([keras.Input((2,)), Flow(gradient), Flow(gradient)])
    model.compile(keras.optimizers.Adam(0.1), loss="mse", jit_compile=jit)
    x = RNG.normal(size=(32, 2)).astype("float32")
    y = x @ np.array([[0.0, 1.0], [-1.0, 0.0]], "float32")
    history = model.fit(x, y, epochs=60, batch_size=32, verbose=0)
    assert history.history["loss"][-1] < 1e-2


@pytest.mark.slow
def test_memory_does_not_grow_with_the_steps():
    found = ode_memory.run()
    assert found["adjoint_growth"] < 1.1
    assert found["checkpoint_growth"] < 1.1
    assert found["backprop_growth"] > 20
