"""Every engine against closed forms, which share no code with them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasphys.derivatives import Engine, Namespace, Plan
from kerasphys.derivatives.engines import ENGINES

NAMES = Namespace(("x", "y", "t"), ("u", "v"), ("k",), vectors={"w": ("u", "v")})
ORDERS = {
    1: ["u_x", "v_y", "u_t"],
    2: ["u_xx", "u_xy", "v_tt", "v_ty"],
    3: ["u_xxx", "u_xyt", "v_yyt"],
    4: ["u_xxxx", "u_xxyy", "v_xytt", "v_yyyy"],
}
EVERY = ["x", "t", "u", "v", *ORDERS[1], *ORDERS[2], *ORDERS[3], *ORDERS[4]]
MODES = {
    "eager": lambda function: function,
    "graph": tf.function,
    "xla": lambda function: tf.function(function, jit_compile=True),
}


def assert_close(actual, expected, tolerance=1e-10):
    assert actual.shape == expected.shape
    error = np.max(np.abs(np.asarray(actual) - expected))
    assert error <= tolerance * np.max(np.abs(expected)), error


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]()


@pytest.fixture
def points(rng):
    return rng.uniform(-1, 1, size=(7, 3))


class Wave:
    """u = sin(ax + by) exp(ct) and v = cos(bx - ay) exp(-ct)."""

    a, b, c = 1.3, -0.7, 0.9

    def __call__(self, p):
        x, y, t = tf.unstack(p, axis=1)
        u = tf.sin(self.a * x + self.b * y) * tf.exp(self.c * t)
        v = tf.cos(self.b * x - self.a * y) * tf.exp(-self.c * t)
        return tf.stack([u, v], axis=1)

    def derivative(self, field, orders, p):
        x, y, t = p.T
        i, j, k = orders
        turn = (i + j) * np.pi / 2
        if field == 0:
            wave = np.sin(self.a * x + self.b * y + turn)
            return self.a**i * self.b**j * self.c**k * wave * np.exp(self.c * t)
        wave = np.cos(self.b * x - self.a * y + turn)
        return self.b**i * (-self.a) ** j * (-self.c) ** k * wave * np.exp(-self.c * t)


class Hidden:
    """A network with one hidden layer, whose derivatives are those of its activation."""

    def __init__(self, activation, dtype="float64", units=6, seed=3):
        rng = np.random.default_rng(seed)
        self.activation = activation
        self.kernel = tf.Variable(rng.normal(size=(3, units)), dtype=dtype)
        self.bias = tf.Variable(rng.normal(size=units), dtype=dtype)
        self.output = tf.Variable(rng.normal(size=(units, 2)), dtype=dtype)

    @property
    def variables(self):
        return [self.kernel, self.bias, self.output]

    def __call__(self, p):
        hidden = getattr(tf, self.activation)(p @ self.kernel + self.bias)
        return hidden @ self.output

    def derivative(self, field, orders, p):
        kernel, bias, output = (variable.numpy() for variable in self.variables)
        factor = output[:, field] * np.prod(kernel.T ** np.array(orders), axis=1)
        return self._activation(p @ kernel + bias, sum(orders)) @ factor

    def _activation(self, z, order):
        if self.activation == "sin":
            return np.sin(z + order * np.pi / 2)
        slope = np.polynomial.Polynomial([1, 0, -1])  # tanh' = 1 - tanh²
        polynomial = np.polynomial.Polynomial([0, 1])
        for _ in range(order):
            polynomial = polynomial.deriv() * slope
        return polynomial(np.tanh(z))


def closed_form(network, name, p):
    """The value of `u`, `v_ty`, ... by counting the letters of the name."""
    if name in NAMES.coordinates:
        return p[:, NAMES.coordinates.index(name)]
    field, _, letters = name.partition("_")
    orders = [letters.count(letter) for letter in NAMES.coordinates]
    return network.derivative(NAMES.fields.index(field), orders, p)


NETWORKS = {"wave": Wave, "tanh": lambda: Hidden("tanh"), "sin": lambda: Hidden("sin")}


@pytest.mark.parametrize("network", NETWORKS)
def test_all_orders_together(network, points, engine):
    network = NETWORKS[network]()
    values = engine(Plan.of(NAMES, EVERY), network, points)
    assert list(values) == EVERY
    for name in EVERY:
        assert_close(values[name], closed_form(network, name, points))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("network", NETWORKS)
def test_each_order_alone(network, order, points, engine):
    network = NETWORKS[network]()
    for names in (ORDERS[order], ORDERS[order][:1]):
        values = engine(Plan.of(NAMES, names), network, points)
        for name in names:
            assert_close(values[name], closed_form(network, name, points))


@pytest.mark.parametrize("mode", MODES)
def test_eager_graph_and_xla_agree(mode, points, engine):
    network, plan = Hidden("tanh"), Plan.of(NAMES, [*EVERY, "grad_u", "laplacian_v", "div_w"])
    evaluate = MODES[mode](lambda p: engine(plan, network, p))
    values, eager = evaluate(tf.constant(points)), engine(plan, network, points)
    for name in plan.names:
        assert_close(values[name], eager[name].numpy(), 1e-12)


def test_operators(points, engine):
    network, operators = Hidden("sin"), ["laplacian_u", "biharmonic_v", "grad_v", "div_w"]
    values = engine(Plan.of(NAMES, operators), network, points)
    fourth = [closed_form(network, name, points) for name in ("v_xxxx", "v_xxyy", "v_yyyy")]
    assert_close(values["biharmonic_v"], fourth[0] + 2 * fourth[1] + fourth[2])
    exact = {name: closed_form(network, name, points) for name in ("u_xx", "u_yy", "u_x", "v_y")}
    assert_close(values["laplacian_u"], exact["u_xx"] + exact["u_yy"])
    assert_close(values["div_w"], exact["u_x"] + exact["v_y"])
    grad = [closed_form(network, name, points) for name in ("v_x", "v_y")]
    assert_close(values["grad_v"], np.stack(grad, axis=1))


def test_operators_in_one_dimension(points, engine):
    names = Namespace(("x", "t"), "u", vectors={"w": "u"})
    plan = Plan.of(names, ["laplacian_u", "u_xx", "grad_u", "u_x", "div_w"])
    values = engine(plan, lambda p: tf.sin(p[:, :1] * p[:, 1:]), points[:, :2])
    np.testing.assert_array_equal(values["laplacian_u"], values["u_xx"])
    np.testing.assert_array_equal(values["div_w"], values["u_x"])
    np.testing.assert_array_equal(values["grad_u"], values["u_x"][:, None])


def test_laplacian_in_many_dimensions(rng, engine):
    names = Namespace([f"x{i}" for i in range(20)], "u")
    points = rng.normal(size=(4, 20))
    values = engine(
        Plan.of(names, "laplacian_u"), lambda p: tf.reduce_sum(p**4, 1, keepdims=True), points
    )
    assert_close(values["laplacian_u"], 12 * np.sum(points**2, axis=1))


def test_a_polynomial_exactly(engine):
    points = tf.constant([[2.0, 3.0, 5.0]], "float64")
    plan = Plan.of(NAMES, ["u_xxyt", "u_xxxx", "u_yy"])
    values = engine(plan, lambda p: p[:, :1] ** 3 * p[:, 1:2] * p[:, 2:], points)
    assert {name: float(value[0]) for name, value in values.items()} == {
        "u_xxyt": 12.0,
        "u_xxxx": 0.0,
        "u_yy": 0.0,
    }


@pytest.mark.parametrize("mode", MODES)
def test_what_does_not_depend_on_a_coordinate_is_exactly_zero(mode, points, engine):
    def network(p):
        return tf.stack([tf.sin(p[:, 0]), tf.ones_like(p[:, 0])], axis=1)

    plan = Plan.of(NAMES, ["u_t", "u_xt", "u_ttt", "v_x", "v_xy", "grad_v", "v_tttt"])
    values = MODES[mode](lambda p: engine(plan, network, p))(tf.constant(points))
    for name, value in values.items():
        assert value.shape == ((7, 2) if name == "grad_v" else (7,))
        assert np.all(value.numpy() == 0.0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_have_the_dtype_of_the_points(dtype, points, engine):
    network, names = Hidden("tanh", dtype), ["x", "u", "u_xx", "v_t", "grad_u", "u_yyt"]
    values = engine(Plan.of(NAMES, names), network, points.astype(dtype))
    assert {value.dtype.name for value in values.values()} == {dtype}
    for name in ("u", "u_xx", "u_yyt"):
        exact = closed_form(Hidden("tanh"), name, points)
        assert_close(values[name].numpy(), exact, 1e-10 if dtype == "float64" else 1e-4)


@pytest.mark.parametrize("rows", [7, None])
def test_shapes_are_static(rows, points, engine):
    plan = Plan.of(NAMES, ["x", "u", "u_xx", "v_xyt", "grad_u"])
    shapes = {}

    @tf.function(input_signature=[tf.TensorSpec((rows, 3), "float64")])
    def evaluate(p):
        values = engine(plan, Hidden.__call__.__get__(network), p)
        shapes.update({name: tuple(value.shape) for name, value in values.items()})
        return values

    network = Hidden("tanh")
    values = evaluate(points)
    assert shapes == {**dict.fromkeys(plan.names, (rows,)), "grad_u": (rows, 2)}
    assert_close(values["v_xyt"], closed_form(network, "v_xyt", points))


@pytest.mark.parametrize("mode", MODES)
def test_gradient_for_the_weights_through_second_derivatives(mode, points, engine):
    network, plan = Hidden("tanh"), Plan.of(NAMES, ["u", "u_t", "u_xx", "v_xy"])

    def loss():
        values = engine(plan, network, points)
        residual = values["u_t"] + values["u"] * values["v_xy"] - values["u_xx"]
        return tf.reduce_mean(residual**2)

    def gradient():
        with tf.GradientTape() as tape:
            value = loss()
        return tape.gradient(value, network.variables)

    gradients, step = MODES[mode](gradient)(), 1e-5
    for variable, slope in zip(network.variables, gradients, strict=True):
        start, numeric = variable.numpy(), np.zeros(variable.shape)
        for index in np.ndindex(*variable.shape):
            ends = []
            for sign in (1, -1):
                moved = start.copy()
                moved[index] += sign * step
                variable.assign(moved)
                ends.append(float(loss()))
            numeric[index] = (ends[0] - ends[1]) / (2 * step)
        variable.assign(start)
        assert_close(slope, numeric, 1e-7)


def test_keras_networks(points, engine):
    network = keras.Sequential(
        [
            keras.layers.Dense(5, activation="tanh", dtype="float64"),
            keras.layers.Dense(2, dtype="float64"),
        ]
    )
    plan = Plan.of(NAMES, ["u_x", "u_xx"])
    values = engine(plan, network, points)
    step = np.array([1e-4, 0, 0])
    left, centre, right = (network(p).numpy()[:, 0] for p in (points - step, points, points + step))
    assert_close(values["u_x"], (right - left) / 2e-4, 1e-6)
    assert_close(values["u_xx"], (right - 2 * centre + left) / 1e-8, 1e-5)


@pytest.mark.parametrize(
    ("names", "calls"),
    [(EVERY, 1), (["u"], 1), (["u_x"], 1), (["u", "v_xxxx", "laplacian_u"], 1), (["x", "t"], 0)],
)
def test_the_network_is_called_once(names, calls, points, engine):
    network, count = Wave(), []

    def counted(p):
        count.append(1)
        return network(p)

    engine(Plan.of(NAMES, names), counted, points)
    assert len(count) == calls


def test_it_is_an_engine(engine):
    assert isinstance(engine, Engine)
    assert engine == type(engine)()
    assert engine.supports(Plan.of(NAMES, "u"), None)
    assert engine.work(Plan.of(NAMES, "x")) == 0.0


class TestBadInput:
    plan = Plan.of(NAMES, ["v", "v_t"])

    @pytest.mark.parametrize(
        "outputs",
        [
            lambda p: p[:, 0],
            lambda p: p[:, :1],
            lambda p: p[:, :, None],
            lambda p: tf.reduce_sum(p),
        ],
    )
    def test_output_of_a_wrong_shape(self, outputs, points, engine):
        with pytest.raises(ValueError, match=r"`network` must return .* \(n, m\).* at least 2"):
            engine(self.plan, outputs, points)

    def test_output_with_another_number_of_rows(self, points, engine):
        with pytest.raises(ValueError, match="as many rows"):
            engine(self.plan, lambda p: p[:1], points)

    def test_output_of_another_dtype(self, points, engine):
        with pytest.raises(TypeError, match=r"dtype of the points, float64.*float32"):
            engine(self.plan, lambda p: tf.cast(p, "float32"), points)

    @pytest.mark.parametrize("shape", [(5,), (5, 2), (5, 3, 1)])
    def test_points_of_a_wrong_shape(self, shape, engine):
        with pytest.raises(ValueError, match=r"`points` must have shape \(n, d\).* at least 3"):
            engine(self.plan, Wave(), np.zeros(shape))

    def test_points_of_unknown_width(self, engine):
        @tf.function(input_signature=[tf.TensorSpec((None, None), "float64")])
        def evaluate(p):
            return engine(self.plan, Wave(), p)

        with pytest.raises(ValueError, match="`points` must have shape"):
            evaluate(np.zeros((5, 3)))

    def test_points_of_integers(self, engine):
        with pytest.raises(TypeError, match=r"`points` must be of a floating dtype.*int"):
            engine(self.plan, Wave(), np.zeros((5, 3), int))

    def test_types(self, points, engine):
        with pytest.raises(TypeError, match="plan"):
            engine(object(), Wave(), points)
        with pytest.raises(TypeError, match="network"):
            engine(self.plan, object(), points)
        with pytest.raises(TypeError, match="points"):
            engine(self.plan, Wave(), object())
