"""Schedules: the right optimizer at the right step, and the state of all of them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasphys.optimizers import BFGS, LBFGS, LevenbergMarquardt, SSBroyden, Stages
from tests.optimizers.objectives import (
    MODES,
    FunctionObjective,
    ResidualObjective,
    counts,
    quartic,
    variable,
)

START = (1.0, -2.0, 0.5)


def schedule(steps=3, **arguments):
    return Stages([(keras.optimizers.Adam(0.1), steps), (SSBroyden(), None)], **arguments)


def begun(optimizer, steps, mode="eager", start=START, function=quartic):
    v = [variable(start[:2]), variable(start[2:])]
    objective = FunctionObjective(function, v)
    optimizer.build(v)
    step = MODES[mode](lambda: optimizer.step(objective, v))
    results = [step() for _ in range(steps)]
    return objective, [float(loss) for loss, _ in results]


def position(objective):
    return objective.position().numpy()


def test_each_stage_does_what_it_does_alone():
    objective, losses = begun(schedule(), 6)

    alone = [variable(START[:2]), variable(START[2:])]
    by_hand = FunctionObjective(quartic, alone)
    adam, second = keras.optimizers.Adam(0.1), SSBroyden()
    expected = []
    for _ in range(3):
        gradient = by_hand.evaluate().gradient
        adam.apply([gradient[:2], gradient[2:]], alone)
        expected.append(float(by_hand.evaluate().loss))
    expected += [float(second.step(by_hand, alone)[0]) for _ in range(3)]
    np.testing.assert_array_equal(position(objective), position(by_hand))
    assert losses == expected  # after each step, also of Adam


def test_a_stage_begins_with_what_the_last_one_evaluated():
    optimizer = schedule()
    objective, _ = begun(optimizer, 4)
    second = optimizer.stages[1][0]
    assert int(second.iterations.numpy()) == 1
    # one before the first step, one after each of Adam, and those of the search
    assert int(optimizer.evaluations.numpy()) == 4 + int(second.evaluations.numpy())
    assert objective.traced == int(optimizer.evaluations.numpy())


def test_stages_with_and_without_a_gradient_follow_each_other():
    v = [variable(START)]
    objective = ResidualObjective(lambda x: tf.concat([x + x**3, x[:2] - 1], 0), v, 5)
    second, third = LevenbergMarquardt(), SSBroyden()
    optimizer = Stages([(keras.optimizers.Adam(0.1), 2), (second, 2), (third, None)])
    optimizer.build(v)
    step = tf.function(lambda: optimizer.step(objective, v))
    evaluated = []
    for _ in range(7):
        loss, terms = step()
        now = float(objective.evaluate().loss)
        assert float(loss) == pytest.approx(now, rel=1e-12)
        np.testing.assert_array_equal(terms, [loss, 2 * loss])
        own = int(optimizer.evaluations.numpy())
        evaluated.append(own - sum(int(o.evaluations.numpy()) for o in (second, third)))
    # its own: a start, two steps of Adam, and a new start after the stage without a gradient
    assert evaluated == [2, 3, 3, 3, 4, 4, 4]
    assert not bool(optimizer.stale.numpy())


def test_three_stages_with_counters_of_all():
    def saddle(x):
        return -tf.reduce_sum(x**2)

    stages = [(BFGS(), 2), (keras.optimizers.SGD(0.01), 2), (LBFGS(), None)]
    optimizer = Stages(stages)
    begun(optimizer, 7, "graph", function=saddle)
    assert counts(optimizer) == dict(restarts=0, skipped=5, stalled=0)
    assert [int(o.iterations.numpy()) for o, _ in optimizer.stages] == [2, 2, 3]


def test_learning_rate_is_that_of_the_active_stage():
    optimizer = schedule()
    assert float(optimizer.learning_rate) == pytest.approx(0.1)
    optimizer.learning_rate = 0.05
    begun(optimizer, 3)
    assert float(optimizer.stages[0][0].learning_rate) == pytest.approx(0.05)
    assert float(optimizer.learning_rate) == 1.0


def test_refresh_reaches_the_next_step():
    target = tf.Variable(np.zeros(3))
    optimizer = schedule()
    v = [variable(START)]
    objective = FunctionObjective(lambda x: quartic(x - target), v)
    for _ in range(12):
        optimizer.step(objective, v)
    target.assign(np.full(3, 5.0))
    optimizer.refresh()
    start = float(objective.evaluate().loss)
    loss, _ = optimizer.step(objective, v)
    assert float(loss) < start
    assert float(loss) == float(objective.evaluate().loss)


@pytest.mark.parametrize("rate", [1e3, 1e300])
def test_gradient_step_that_is_not_finite_is_taken_back_and_told(rate):
    def barrier(x):
        return tf.reduce_sum(-tf.math.log(1 - x) + x**2)

    optimizer = Stages([(keras.optimizers.SGD(rate), 5), (BFGS(), None)])
    v = [variable([0.9, -1.0])]
    objective = FunctionObjective(barrier, v)
    loss, _ = optimizer.step(objective, v)
    assert not np.isfinite(loss)
    np.testing.assert_array_equal(v[0], [0.9, -1.0])


def test_start_that_is_not_finite_moves_nothing():
    optimizer = schedule()
    v = [variable([2.0])]
    objective = FunctionObjective(lambda x: tf.reduce_sum(tf.math.log(1 - x)), v)
    for _ in range(5):
        loss, _ = optimizer.step(objective, v)
        assert np.isnan(loss)
    np.testing.assert_array_equal(v[0], [2.0])
    for state in optimizer.variables:
        assert np.all(np.isfinite(state.numpy().astype(float)))


def model_with(optimizer):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2, use_bias=False)])
    model.compile(optimizer)
    return model


@pytest.mark.parametrize("steps", [2, 5])
def test_all_states_travel_in_the_file_of_a_model(steps, tmp_path):
    def objective_of(model):
        return FunctionObjective(quartic, model.trainable_variables)

    model = model_with(schedule())
    for _ in range(steps):
        model.optimizer.step(objective_of(model), model.trainable_variables)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert len(loaded.optimizer.variables) > 20
    for ours, theirs in zip(model.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(theirs, ours, err_msg=ours.path)
    for one in (model, loaded):
        for _ in range(3):
            one.optimizer.step(objective_of(one), one.trainable_variables)
    np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])


@pytest.mark.filterwarnings("ignore:Skipping:UserWarning")  # Keras, of what SGD lacks
def test_other_stages_are_refused(tmp_path):
    model = model_with(schedule())
    model.optimizer.step(
        FunctionObjective(quartic, model.trainable_variables), model.trainable_variables
    )
    model.save_weights(tmp_path / "all.weights.h5")
    other = model_with(Stages([(keras.optimizers.SGD(0.1), 3), (SSBroyden(), None)]))
    with pytest.raises(ValueError, match="other stages"):
        other.load_weights(tmp_path / "all.weights.h5")


def test_config_round_trip_keeps_the_stages():
    optimizer = schedule(7, name="mine")
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert again.get_config() == optimizer.get_config()
    assert set(optimizer.get_config()) == {"stages", "name"}
    assert [steps for _, steps in again.stages] == [7, None]
    assert float(again.stages[0][0].learning_rate) == pytest.approx(0.1)


BAD = {
    "a string": ("adam", TypeError),
    "no stage": ([], ValueError),
    "no pairs": ([SSBroyden()], TypeError),
    "names": ([("adam", 3), (SSBroyden(), None)], TypeError),
    "an end": ([(SSBroyden(), 100)], ValueError),
    "no end before": ([(keras.optimizers.Adam(), None), (SSBroyden(), None)], TypeError),
    "no steps": ([(keras.optimizers.Adam(), 0), (SSBroyden(), None)], ValueError),
    "nested": ([(schedule(), None)], ValueError),
    "averages": ([(keras.optimizers.Adam(use_ema=True), 3), (SSBroyden(), None)], ValueError),
    "twice": ([(o := SSBroyden(), 3), (o, None)], ValueError),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_stages_are_refused(case):
    stages, error = BAD[case]
    with pytest.raises(error, match="stages"):
        Stages(stages)


def test_too_many_parameters_are_refused_before_anything_is_built():
    optimizer = schedule()
    with pytest.raises(ValueError, match="LBFGS"):
        optimizer.build([variable(np.zeros(8001))])
