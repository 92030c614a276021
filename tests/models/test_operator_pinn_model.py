"""The physics-informed operator network: losses by hand, derivatives, training, what leaves."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.analysis.model_loss import model_loss
from kerasphys.derivatives import Plan, TapeEngine
from kerasphys.models.function_store import FunctionStore
from kerasphys.models.operator_inputs import function_values
from kerasphys.models.operator_pinn_model import OperatorPINNModel
from tests.models import operators
from tests.models.operators import DOMAIN, SENSORS, functions, quadratics

# The loss


def losses(model, x, points):
    """The loss of each condition."""
    if not model.compiled:
        model.compile("adam")
    found = model.evaluate(x, points, verbose=0, return_dict=True)
    return {name: found[f"{name}_loss"] for name in model.soft_conditions}


def test_the_exact_operator_has_no_loss():
    ends = DOMAIN.end("x")
    conditions = {
        "initial": kp.Residual(lambda u, f: u - f, on=DOMAIN.start("t")),
        "flux": kp.Residual(lambda u_x, f_x, t: u_x - f_x * (1 + t), on=ends),
        "symmetry": kp.Neumann(u=0.0, on=DOMAIN.start("x")),
        "curved": kp.Residual(lambda u_xx, f_xx, g: u_xx - f_xx * g, g=lambda t: 1 + t),
        "still": kp.Residual(lambda f_t, grad_f: f_t * grad_f[:, 0]),
    }
    given = operators.problem(
        lambda u_t, f, k: (u_t - k * f, u_t * k - f),
        conditions=conditions,
        parameters={"f": operators.source(), "k": 1.0},
    )
    model = operators.model(given, network=operators.exact_network(), hard=False)
    points = given.points(equation=7, initial=3, flux=3, symmetry=3, curved=5, still=2)
    for name, loss in losses(model, quadratics([1.0, -2.0], [0.5, 3.0]), points).items():
        assert loss < 1e-24, name


def test_a_loss_is_the_mean_square_over_functions_and_points():
    given = operators.problem(lambda u, f, x, t: u - f * t, conditions={})
    model = operators.model(given, network=operators.exact_network(), hard=False)
    points = given.points(equation=11, seed=3, weights={"equation": lambda x: 1 + x})
    where = points.sets["equation"].points
    f = 1.5 - 0.5 * where[:, 0] ** 2, 2 * where[:, 0] ** 2
    found = losses(model, quadratics([1.5, 0.0], [-0.5, 2.0]), points)
    expected = np.mean([(1 + where[:, 0]) * values**2 for values in f])  # u = f (1 + t)
    assert found["equation"] == pytest.approx(expected, rel=1e-12)
    # in batches of unequal size, the mean is that of the functions
    x = quadratics([1.5, 0.0, 1.0], [-0.5, 2.0, 1.0])
    whole = model.evaluate(x, points, verbose=0)
    assert model.evaluate(x, points, batch_size=2, verbose=0) == pytest.approx(whole, rel=1e-12)
    assert float(model_loss(model, x, points)()) == pytest.approx(whole[0], rel=1e-12)


def test_periodic_conditions_compare_both_ends():
    domain = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(0, 2, "t")
    conditions = {"around": kp.Periodic("x", "u", order=1)}
    given = operators.problem(lambda u, f: u - f, domain, conditions)
    model = operators.model(given, network=operators.exact_network(), hard=False)
    points = given.points(equation=3, around=8)
    t = points.sets["around"].points[:, 1]
    found = losses(model, quadratics([1.0], [3.0]), points)
    jumps = (3 * (1 + t)) ** 2 + (6 * (1 + t)) ** 2  # of u and of u_x, from end to end
    assert found["around"] == pytest.approx(np.mean(jumps), rel=1e-12)


# Derivatives and exact conditions


def two_fields():
    """A wall value that moves, two fields, of which one is free."""
    conditions = {
        "initial": kp.Dirichlet(u=lambda x: np.sin(x), on=DOMAIN.start("t")),
        "wall": kp.Dirichlet(u=0.0, on=DOMAIN.start("x")),
    }
    return operators.problem(
        lambda u_t, v_x, f: u_t + v_x - f, conditions=conditions, fields=["u", "v"]
    )


@pytest.mark.parametrize(
    ("engine", "names"),
    [
        ("jets", ["u", "v", "u_x", "u_xt", "v_tt", "u_xxt", "v_xxx", "laplacian_u", "grad_v"]),
        ("tape", ["u", "v_x", "u_xt"]),
    ],
    ids=["jets", "tape"],
)
def test_derivatives_equal_those_of_tapes_through_the_model(engine, names):
    given = two_fields()
    model = operators.model(given, scale=[2.0, 0.3], engine=engine)
    rng = np.random.default_rng(0)
    model.network.bias.assign([0.3, -0.2])
    model.adapt(rng.normal(2.0, 3.0, size=(8, 5)))
    f, points = functions(3), operators.points()
    found = model.derivatives({"f": f, "points": points}, names)
    plan = Plan.of(given.namespace, names)
    for index in range(3):

        def field(p, index=index):
            return model({"f": tf.constant(f[index : index + 1]), "points": p})[0]

        expected = TapeEngine()(plan, field, tf.constant(points))
        for name in names:
            np.testing.assert_allclose(
                found[name][index], expected[name], rtol=1e-11, atol=1e-12, err_msg=name
            )


def test_hard_conditions_hold_exactly():
    model = operators.model(two_fields())
    x, t = operators.points(20).T
    zero = 0 * x
    start = model.predict({"f": functions(), "points": np.stack([x, zero], 1)})
    np.testing.assert_allclose(start[..., 0], np.tile(np.sin(x), (6, 1)), rtol=0, atol=1e-14)
    wall = model.predict({"f": functions(), "points": np.stack([zero, t], 1)})
    np.testing.assert_allclose(wall[..., 0], 0.0, rtol=0, atol=1e-14)
    assert np.abs(wall[..., 1]).min() > 0


def test_hard_periodic_conditions_hold_in_all_derivatives():
    domain = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(0, 2, "t")
    given = operators.problem(
        lambda u_t, u_x, f: u_t + f * u_x, domain, {"around": kp.Periodic("x", "u")}
    )
    model = operators.model(given)
    ends = [np.stack([np.full(4, x), np.linspace(0, 2, 4)], 1) for x in (0.0, 1.0)]
    left, right = (
        model.derivatives({"f": functions(), "points": end}, ["u", "u_x", "u_xxx"]) for end in ends
    )
    for name, values in left.items():
        scale = np.abs(values).max()
        np.testing.assert_allclose(values, right[name], rtol=0, atol=1e-11 * scale)


def test_inputs_and_residuals_can_be_asked_for():
    model = operators.model(network=operators.exact_network(), hard=False)
    points = operators.points()
    f = quadratics([1.0, 2.0], [3.0, 0.0])
    x, t = points.T
    found = model.derivatives(
        {"f": f, "points": points}, ["f", "f_x", "x", "u", "equation"], batch_size=1
    )
    exact = np.stack([1 + 3 * x**2, 2 + 0 * x])
    second = np.array([[6.0], [0.0]]) * (1 + t)
    np.testing.assert_allclose(found["f"], exact, atol=1e-12)
    np.testing.assert_allclose(found["f_x"], [6 * x, 0 * x], atol=1e-12)
    np.testing.assert_allclose(found["u"], exact * (1 + t), atol=1e-12)
    np.testing.assert_allclose(found["equation"], -0.1 * second, atol=1e-11)
    np.testing.assert_array_equal(found["x"], [x, x])
    several = operators.problem(lambda u_t, f: (u_t - f, u_t))
    model = operators.model(several, network=operators.exact_network(), hard=False)
    values = model.derivatives({"f": f, "points": points}, "equation")["equation"]
    assert values.shape == (2, 9, 2)


# Several functions, and functions of several coordinates


def test_several_functions_of_their_own_coordinates():
    axes = {"x": np.linspace(0, 1, 4), "t": np.linspace(0, 2, 5)}
    parameters = {"g": kp.InputFunction({"t": axes["t"]}), "k": kp.InputFunction(axes)}
    given = operators.problem(
        lambda u_t, u_x, k, k_x, g: u_t - k * u_x - k_x * g, parameters=parameters
    )
    grids = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(3)])
    branches = {"g": kp.networks.MLP([4], seed=0), "k": grids}
    for layer in (grids, *grids.layers):
        layer.dtype_policy = keras.dtype_policies.get("float64")
    network = kp.networks.MIONet(branches, kp.networks.MLP([4], seed=2), basis=3)
    model = operators.model(given, network=network)
    t, (x, _) = axes["t"], np.meshgrid(*axes.values(), indexing="ij")
    inputs = {"g": np.stack([t, t**2]), "k": np.stack([x, x**2])}
    found = model.derivatives({**inputs, "points": operators.points()}, ["k_x", "g_t", "g_x"])
    p = operators.points()
    np.testing.assert_allclose(found["k_x"], [np.ones(9), 2 * p[:, 0]], atol=1e-12)
    np.testing.assert_allclose(found["g_t"], [np.ones(9), 2 * p[:, 1]], atol=1e-12)
    assert not found["g_x"].any()
    model.adapt(inputs)
    scaled = model.scaled_functions(
        {n: tf.constant(a) for n, a in inputs.items()} | {"k": inputs["k"][..., None]}
    )
    for values in scaled.values():
        assert abs(np.mean(values)) < 1e-12
        assert np.std(values) == pytest.approx(1.0)
    model.compile("adam")
    model.fit(inputs, given.points(equation=6), epochs=1, verbose=0)


# Training


def test_eager_graph_and_xla_train_alike():
    weights = {}
    for mode in ("eager", "graph", "xla"):
        model = operators.model()
        model.compile(
            keras.optimizers.SGD(0.01), run_eagerly=mode == "eager", jit_compile=mode == "xla"
        )
        points = model.problem.points(equation=8)
        model.fit(functions(), points, epochs=2, verbose=0)
        weights[mode] = np.concatenate([np.ravel(w) for w in model.get_weights()])
    np.testing.assert_allclose(weights["graph"], weights["eager"], rtol=0, atol=1e-13)
    np.testing.assert_allclose(weights["xla"], weights["eager"], rtol=0, atol=1e-13)


def test_it_learns_to_integrate():
    line = kp.geometry.Interval(0, 1, "x")
    given = kp.Problem(
        line,
        fields="s",
        parameters={"u": kp.InputFunction({"x": SENSORS})},
        conditions={
            "equation": kp.Residual(lambda s_x, u: s_x - u),
            "start": kp.Dirichlet(s=0.0, on=line.start("x")),
        },
    )
    branch = keras.layers.Dense(
        8, dtype="float64", kernel_initializer=keras.initializers.GlorotUniform(0)
    )
    network = kp.networks.DeepONet(branch, kp.networks.MLP([16], seed=1), basis=8)
    model = kp.models.PINNModel(network, given, hard=True, dtype="float64")
    u = np.polynomial.Legendre(np.eye(3)[0], domain=[0, 1])
    u = np.stack([p(SENSORS) for p in (u, u.basis(1, [0, 1]), u.basis(2, [0, 1]))])
    mix = np.random.default_rng(0).normal(size=(20, 3))
    model.adapt(mix @ u)
    model.compile(kp.optimizers.SSBroyden(), steps_per_execution=50)
    history = model.fit(
        mix @ u,
        given.points(equation=16),
        epochs=2,
        steps_per_epoch=50,
        validation_data=(-mix[:5] @ u, given.points(equation=16, seed=1)),
        callbacks=[kp.callbacks.Resample()],
        verbose=0,
    )
    assert history.history["val_equation_loss"][-1] < 1e-5
    x = np.linspace(0, 1, 11)[:, None]
    exact = np.stack([x[:, 0], x[:, 0] ** 2 - x[:, 0]])  # of 1 and of 2 x - 1
    found = model.predict({"u": u[:2], "points": x})[..., 0]
    np.testing.assert_allclose(found, exact, atol=2e-3)


def test_functions_are_drawn_by_the_step_alone():
    store = FunctionStore()
    tensors = {"f": tf.constant(functions(10)), "g": tf.range(10)}
    assert store.assign(tensors)
    assert not store.assign(tensors)
    drawn = [store.read(4, step) for step in (0, 0, 1)]
    rows = [part["g"].numpy().tolist() for part in drawn]
    assert rows[0] == rows[1] != rows[2]
    assert len(rows[0]) == 4
    many = [row for step in range(50) for row in store.read(4, step)["g"].numpy()]
    assert set(many) == set(range(10))
    np.testing.assert_array_equal(drawn[2]["f"], functions(10)[rows[2]])
    assert len(store.read(None, 5)["f"]) == 10
    assert store.assign({"f": tf.constant(functions(9)), "g": tf.range(9)})


def test_unknown_coefficients_are_trained_with_it():
    parameters = {"f": operators.source(), "k": kp.Unknown(0.5, lower=0.0)}
    given = operators.problem(lambda u_t, f, k: u_t - k * f - 1.0, parameters=parameters)
    model = operators.model(given, compiled=True)
    model.fit(functions(), given.points(equation=8), epochs=2, verbose=0)
    assert model.parameters["k"] != 0.5


def test_a_step_that_is_not_finite_stops_training():
    given = operators.problem(lambda u, f: keras.ops.log(u) - f)
    model = operators.model(given, compiled=True)
    before = model.get_weights()
    with pytest.raises(FloatingPointError, match="The loss of the condition 'equation'"):
        model.fit(functions(), given.points(equation=4), epochs=3, verbose=0)
    for weight, kept in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, kept)


def test_a_run_that_was_stopped_goes_on_with_the_same_weights(tmp_path):
    def run(epochs, directory, **changes):
        model = operators.model(compiled=True)
        options = dict(batch_size=4, points_per_batch=8) | changes
        resume = kp.callbacks.Resume(directory, callbacks=[kp.callbacks.Resample()])
        points = model.problem.points(equation=20)
        model.fit(functions(), points, epochs=epochs, callbacks=[resume], verbose=0, **options)
        return model

    whole = run(4, tmp_path / "whole")
    run(2, tmp_path / "parts")
    again = run(4, tmp_path / "parts")
    for weight, expected in zip(again.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)
    at = (model.points.arrays("equation")["points"] for model in (again, whole))
    np.testing.assert_array_equal(*at)
    with pytest.raises(ValueError, match="batch_size"):
        run(6, tmp_path / "parts", points_per_batch=7)


# What leaves


@keras.saving.register_keras_serializable("tests")
def heated(u_t, f):
    return u_t - f


def test_files_and_artefacts_keep_its_answers(tmp_path):
    model = operators.model(operators.problem(heated), compiled=True, dtype="float32")
    model.adapt(functions())
    points = model.problem.points(equation=8)
    model.fit(functions(), points, epochs=1, verbose=0)
    inputs = {"f": functions(), "points": operators.points()}
    expected = model.predict(inputs)
    assert expected.dtype == "float32"

    model.save(tmp_path / "model.keras")
    loaded = kp.load_model(tmp_path / "model.keras")
    assert isinstance(loaded, OperatorPINNModel)
    np.testing.assert_array_equal(loaded.predict(inputs), expected)
    loaded.fit(functions(), epochs=1, verbose=0)  # with the points of the file

    path = model.export(tmp_path / "saved", derivatives=["u_x", "laplacian_u"])
    surrogate = kp.load_surrogate(path)
    assert surrogate.card.kind == "pinn"
    served = surrogate.predict(inputs)
    np.testing.assert_allclose(served["u"], expected[..., 0], rtol=0, atol=1e-5)
    tensors = {name: tf.constant(array[:2], "float32") for name, array in inputs.items()}
    found = surrogate.signatures["derivatives"](**tensors)  # other numbers of both
    exact = model.derivatives({n: t.numpy() for n, t in tensors.items()}, ["u_x", "laplacian_u"])
    for name, values in exact.items():
        np.testing.assert_allclose(found[name], values, rtol=0, atol=1e-4)
    with pytest.raises(ValueError, match=r"must be derivatives of fields.*f_x"):
        model.export(tmp_path / "other", derivatives=["f_x"])


def test_a_new_network_gives_the_model_of_operators():
    made = kp.models.PINNModel(operators.deeponet(), operators.problem())
    assert type(made) is OperatorPINNModel
    assert made.compute_dtype == "float32"
    shape = made.compute_output_shape({"f": (6, 5), "points": (9, 2)})
    inputs = {"f": tf.zeros((6, 5)), "points": tf.zeros((9, 2))}
    assert shape == made(inputs).shape == (6, 9, 1)
    assert "engine" in made.get_config()


# Bad input


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        (dict(parameters={"f": kp.InputFunction()}), "'f' has no sensors"),
        (dict(residual=lambda u_t: u_t, parameters={}), "needs an input function"),
        (
            dict(residual=lambda u, points: u, parameters={"points": operators.source()}),
            "must not be called 'points'",
        ),
        (
            dict(conditions={"data": kp.Data(at=np.array([[0.5, 1.0]]), u=np.array([1.0]))}),
            "readings of one solution",
        ),
    ],
    ids=["sensors", "none", "name", "data"],
)
def test_problems_that_do_not_suit_are_refused(changes, match):
    with pytest.raises(ValueError, match=match):
        operators.model(operators.problem(**changes), hard=False)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        (dict(engine="stencils"), ValueError, "`engine` must be one of"),
        (dict(scale=-1.0), ValueError, "`scale`"),
        (dict(scale=[1.0, 1.0]), ValueError, "`scale`"),
        (dict(hard=["equation"]), ValueError, "cannot be built into the network"),
        (dict(network=operators.deeponet(activation="relu")), ValueError, "piecewise linear"),
        (dict(network=operators.deeponet(dtype="float32")), ValueError, "float32"),
        (dict(network=operators.deeponet(outputs=3)), ValueError, "one output for each field"),
    ],
    ids=["engine", "scale", "scales", "hard", "relu", "dtype", "outputs"],
)
def test_models_that_cannot_be_are_refused(options, error, match):
    with pytest.raises(error, match=match):
        operators.model(**options)


def test_a_network_of_points_is_refused():
    with pytest.raises(TypeError, match="an operator network with a trunk"):
        OperatorPINNModel(kp.networks.MLP([4]), operators.problem())


@pytest.mark.parametrize(
    ("x", "match"),
    [
        ({}, "input functions f"),
        ({"f": functions(), "g": functions()}, "input functions f"),
        ({"f": np.ones((6, 4))}, r"of shape \(n, 5\)"),
        ({"f": np.where(functions() > 1, np.nan, 1.0)}, "must be finite"),
        (np.ones(5), "of shape"),
    ],
    ids=["missing", "unknown", "sensors", "nan", "vector"],
)
def test_functions_that_do_not_suit_are_refused(x, match):
    model = operators.model(compiled=True)
    with pytest.raises(ValueError, match=match):
        model.fit(x, model.problem.points(equation=4))


def test_several_functions_come_by_name_and_as_many():
    axes = {"x": SENSORS, "t": np.linspace(0, 2, 3)}
    parameters = {"f": operators.source(), "g": kp.InputFunction(axes)}
    given = operators.problem(lambda u, f, g: u - f - g, parameters=parameters)
    f, g = functions(2), np.ones((2, 5, 3))
    found = function_values("x", {"g": g[..., None], "f": f}, given)
    assert {name: array.shape for name, array in found.items()} == {"f": (2, 5), "g": (2, 5, 3, 1)}
    with pytest.raises(TypeError, match="a dict with the input functions"):
        function_values("x", f, given)
    with pytest.raises(ValueError, match=r"as many samples.*f: 2, g: 1"):
        function_values("x", {"f": f, "g": g[:1]}, given)


@keras.saving.register_keras_serializable("tests")
class Products(keras.layers.Layer):
    """Cumulative products, which jets have no rule for."""

    def call(self, inputs):
        return tf.math.cumprod(inputs, axis=1)


def test_jets_are_refused_where_the_trunk_has_an_operation_without_a_rule():
    branch = keras.layers.Dense(2, dtype="float64")
    network = kp.networks.DeepONet(branch, Products(dtype="float64"), basis=2)
    assert operators.model(network=network).engine == "auto"
    with pytest.raises(ValueError, match="'jets' cannot differentiate this trunk"):
        operators.model(network=network, engine="jets")


def test_points_that_do_not_suit_are_refused():
    model = operators.model(hard=["walls"], compiled=True)
    some = model.problem.points(equation=4)
    with pytest.raises(ValueError, match="no points for the condition 'initial'"):
        model.fit(functions(), some)
    with pytest.raises(TypeError, match="`points` must be points made by"):
        model.fit(functions(), np.ones((4, 2)))
    with pytest.raises(ValueError, match="`points` must be points"):
        model.fit(functions())
    with pytest.raises(ValueError, match="call fit with"):
        model.resample(1)
    with pytest.raises(ValueError, match="`validation_data` must be a pair"):
        model.fit(functions(), some, validation_data=functions())
    with pytest.raises(ValueError, match="a dict with 'points'"):
        model.predict(functions())
    with pytest.raises(ValueError, match=r"`x\['points'\]`.*One column for each of x, t"):
        model.predict({"f": functions(), "points": np.ones((4, 3))})
    with pytest.raises(ValueError, match="unknown"):
        model.derivatives({"f": functions(), "points": operators.points()}, "u_z")
    for argument in ("batch_size", "points_per_batch", "steps_per_epoch"):
        with pytest.raises((TypeError, ValueError), match=argument):
            model.fit(functions(), some, **{argument: -1})


def test_a_problem_whose_sensors_do_not_reach_is_refused_before_training():
    parameters = {"f": kp.InputFunction({"x": SENSORS / 2})}
    model = operators.model(operators.problem(parameters=parameters), compiled=True)
    with pytest.raises(ValueError, match=r"cover x from 0 to 0\.5"):
        model.fit(functions(), model.problem.points(equation=9))
