"""A run that is asked to end ends in order, and goes on as if it had not been asked."""

import errno
import os
import signal
import threading

import keras
import numpy as np
import pytest

import kerasphys as kp
from kerasphys.callbacks import Resume
from kerasphys.callbacks._checkpoints import Checkpoints
from kerasphys.callbacks._termination import Termination
from tests.callbacks.conftest import make_problem
from tests.callbacks.runs import assert_same, state_of

EPOCHS, STEPS = 5, 4


class Ask(keras.callbacks.Callback):
    """Sends SIGTERM at the beginning of the n-th call of a step, and counts what follows."""

    def __init__(self, n):
        super().__init__()
        self.n, self.steps, self.ended = n, 0, False

    def on_train_batch_begin(self, batch, logs=None):
        if self.steps == self.n:
            os.kill(os.getpid(), signal.SIGTERM)
        self.steps += 1

    def on_train_end(self, logs=None):
        self.ended = True


def fit(callbacks, optimizer="adam", steps_per_execution=1):
    problem = make_problem()
    keras.utils.set_random_seed(0)
    model = kp.models.PINNModel(kp.networks.MLP([4], seed=0), problem)
    optimizer = kp.optimizers.SSBroyden() if optimizer == "second order" else optimizer
    model.compile(optimizer, steps_per_execution=steps_per_execution)
    points = problem.points(**dict.fromkeys(problem.conditions, 8), seed=0)
    model.fit(points, epochs=EPOCHS, steps_per_epoch=STEPS, callbacks=callbacks, verbose=0)
    return model


@pytest.mark.parametrize(
    ("optimizer", "together", "ask", "steps", "kept"),
    [
        ("adam", 1, 6, 7, "epoch-000001"),
        ("adam", 1, 7, 8, "epoch-000002"),
        ("second order", 4, 1, 2, "epoch-000002"),
    ],
    ids=["within an epoch", "its last step", "second order"],
)
def test_it_ends_in_order_and_goes_on(tmp_path, optimizer, together, ask, steps, kept):
    def before(number, frame):
        raise AssertionError("the handler of before was called")

    asker = Ask(ask)
    there = signal.signal(signal.SIGTERM, before)
    try:
        with pytest.raises(SystemExit) as exit_of:
            fit([Resume(tmp_path, on_sigterm="step"), asker], optimizer, together)
        assert signal.getsignal(signal.SIGTERM) is before
    finally:
        signal.signal(signal.SIGTERM, there)
    assert exit_of.value.code == 0
    assert (asker.steps, asker.ended) == (steps, True)
    assert os.listdir(tmp_path) == [kept]
    found = fit([Resume(tmp_path)], optimizer, together)
    alone = fit([], optimizer, together)
    assert found.history.epoch == list(range(EPOCHS))
    assert found.history.history == alone.history.history
    assert_same(state_of(found), state_of(alone))
    assert signal.getsignal(signal.SIGTERM) is there


def test_the_epoch_is_kept_whatever_every_is(tmp_path):
    with pytest.raises(SystemExit):
        fit([Resume(tmp_path, every=100, on_sigterm="epoch"), Ask(5)])
    assert os.listdir(tmp_path) == ["epoch-000002"]
    with pytest.raises(SystemExit):
        fit([Resume(tmp_path, every=100), Ask(3)])
    assert os.listdir(tmp_path) == ["epoch-000003"]


def test_the_end_of_the_run_is_an_end(tmp_path):
    with pytest.raises(SystemExit):
        fit([Resume(tmp_path), Ask(EPOCHS * STEPS - 1)])
    assert os.listdir(tmp_path) == [f"epoch-{EPOCHS:06d}"]


class Spoil(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        os.kill(os.getpid(), signal.SIGTERM)
        self.model.loss_weights["equation"].assign(np.nan)


def test_an_error_of_the_run_is_not_hidden(tmp_path):
    there = signal.getsignal(signal.SIGTERM)
    with pytest.raises(FloatingPointError):
        fit([Resume(tmp_path), Spoil()])
    assert signal.getsignal(signal.SIGTERM) is there


class Stumble(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise RuntimeError("stumbled")


@pytest.mark.parametrize("on_sigterm", ["step", None], ids=str)
def test_after_a_fit_that_failed_the_signal_is_of_whoever_had_it(tmp_path, on_sigterm):
    heard = []
    there = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    try:
        with pytest.raises(RuntimeError, match="stumbled"):
            fit([Resume(tmp_path, on_sigterm=on_sigterm), Stumble()])
        os.kill(os.getpid(), signal.SIGTERM)
        assert heard == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, there)


def test_only_the_main_thread_may_take_a_signal():
    there, termination = signal.getsignal(signal.SIGTERM), Termination(keras.Model())
    thread = threading.Thread(target=termination.begin)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is there
    termination.end()
    assert signal.getsignal(signal.SIGTERM) is there


def test_a_full_disk_costs_nothing(tmp_path, monkeypatch):
    write, full = Checkpoints.write, [True]

    def no_room(self, number, state):
        if number == 3 and full.pop():
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, number, state)

    def keep_weights(epoch, logs):
        weights.append(model_of[0].model.get_weights())

    weights, model_of = [], [keras.callbacks.LambdaCallback(on_epoch_end=keep_weights)]
    monkeypatch.setattr(Checkpoints, "write", no_room)
    with pytest.raises(OSError, match="No space left on device"):
        fit([*model_of, Resume(tmp_path)])
    assert_same(weights[-1], model_of[0].model.get_weights())
    assert len(weights) == 3
    assert os.listdir(tmp_path) == ["epoch-000002"]
    full.append(False)
    assert_same(state_of(fit([Resume(tmp_path)])), state_of(fit([])))


@pytest.mark.parametrize("value", ["batch", True, 1])
def test_bad_values_are_refused(tmp_path, value):
    with pytest.raises(ValueError, match="`on_sigterm`"):
        Resume(tmp_path, on_sigterm=value)
