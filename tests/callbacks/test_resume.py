"""A run that is killed and started again ends as one that was left alone."""

import errno
import os
import random

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.callbacks import Resume
from kerasphys.callbacks._checkpoints import Checkpoints
from tests.callbacks.runs import (
    Death,
    DyingDisk,
    Killer,
    arrays,
    assert_ends_alike,
    assert_same,
    dense,
    fit_dense,
    fit_pinn,
    pinn,
    plateau,
    state_of,
)


def everything():
    return [
        kp.callbacks.Resample(every=2),
        kp.callbacks.ResidualResample(every=3),
        kp.callbacks.ResidualAttention(),
        kp.callbacks.GradientNormBalance(every=2),
        plateau(),
        keras.callbacks.EarlyStopping("loss", patience=8, min_delta=1.0, restore_best_weights=True),
    ]


# A run goes on exactly


def test_a_pinn_with_callbacks_that_remember(tmp_path):
    def fit(callbacks):
        return fit_pinn(callbacks, batch_size=8)

    model = assert_ends_alike(fit, lambda: Resume(tmp_path, everything()), kills=[10, 16])
    assert model.stop_training  # early stopping ended it
    assert len(model.history.epoch) == 9
    assert len(set(model.history.history["learning_rate"])) > 3


@pytest.mark.parametrize("every", [2, 5])
def test_states_that_are_epochs_apart(tmp_path, every):
    def fit(callbacks):
        return fit_dense(callbacks, epochs=7)

    assert_ends_alike(fit, lambda: Resume(tmp_path, [plateau()], every=every), kills=[0, 11])


def test_a_schedule_with_a_second_order_optimizer(tmp_path):
    def fit(callbacks):
        stages = [(keras.optimizers.Adam(1e-2), 4), (kp.optimizers.SSBroyden(), None)]
        model = pinn(optimizer=kp.optimizers.Stages(stages))
        return fit_pinn(callbacks, epochs=4, model=model)

    assert_ends_alike(fit, lambda: Resume(tmp_path, [kp.callbacks.Resample(2)]), kills=[7])


@pytest.mark.parametrize("boundary", [0, 5, 10, 15, 20])
def test_killed_while_writing(tmp_path, monkeypatch, boundary):
    write = Checkpoints.write

    def deadly(self, number, state):
        with DyingDisk(monkeypatch, boundary if number == 2 else 1000):
            write(self, number, state)

    alone, _ = fit_dense([])
    with monkeypatch.context() as patch:
        patch.setattr(Checkpoints, "write", deadly)
        with pytest.raises(Death):
            fit_dense([Resume(tmp_path)])
    model, history = fit_dense([Resume(tmp_path)])
    assert history.epoch == [0, 1, 2, 3]
    assert_same(state_of(alone), state_of(model))
    assert os.listdir(tmp_path) == ["epoch-000004"]


class Reader(keras.callbacks.Callback):
    """Writes what the shared generators draw into the logs."""

    def on_epoch_end(self, epoch, logs):
        logs["python"] = random.random()
        logs["numpy"] = float(np.random.uniform())  # noqa: NPY002
        logs["tensorflow"] = float(tf.random.uniform(()))
        logs["generator"] = float(tf.random.get_global_generator().uniform(()))
        logs["keras"] = float(keras.random.uniform(()))


@pytest.mark.parametrize("kill", [1, 5])
def test_random_generators_go_on(tmp_path, kill):
    def fit(callbacks):
        keras.utils.clear_session()  # as in a new process
        keras.utils.set_random_seed(7)
        tf.random.set_global_generator(tf.random.Generator.from_seed(5))
        return fit_dense(callbacks, model=dense(dropout=0.5))

    assert_ends_alike(fit, lambda: Resume(tmp_path, [Reader()]), kills=[kill])


def test_weights_without_a_seed_are_kept_from_the_first_step(tmp_path):
    class Remember(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            weights.append(self.model.get_weights())

    weights = []
    for seed in (0, 1):
        model = dense()
        model.layers[0].kernel.assign(np.random.default_rng(seed).normal(size=(2, 1)))
        with pytest.raises(Death):
            fit_dense([Resume(tmp_path), Remember(), Killer(0)], model=model)
    assert_same(*weights)


def test_moving_averages_and_swapped_weights(tmp_path):
    def fit(callbacks):
        return fit_dense(
            callbacks, model=dense(optimizer=keras.optimizers.Adam(1e-2, use_ema=True))
        )

    def resume():
        return Resume(tmp_path, [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)])

    assert_ends_alike(fit, resume, kills=[5])


# A run that is over


class Counter(keras.callbacks.Callback):
    steps = 0

    def on_train_batch_begin(self, batch, logs=None):
        Counter.steps += 1


def test_a_complete_run_returns_at_once(tmp_path):
    model, history = fit_dense([Resume(tmp_path)])
    Counter.steps = 0
    again, restored = fit_dense([Resume(tmp_path), Counter()])
    assert Counter.steps == 0
    assert_same(state_of(model), state_of(again))
    assert restored.history == history.history
    assert restored.epoch == [0, 1, 2, 3]
    # the model is as free as any: a fit without Resume begins at the beginning
    assert fit_dense([], model=again)[1].epoch == [0, 1, 2, 3]


def test_more_epochs_go_on(tmp_path):
    straight, history = fit_dense([], epochs=7)
    fit_dense([Resume(tmp_path)], epochs=3)
    model, restored = fit_dense([Resume(tmp_path)], epochs=7)
    assert_same(state_of(straight), state_of(model))
    assert restored.history == history.history


def test_early_stopping_stays_stopped(tmp_path):
    def resume():
        stopping = keras.callbacks.EarlyStopping(
            "loss", patience=2, min_delta=1e3, restore_best_weights=True
        )
        return Resume(tmp_path, [stopping])

    model, history = fit_dense([resume()], epochs=9)
    assert history.epoch == [0, 1, 2]
    Counter.steps = 0
    for epochs in (9, 20):
        again, restored = fit_dense([resume(), Counter()], epochs=epochs)
        assert Counter.steps == 0
        assert_same(state_of(model), state_of(again))
        assert restored.epoch == [0, 1, 2]


class Stop(keras.callbacks.Callback):
    """Asks for an end after so many steps, as for want of time."""

    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def on_train_batch_end(self, batch, logs=None):
        self.steps -= 1
        self.model.stop_training = self.steps == 0


def test_an_epoch_that_was_cut_short_begins_anew(tmp_path):
    alone, history = fit_dense([])
    fit_dense([Resume(tmp_path), Stop(3)])
    assert [path.name for path in tmp_path.iterdir()] == ["epoch-000001"]
    model, restored = fit_dense([Resume(tmp_path)])
    assert_same(state_of(alone), state_of(model))
    assert restored.history == history.history


def test_a_step_that_is_not_finite_fails_again(tmp_path):
    class Spoil(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                self.model.loss_weights["equation"].assign(np.inf)

    weights = []
    for _ in range(2):
        model = pinn()
        with pytest.raises(FloatingPointError):
            fit_pinn([Resume(tmp_path, [Spoil()])], model=model)
        weights.append(model.get_weights())
    assert_same(*weights)


# Callbacks


def test_the_best_checkpoint_stays_the_best(tmp_path):
    def best():
        return keras.callbacks.ModelCheckpoint(
            tmp_path / "best.weights.h5", "loss", save_best_only=True, save_weights_only=True
        )

    first, second = best(), best()
    fit_dense([Resume(tmp_path, [first])], epochs=2)
    fit_dense([Resume(tmp_path, [second])], epochs=2)
    assert second.best == first.best < np.inf


def test_every_hook_is_forwarded(tmp_path):
    calls = []

    class Listening(keras.callbacks.Callback):
        def __getattribute__(self, name):
            if name.startswith("on_"):
                calls.append(name)
            return super().__getattribute__(name)

    resume = Resume(tmp_path, [Listening()])
    x, y = arrays()
    model, _ = fit_dense([resume], epochs=1, validation_data=(x, y))
    model.predict(x, verbose=0, callbacks=[resume])
    hooks = {name for name in vars(keras.callbacks.Callback) if name.startswith("on_")}
    assert hooks == set(calls)


def test_callbacks_that_adapt_are_put_in_order(tmp_path):
    attention, points = kp.callbacks.ResidualAttention(), kp.callbacks.ResidualResample(every=2)
    wrong, _ = fit_pinn([Resume(tmp_path / "a", [attention, points])], epochs=3)
    right, _ = fit_pinn(
        [
            Resume(
                tmp_path / "b",
                [kp.callbacks.ResidualResample(every=2), kp.callbacks.ResidualAttention()],
            )
        ],
        epochs=3,
    )
    assert_same(state_of(wrong), state_of(right))


# What is on the disk


def test_the_number_of_states(tmp_path):
    fit_dense([Resume(tmp_path, every=2, keep=2)], epochs=5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["epoch-000004", "epoch-000005"]


@pytest.mark.parametrize("name", ["arrays.npz", "state.json", "manifest.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_damage_is_refused(tmp_path, name, damage):
    fit_dense([Resume(tmp_path, keep=2)])
    file = tmp_path / "epoch-000004" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    {
        "flip": lambda: file.write_bytes(content),
        "cut": lambda: file.write_bytes(content[:-40]),
        "gone": file.unlink,
    }[damage]()
    with pytest.raises(ValueError, match=r"epoch-000004 is no whole checkpoint.*Remove it"):
        fit_dense([Resume(tmp_path)])


def test_an_earlier_state_goes_on_where_the_last_was_removed(tmp_path):
    model, _ = fit_dense([Resume(tmp_path, keep=2)])
    for file in (tmp_path / "epoch-000004").iterdir():
        file.unlink()
    (tmp_path / "epoch-000004").rmdir()
    again, history = fit_dense([Resume(tmp_path)])
    assert_same(state_of(model), state_of(again))
    assert history.epoch == [0, 1, 2, 3]


def test_another_format_is_refused(tmp_path, monkeypatch):
    fit_dense([Resume(tmp_path)])
    monkeypatch.setattr("kerasphys.callbacks._checkpoints.FORMAT", 2)
    with pytest.raises(ValueError, match="its format is 1, known is 2"):
        fit_dense([Resume(tmp_path)])


def test_a_full_disk_leaves_the_last_state(tmp_path, monkeypatch):
    alone, _ = fit_dense([])
    fsync, calls = os.fsync, []

    def full(handle):
        calls.append(handle)
        if len(calls) == 20:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"could not write.*No space left.*epoch-000002 stays"):
        fit_dense([Resume(tmp_path)])
    monkeypatch.undo()
    assert os.listdir(tmp_path) == ["epoch-000002"]
    model, _ = fit_dense([Resume(tmp_path)])
    assert_same(state_of(alone), state_of(model))


def test_a_directory_that_cannot_be_written_is_refused_before_training(tmp_path):
    (tmp_path / "file").write_text("in the way")
    Counter.steps = 0
    with pytest.raises(OSError, match=r"could not write .*Nothing was kept so far"):
        fit_dense([Resume(tmp_path / "file"), Counter()])
    assert Counter.steps == 0


# Use


def test_a_model_without_weights_is_refused(tmp_path):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", loss="mse")
    with pytest.raises(ValueError, match=r"no weights yet.*keras\.Input"):
        model.fit(*arrays(), verbose=0, callbacks=[Resume(tmp_path)])


@pytest.mark.parametrize(
    "beside",
    [
        keras.callbacks.EarlyStopping("loss"),
        keras.callbacks.ReduceLROnPlateau("loss"),
        keras.callbacks.ModelCheckpoint("best.keras", "loss", save_best_only=True),
        keras.callbacks.SwapEMAWeights(),
        kp.callbacks.CompareWithReference(np.zeros((3, 2)), np.ones(3), fields="u"),
        kp.callbacks.ResidualAttention(),
    ],
    ids=lambda callback: type(callback).__name__,
)
def test_what_remembers_must_be_inside(tmp_path, beside):
    name = type(beside).__name__
    for callbacks in ([Resume(tmp_path), beside], [beside, Resume(tmp_path)]):
        with pytest.raises(ValueError, match=rf"{name} stands beside Resume.*\[{name}\(...\)\]"):
            fit_pinn(callbacks)
    with pytest.raises(ValueError, match=rf"{name} stands in Resume and beside it"):
        fit_pinn([Resume(tmp_path, [beside]), beside])
    assert not list(tmp_path.iterdir())


def test_variables_that_come_while_it_trains_are_refused(tmp_path):
    class Adding(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.optimizer.add_variable((), name="late")

    with pytest.raises(ValueError, match=r"other variables while it trained.*before fit"):
        fit_dense([Resume(tmp_path, [Adding()])])


def test_works_in_fit_only(tmp_path):
    loop = keras.callbacks.CallbackList([Resume(tmp_path)], model=dense(), epochs=1, steps=1)
    with pytest.raises(RuntimeError, match="works in fit only"):
        loop.on_train_begin()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"directory": 3}, TypeError),
        ({"callbacks": keras.callbacks.EarlyStopping()}, TypeError),
        ({"callbacks": ["early"]}, TypeError),
        ({"callbacks": [Resume("inner")]}, ValueError),
        ({"callbacks": [keras.callbacks.BackupAndRestore("inner")]}, ValueError),
        ({"every": 0}, ValueError),
        ({"keep": 1.5}, TypeError),
    ],
)
def test_bad_arguments(changes, error):
    with pytest.raises(error, match=next(iter(changes))):
        Resume(**{"directory": "run", **changes})
