"""The training step: terms, weights, regularisers, and what happens to NaN."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from tests.models.conftest import LINE, line_model, line_points, line_problem, weights_of


def terms_of(model, points):
    return {k: float(v) for k, v in model.loss_terms(points.tensors("float64"), False).items()}


def test_the_loss_is_the_weighted_sum(model, points):
    logs = model.evaluate(points, return_dict=True, verbose=0)
    terms = terms_of(model, points)
    assert set(logs) == {"loss", "equation_loss", "left_loss", "right_loss"}
    for name, value in terms.items():
        np.testing.assert_allclose(logs[f"{name}_loss"], value, rtol=1e-13)
    expected = terms["equation"] + 10 * terms["left"] + terms["right"]
    np.testing.assert_allclose(logs["loss"], expected, rtol=1e-13)


def test_a_weight_may_be_assigned_without_tracing_anew(problem, points):
    traces = []

    def counted(laplacian_u):
        traces.append(1)
        return laplacian_u + 1.0

    problem = line_problem(equation=kp.Residual(counted))
    model = line_model(problem, optimizer=keras.optimizers.SGD(0.0))
    points = line_points(problem)
    first = model.fit(points, verbose=0).history
    seen = len(traces)
    model.loss_weights["equation"].assign(0.0)
    model.loss_weights["left"].assign(100.0)
    second = model.fit(points, verbose=0).history
    assert len(traces) == seen
    expected = 100 * first["left_loss"][0] + first["right_loss"][0]
    np.testing.assert_allclose(second["loss"][0], expected, rtol=1e-13)


def test_regularisers_count_in_the_loss(points):
    networks = [
        kp.networks.MLP([6], seed=2, kernel_regularizer=regularizer)
        for regularizer in (None, keras.regularizers.L2(0.5))
    ]
    models = [line_model(network=network) for network in networks]
    losses = [model.evaluate(points, verbose=0)[0] for model in models]
    squares = sum(np.sum(layer.kernel.numpy() ** 2) for layer in models[1].network.dense)
    # Keras holds the factor of a regulariser in its own precision
    np.testing.assert_allclose(losses[1] - losses[0], 0.5 * squares, rtol=1e-7)
    fitted = models[1].fit(points, verbose=0).history["loss"][0]
    np.testing.assert_allclose(fitted, losses[1], rtol=1e-12)


def test_training_takes_steps_of_gradient_descent(points):
    rate = 2.0**-10  # Keras holds it in float32
    model = line_model(optimizer=keras.optimizers.SGD(rate))
    with tf.GradientTape() as tape:
        terms = model.loss_terms(points.tensors("float64"), False)
        loss = terms["equation"] + 10 * terms["left"] + terms["right"]
    expected = [
        variable.numpy() - rate * gradient.numpy()
        for variable, gradient in zip(
            model.trainable_variables,
            tape.gradient(loss, [v.value for v in model.trainable_variables]),
            strict=True,
        )
    ]
    model.fit(points, verbose=0)
    for variable, value in zip(model.trainable_variables, expected, strict=True):
        np.testing.assert_allclose(variable, value, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("steps", [1, 4], ids=["steps", "one call"])
@pytest.mark.parametrize("jit", [False, True], ids=["plain", "jit"])
def test_the_compiled_step_equals_the_plain_one(jit, steps, points):
    reference = line_model(optimizer=keras.optimizers.SGD(1e-3), run_eagerly=True)
    model = line_model(
        optimizer=keras.optimizers.SGD(1e-3), jit_compile=jit, steps_per_execution=steps
    )
    expected = reference.fit(points, steps_per_epoch=5, verbose=0).history
    found = model.fit(points, steps_per_epoch=5, verbose=0).history
    np.testing.assert_allclose(weights_of(model), weights_of(reference), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found["loss"], expected["loss"], rtol=1e-12)


def diverging(**kwargs):
    """A model whose second condition becomes NaN once training has moved `u` below a bound."""
    problem = kp.Problem(
        LINE,
        "u",
        {
            "pull": kp.Residual(lambda u: u + 5.0),
            "wall": kp.Residual(lambda u: 1e-3 * tf.sqrt(u + 2.0)),
        },
    )
    network = kp.networks.MLP([4], seed=0, kernel_initializer="zeros")
    model = kp.models.PINNModel(network, problem)
    model.compile(keras.optimizers.SGD(0.02), **kwargs)
    return model, problem.points(pull=4, wall=4)


@pytest.mark.parametrize(
    "kwargs",
    [{}, dict(jit_compile=True), dict(steps_per_execution=50), dict(run_eagerly=True)],
    ids=["plain", "jit", "one call", "eager"],
)
def test_training_stops_at_nan_with_the_last_finite_weights(kwargs):
    model, points = diverging(**kwargs)
    with pytest.raises(FloatingPointError, match="condition 'wall' is not finite"):
        model.fit(points, epochs=3, steps_per_epoch=50, verbose=0)
    assert len(model.history.history["wall_loss"]) == 1
    terms = terms_of(model, points)
    assert np.isfinite(list(terms.values())).all()
    # exactly the last weights: one more step of the same size would be too far
    values = model.predict([[1.0]])[0, 0]
    assert -2.0 < values < -1.7
    following = values - 0.02 * 2 * (values + 5.0)
    assert following < -2.0


def test_all_ways_of_running_stop_at_the_same_weights():
    found = []
    for kwargs in ({}, dict(jit_compile=True, steps_per_execution=50)):
        model, points = diverging(**kwargs)
        with pytest.raises(FloatingPointError):
            model.fit(points, steps_per_epoch=50, verbose=0)
        found.append(weights_of(model))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12, atol=1e-14)


def test_training_may_go_on_after_nan():
    model, points = diverging()
    with pytest.raises(FloatingPointError):
        model.fit(points, steps_per_epoch=50, verbose=0)
    model.loss_weights["pull"].assign(0.0)
    history = model.fit(points, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_a_gradient_that_is_not_finite():
    problem = kp.Problem(LINE, "u", {"root": kp.Residual(lambda u: 1 + tf.sqrt(u))})
    network = kp.networks.MLP([4], seed=0, kernel_initializer="zeros")
    model = kp.models.PINNModel(network, problem)
    model.compile("sgd")
    with pytest.raises(FloatingPointError, match="The gradient of the loss"):
        model.fit(problem.points(root=4), verbose=0)
    assert np.isfinite(weights_of(model)).all()


def test_a_step_that_is_not_finite(points):
    model = line_model(optimizer=keras.optimizers.SGD(float(np.finfo("float32").max)))
    model.optimizer.learning_rate.assign(np.inf)
    before = weights_of(model)
    with pytest.raises(FloatingPointError, match="The step of the optimizer"):
        model.fit(points, verbose=0)
    np.testing.assert_array_equal(weights_of(model), before)


def test_a_loss_of_the_users_is_refused(problem, points):
    for arguments in (dict(loss="mse"), dict(metrics=["mae"])):
        model = line_model(problem, **arguments)
        for use in (model.fit, model.evaluate):
            with pytest.raises(ValueError, match=r"loss of its own.*model\.loss_weights"):
                use(points, verbose=0)


def test_an_uncompiled_model_is_refused(problem, points):
    model = line_model(problem, compiled=False)
    with pytest.raises(ValueError, match=r"compiled before fit: model\.compile"):
        model.fit(points)
    with pytest.raises(ValueError, match="compiled before evaluate"):
        model.evaluate(points)
