"""What optimizers refuse, keep, save and load."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.optimizers import BFGS, LBFGS, LeastSquares, Objective, SecondOrder, SSBroyden
from tests.optimizers.objectives import (
    FunctionObjective,
    ResidualObjective,
    quartic,
    state,
    variable,
)

each_class = pytest.mark.parametrize("cls", [BFGS, LBFGS, SSBroyden])


@pytest.mark.parametrize(
    "argument",
    [
        dict(weight_decay=1e-4),
        dict(clipnorm=1.0),
        dict(clipvalue=1.0),
        dict(global_clipnorm=1.0),
        dict(use_ema=True),
        dict(gradient_accumulation_steps=2),
        dict(loss_scale_factor=2.0),
    ],
    ids=lambda argument: next(iter(argument)),
)
def test_what_would_change_the_objective_is_refused(argument):
    name = next(iter(argument))
    with pytest.raises(TypeError, match=rf"does not take `{name}`.*regularizer"):
        SSBroyden(**argument)


def test_unknown_arguments_are_refused():
    with pytest.raises(TypeError, match="no argument `momentum`"):
        SSBroyden(momentum=0.9)


@pytest.mark.parametrize("rate", [0.0, -1.0, np.nan, np.inf])
def test_learning_rate_must_be_positive(rate):
    with pytest.raises(ValueError, match="learning_rate"):
        SSBroyden(learning_rate=rate)


def test_gradients_alone_are_refused():
    optimizer = SSBroyden()
    v = variable([1.0])
    for call in (
        lambda: optimizer.apply([tf.ones(1)], [v]),
        lambda: optimizer.apply_gradients([(tf.ones(1), v)]),
        lambda: optimizer.update_step(tf.ones(1), v, 0.1),
    ):
        with pytest.raises(NotImplementedError, match=r"PINNModel.*step\(objective"):
            call()


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ([], "no trainable variables"),
        ([variable([1.0], "float32"), variable([1.0])], "one dtype.*float32.*float64"),
        ([variable([1.0], "float16")], "float32 or float64.*float16"),
    ],
)
def test_variables_that_do_not_fit_are_refused(variables, text):
    with pytest.raises(ValueError, match=text):
        SSBroyden().build(variables)


def test_an_optimizer_belongs_to_its_variables():
    first, second = [variable([1.0, 2.0])], [variable([1.0, 2.0])]
    optimizer = SSBroyden()
    optimizer.build(first)
    optimizer.build(first)  # Keras builds as often as it likes
    with pytest.raises(ValueError, match="built for other variables"):
        optimizer.build(second)
    with pytest.raises(ValueError, match="built for other variables"):
        optimizer.step(FunctionObjective(quartic, second), second)


def test_step_builds_also_within_a_traced_function():
    v = [variable([1.0, 2.0])]
    objective = FunctionObjective(quartic, v)
    optimizer = BFGS()
    loss, _ = tf.function(lambda: optimizer.step(objective, v))()
    assert float(loss) < float(quartic(tf.constant([1.0, 2.0], "float64")))
    assert optimizer.built


def test_a_method_must_say_what_it_does():
    v = [variable([1.0])]
    with pytest.raises(NotImplementedError):
        SecondOrder().step(FunctionObjective(quartic, v), v)


def test_protocols_are_checked_at_run_time():
    v = [variable([1.0])]
    plain = FunctionObjective(quartic, v)
    assert isinstance(plain, Objective)
    assert not isinstance(plain, LeastSquares)
    squares = ResidualObjective(lambda x: x, v, 1)
    assert isinstance(squares, LeastSquares)
    assert isinstance(squares.groups[0], kp.optimizers.Group)
    assert not isinstance(object(), Objective)


def test_config_holds_the_constructor_arguments_only():
    optimizer = LBFGS(history=4, learning_rate=0.5, name="mine")
    assert optimizer.get_config() == dict(history=4, learning_rate=0.5, name="mine")
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert type(again) is LBFGS
    assert again.get_config() == optimizer.get_config()


def stored(optimizer):
    store = {}
    optimizer.save_own_variables(store)
    return {name: np.array(value) for name, value in store.items()}


def begun(cls, steps=5, start=(1.0, -2.0, 0.5)):
    v = [variable(start)]
    optimizer = cls()
    optimizer.build(v)
    objective = FunctionObjective(quartic, v)
    for _ in range(steps):
        optimizer.step(objective, v)
    return optimizer, objective, v


@each_class
def test_training_continues_bit_for_bit_from_what_was_saved(cls):
    optimizer, objective, v = begun(cls)
    saved, weights = stored(optimizer), v[0].numpy().copy()
    for _ in range(5):
        optimizer.step(objective, v)

    other, other_objective, other_v = begun(cls, steps=2, start=(3.0, 3.0, 3.0))
    other_v[0].assign(weights)
    other.load_own_variables(saved)
    evaluated = other_objective.traced
    for _ in range(5):
        other.step(other_objective, other_v)
    np.testing.assert_array_equal(other_v[0], v[0])
    for name, value in stored(optimizer).items():
        np.testing.assert_array_equal(stored(other)[name], value, err_msg=name)
    assert other_objective.traced - evaluated == 5  # nothing was evaluated twice


@each_class
def test_optimizer_travels_in_the_file_of_a_model(cls, tmp_path):
    def network():
        layers = [keras.Input((1,)), keras.layers.Dense(2, "tanh"), keras.layers.Dense(1)]
        model = keras.Sequential(layers)
        for layer in model.layers:
            assert layer.dtype == "float32"
        return model

    def objective_of(model):
        x = tf.linspace(-1.0, 1.0, 9)[:, None]

        def loss(p):
            w, b, u, c = tf.split(p, [2, 2, 2, 1])
            hidden = tf.tanh(x * w + b)
            return tf.reduce_mean((tf.linalg.matvec(hidden, u) + c - tf.sin(2 * x[:, 0])) ** 2)

        return FunctionObjective(loss, model.trainable_variables)

    model = network()
    model.compile(cls())
    for _ in range(4):
        model.optimizer.step(objective_of(model), model.trainable_variables)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.optimizer) is cls
    before, after = state(model.optimizer), state(loaded.optimizer)
    for (name, value), other in zip(before.items(), after.values(), strict=True):
        np.testing.assert_array_equal(other, value, err_msg=name)
    losses = []
    for one in (model, loaded):
        objective = objective_of(one)
        losses.append(
            [float(one.optimizer.step(objective, one.trainable_variables)[0]) for _ in range(3)]
        )
    assert losses[0] == losses[1]


@pytest.mark.parametrize("other", ["another size", "another method", "another history", "Adam"])
def test_foreign_state_is_refused(other):
    optimizer, *_ = begun(BFGS)
    before = stored(optimizer)
    if other == "another size":
        foreign = stored(begun(BFGS, start=(1.0, 2.0))[0])
    elif other == "another method":
        foreign = stored(begun(SSBroyden)[0])
        foreign.pop("stride")
    elif other == "another history":
        optimizer = LBFGS(history=3)
        optimizer.build([variable([1.0, 2.0, 3.0])])
        before = stored(optimizer)
        foreign = stored(begun(LBFGS)[0])
    else:
        adam = keras.optimizers.Adam()
        adam.build([variable([1.0, 2.0, 3.0])])
        foreign = stored(adam)
    with pytest.raises(ValueError, match="does not fit the optimizer"):
        optimizer.load_own_variables(foreign)
    for name, value in stored(optimizer).items():
        np.testing.assert_array_equal(value, before[name])


def test_weights_from_a_file_without_optimizer_are_evaluated_anew():
    optimizer, objective, v = begun(SSBroyden)
    v[0].assign([0.1, 0.1, 0.1])
    optimizer.load_own_variables({})
    start = float(objective.evaluate().loss)
    loss, _ = optimizer.step(objective, v)
    assert float(loss) < start
