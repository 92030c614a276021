"""`PINNModel`: what goes in, what comes out, and how it trains."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from tests.formula import formula_model
from tests.models.conftest import LINE, line_model, line_points, line_problem, weights_of

ROD = LINE * kp.geometry.Interval(0.0, 1.0, "t")


# What comes out


def test_predict_equals_the_call_in_double_precision(model):
    x = np.array([[1 / 3]])
    assert model.predict([[1 / 3]])[0, 0] == pytest.approx(float(model(x)[0, 0]), rel=1e-15)
    by_hand = (x - 1.0) / 1.0
    for layer in model.network.dense:
        by_hand = layer.activation(by_hand @ layer.kernel.numpy() + layer.bias.numpy())
    assert model.predict([[1 / 3]])[0, 0] == pytest.approx(float(by_hand[0, 0]), rel=1e-14)


def test_predict_in_batches(model, rng):
    x = rng.uniform(0, 2, (10, 1))
    np.testing.assert_allclose(model.predict(x, batch_size=3), model.predict(x), rtol=1e-14)
    assert model.predict(tf.data.Dataset.from_tensors(x)).shape == (10, 1)
    assert model.predict(x, batch_size=None).shape == (10, 1)
    assert model.predict(x[:0]).shape == (0, 1)
    with pytest.raises(ValueError, match="`batch_size`"):
        model.predict(x, batch_size=0)


def test_derivatives_of_a_formula():
    problem = kp.Problem(
        ROD,
        "u",
        {
            "heat": kp.Residual(kp.equations.heat),
            "both": kp.Residual(lambda u, u_x, f: (u - f, u_x), f=lambda x, t: x + t),
        },
        parameters={"diffusivity": 0.5},
    )
    model = formula_model(problem, lambda x, t: tf.sin(x) * tf.exp(-t))
    points = ROD.sample(11)
    x, t = points.T
    names = ["u", "u_xx", "u_xt", "u_tx", "laplacian_u", "grad_u", "x", "heat", "both"]
    found = model.derivatives(points, names, batch_size=4)
    assert list(found) == names
    u, u_x = np.sin(x) * np.exp(-t), np.cos(x) * np.exp(-t)
    expected = {
        "u": u,
        "u_xx": -u,
        "u_xt": -u_x,
        "u_tx": -u_x,
        "laplacian_u": -u,
        "grad_u": u_x[:, None],
        "x": x,
        "heat": -0.5 * u,
        "both": np.stack([u - x - t, u_x], axis=1),
    }
    for name, value in expected.items():
        assert found[name].dtype == np.float64
        np.testing.assert_allclose(found[name], value, rtol=1e-11, atol=1e-13, err_msg=name)


def test_derivatives_with_a_given_array_in_batches():
    x = np.linspace(0, 2, 7)
    problem = line_problem(source=x**2)
    model = formula_model(problem, lambda x: x**4 / 12)
    found = model.derivatives(x[:, None], "equation", batch_size=3)["equation"]
    np.testing.assert_allclose(found, -2 * x**2, atol=1e-13)


def test_derivatives_follow_the_weights(model):
    before = model.derivatives([[0.5]], "u")["u"]
    model.network.dense[-1].bias.assign_add([1.0])
    np.testing.assert_allclose(model.derivatives([[0.5]], "u")["u"], before + 1.0)


def test_derivatives_that_do_not_exist():
    problem = line_problem(
        flux=kp.Neumann(u=0.0, on=LINE.end("x")),
        ring=kp.Periodic("x", "u"),
        sensors=kp.Data(at=[[0.5]], u=[1.0]),
    )
    model = line_model(problem)
    for name in ("flux", "ring", "sensors"):
        with pytest.raises(ValueError, match=f"{name!r} exists only at points of its own"):
            model.derivatives([[0.5]], name)
    with pytest.raises(ValueError, match=r"'u_y' is unknown.*given equation, left"):
        model.derivatives([[0.5]], ["u", "u_y"])
    with pytest.raises(ValueError, match=r"`x` must be finite.*index \(1, 0\)"):
        model.derivatives([[0.5], [np.nan]], "u")
    with pytest.raises(ValueError, match=r"`x`.*One column for each of x"):
        model.derivatives([0.5], "u")


def test_a_parameter_is_no_derivative():
    problem = kp.Problem(
        LINE, "u", {"equation": kp.Residual(lambda u, k: u - k)}, parameters={"k": 2.0}
    )
    model = line_model(problem)
    with pytest.raises(ValueError, match=r"'k' is a parameter: see model\.parameters"):
        model.derivatives([[0.5]], "k")
    assert model.parameters == {"k": 2.0}


# Precision


def test_single_precision_stays_single_precision(problem):
    model = kp.models.PINNModel(kp.networks.MLP([4], seed=0), problem, hard=True, dtype="float32")
    model.compile("adam")
    history = model.fit(line_points(problem), epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    assert {v.dtype for v in model.variables if "float" in v.dtype} == {"float32"}
    assert {v.dtype for v in model.optimizer.variables if "float" in v.dtype} == {"float32"}
    assert {m.dtype for m in model.metrics} == {"float32"}
    assert model.predict([[0.5]]).dtype == np.float32
    found = model.derivatives([[0.5]], ["u", "u_xx", "equation"])
    assert {value.dtype for value in found.values()} == {np.dtype("float32")}
    sets = model.points.read()
    assert {a.dtype for arrays in sets.values() for a in arrays.values()} == {tf.float32}


def test_double_precision_is_double_throughout(model, points):
    model.fit(points, verbose=0)
    assert {v.dtype for v in model.variables if "float" in v.dtype} == {"float64"}
    assert {m.dtype for m in model.metrics} == {"float64"}


def sequential(dtype):
    return keras.Sequential(
        [
            keras.Input((1,), dtype=dtype),
            keras.layers.Dense(4, "tanh", dtype=dtype),
            keras.layers.Dense(1, dtype=dtype),
        ]
    )


def functional(dtype):
    inputs = keras.Input((1,), dtype=dtype)
    hidden = keras.layers.Dense(4, "tanh", dtype=dtype)(inputs)
    return keras.Model(inputs, keras.layers.Dense(1, dtype=dtype)(hidden))


@pytest.mark.parametrize("make", [sequential, functional])
def test_networks_of_the_users_own(make, problem):
    with pytest.raises(ValueError, match=r"in float32, the model in float64.*dtype='float64'"):
        kp.models.PINNModel(make("float32"), problem)
    network = make("float64")
    model = kp.models.PINNModel(network, problem)
    values = np.array([[1 / 3 - 1.0]])
    for layer in [layer for layer in network.layers if hasattr(layer, "kernel")]:
        values = layer.activation(values @ layer.kernel.numpy() + layer.bias.numpy())
    assert model.predict([[1 / 3]])[0, 0] == pytest.approx(float(values[0, 0]), rel=1e-13)
    model.compile("adam")
    model.fit(line_points(problem), verbose=0)


def test_a_network_of_double_layers_is_not_enough(problem):
    layers = [keras.layers.Dense(n, dtype="float64") for n in (4, 1)]
    model = kp.models.PINNModel(keras.Sequential(layers), problem)
    assert np.ptp(model.predict([[0.3], [0.3 + 1e-12]])) > 0


# What is refused


def test_wrong_number_of_outputs(problem):
    with pytest.raises(ValueError, match=r"one column for each field \(u\).*\(None, 2\)"):
        kp.models.PINNModel(kp.networks.MLP([4], outputs=2), problem)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_piecewise_linear_networks(activation, problem):
    network = kp.networks.MLP([4], activation=activation)
    with pytest.raises(ValueError, match="second derivative is zero almost everywhere"):
        kp.models.PINNModel(network, problem)
    first_order = kp.Problem(LINE, "u", {"equation": kp.Residual(lambda u_x: u_x - 1.0)})
    model = kp.models.PINNModel(kp.networks.MLP([4], activation=activation), first_order)
    model.compile("adam")
    model.fit(first_order.points(equation=4), verbose=0)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(network="mlp"), "`network`"),
        (dict(problem="burgers"), "`problem`"),
        (dict(engine=3), "`engine`"),
        (dict(engine="jet2"), "`engine`"),
        (dict(dtype="float16"), "`dtype`"),
        (dict(dtype="mixed_float16"), "`dtype`"),
        (dict(hard=["left", "equation"]), r"only kp\.Dirichlet"),
    ],
)
def test_bad_arguments(arguments, text, problem):
    valid = dict(network=kp.networks.MLP([4]), problem=problem)
    with pytest.raises((TypeError, ValueError), match=text):
        kp.models.PINNModel(**{**valid, **arguments})


def test_nothing_left_to_train_on():
    problem = kp.Problem(LINE, "u", {"ends": kp.Dirichlet(u=0.0, on=LINE.boundary())})
    with pytest.raises(ValueError, match="a condition is left to train on"):
        kp.models.PINNModel(kp.networks.MLP([4]), problem, hard=True)


def test_missing_points(model, problem):
    with pytest.raises(ValueError, match=r"`x`.*problem\.points"):
        model.fit()
    with pytest.raises(ValueError, match=r"`x` has no points for the condition 'right'"):
        model.fit(problem.points(equation=4, left=1))
    with pytest.raises(ValueError, match=r"`validation_data` has no points for .* 'left'"):
        model.fit(line_points(), validation_data=problem.points(equation=4, right=1))
    with pytest.raises(TypeError, match=r"`x`.*problem\.points"):
        model.fit(np.zeros((4, 1)))
    with pytest.raises(ValueError, match="`batch_size`"):
        model.fit(line_points(), batch_size=0)
    with pytest.raises(ValueError, match="`steps_per_epoch`"):
        model.fit(line_points(), steps_per_epoch=-1)
    with pytest.raises(ValueError, match="no points to draw anew"):
        line_model().resample(1)


def test_hard_conditions_need_no_points(problem):
    model = line_model(problem, hard=True)
    model.fit(problem.points(equation=4), verbose=0)
    assert set(model.history.history) == {"loss", "equation_loss"}


# Training


def test_it_learns():
    problem = line_problem()
    model = line_model(problem, hard=True, steps_per_execution=100)
    history = model.fit(problem.points(equation=16), epochs=5, steps_per_epoch=100, verbose=0)
    x = np.linspace(0, 2, 21)[:, None]
    error = np.abs(model.predict(x) - np.sin(np.pi * x / 2)).max()
    assert error < 2e-2
    assert history.history["loss"][-1] < 1e-2 * history.history["loss"][0]


def test_the_keys_of_the_history(model, points):
    history = model.fit(points, epochs=2, validation_data=line_points(seed=1), verbose=0).history
    terms = ["loss", "equation_loss", "left_loss", "right_loss"]
    assert set(history) == {*terms, *(f"val_{name}" for name in terms)}
    assert all(len(values) == 2 and np.all(np.array(values) > 0) for values in history.values())


def test_validation_is_evaluation_after_the_epoch(model, points):
    validation = line_points(n=9, seed=1)
    history = model.fit(points, epochs=3, validation_data=validation, verbose=0).history
    after = model.evaluate(validation, return_dict=True, verbose=0)
    for name, value in after.items():
        assert history[f"val_{name}"][-1] == pytest.approx(value, rel=1e-13)
    assert history["val_loss"][0] != history["loss"][0]


def test_validation_with_many_steps_in_one_call(points):
    validation = line_points(n=9, seed=1)
    logs = [
        line_model(steps_per_execution=steps).evaluate(validation, return_dict=True, verbose=0)
        for steps in (1, 20)
    ]
    assert logs[0] == pytest.approx(logs[1], rel=1e-13)


def test_fit_again_goes_on(points):
    once, twice = line_model(), line_model()
    once.fit(points, epochs=4, verbose=0)
    twice.fit(points, epochs=2, verbose=0)
    twice.fit(epochs=2, verbose=0)
    np.testing.assert_allclose(weights_of(once), weights_of(twice), rtol=1e-13, atol=1e-15)


def test_points_of_other_shapes(problem):
    model = line_model(problem)
    model.fit(line_points(problem, n=4), verbose=0)
    other = line_points(problem, n=9, seed=5)
    reference = line_model(problem)
    reference.set_weights(model.get_weights())
    expected = reference.evaluate(other, return_dict=True, verbose=0)["equation_loss"]
    found = model.fit(other, verbose=0).history["equation_loss"][0]
    assert found == pytest.approx(expected, rel=1e-12)
    again = line_points(problem, n=9, seed=6)  # the same shapes: an assignment
    expected = model.evaluate(again, return_dict=True, verbose=0)["equation_loss"]
    assert model.fit(again, verbose=0).history["equation_loss"][0] == pytest.approx(expected)


def test_resampled_points_are_used_with_their_givens(problem):
    model = line_model(problem, optimizer=keras.optimizers.SGD(0.0))
    points = line_points(problem)
    first = model.fit(points, verbose=0).history["equation_loss"][0]
    traced = model.train_function
    model.resample(1)
    second = model.fit(verbose=0).history["equation_loss"][0]
    expected = model.evaluate(points.redrawn(1), return_dict=True, verbose=0)["equation_loss"]
    assert second == pytest.approx(expected, rel=1e-12)
    assert second != first
    assert model.train_function is traced


def test_mini_batches(problem):
    points = line_points(problem, n=20)
    models = [line_model(problem) for _ in range(3)]
    for model, batch_size in zip(models, (6, 6, 7), strict=True):
        history = model.fit(points, epochs=2, batch_size=batch_size, verbose=0).history
        assert np.isfinite(history["loss"]).all()
    assert int(models[0].optimizer.iterations) == 2 * 4  # 20 points in batches of 6
    np.testing.assert_array_equal(weights_of(models[0]), weights_of(models[1]))
    assert (weights_of(models[0]) != weights_of(models[2])).any()


def test_mini_batches_differ_from_step_to_step_and_keep_rows_together(problem):
    model = line_model(problem)
    model.fit(line_points(problem, n=20), batch_size=6, verbose=0)
    batches = [model.points.read(6, tf.constant(step, tf.int64))["equation"] for step in (0, 1, 0)]
    drawn = [np.sort(batch["points"].numpy()[:, 0]) for batch in batches]
    assert (drawn[0] != drawn[1]).any()
    np.testing.assert_array_equal(drawn[0], drawn[2])
    assert len(np.unique(drawn[0])) == 6
    x = batches[0]["points"].numpy()[:, 0]
    source = batches[0]["givens.equation.source"]
    np.testing.assert_allclose(source, (np.pi / 2) ** 2 * np.sin(np.pi * x / 2))


def test_conditions_on_shared_points_train_together():
    problem = line_problem(
        also=kp.Residual(lambda u_x: u_x), slope=kp.Residual(lambda u_x: 2 * u_x)
    )
    model = line_model(problem)
    points = problem.points(equation=8, also=8, slope=8, left=1, right=1)
    history = model.fit(points, verbose=0).history
    assert history["slope_loss"][0] == pytest.approx(4 * history["also_loss"][0], rel=1e-13)


def test_summary_and_repr(model):
    lines = []
    model.summary(print_fn=lambda line, **_: lines.append(line))
    assert "PointStore" in "\n".join(lines)
