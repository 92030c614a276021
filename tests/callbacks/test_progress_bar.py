import re

import keras
import pytest

from kerasphys.callbacks import ProgressBar
from tests.callbacks.conftest import train


def final_line(text):
    """What stands on the screen at the end, without colours."""
    assert text.count("\n") == 1
    assert text.endswith("\n")
    return re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\b", "").split("\r")[-1].strip()


def test_counts_epochs_and_shows_the_loss(model, capsys):
    validation = model.problem.points(equation=4, initialu=4, seed=1)
    logs = train(model, [ProgressBar()], epochs=4, validation_data=validation)
    line = final_line(capsys.readouterr().out)
    assert line.startswith("4/4 ")
    assert "/epoch" in line
    assert f"- loss: {logs['loss'][-1]:.4f}" in line
    assert f"- val_loss: {logs['val_loss'][-1]:.4f}" in line


def test_names_that_the_logs_lack_are_left_out(model, capsys):
    train(model, [ProgressBar(metrics=("equation_loss", "val_loss"))], epochs=2)
    line = final_line(capsys.readouterr().out)
    assert "- equation_loss: " in line
    assert "val_loss" not in line
    assert "- loss" not in line


def test_finishes_its_line_after_early_stopping(model, capsys):
    stop = keras.callbacks.EarlyStopping("loss", mode="min", min_delta=1e9, patience=2)
    train(model, [stop, ProgressBar()], epochs=50)
    assert final_line(capsys.readouterr().out).startswith("3/50 ")


def test_a_second_run_has_a_bar_of_its_own(model, capsys):
    bar = ProgressBar()
    train(model, [bar], epochs=2)
    capsys.readouterr()
    train(model, [bar], epochs=3)
    assert final_line(capsys.readouterr().out).startswith("3/3 ")


def test_the_screen_is_updated_at_intervals(model, capsys):
    train(model, [ProgressBar(interval=3600.0)], epochs=20)
    assert capsys.readouterr().out.count("\r") <= 2  # the first, and the last


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"metrics": object()}, TypeError),
        ({"metrics": ()}, ValueError),
        ({"metrics": ("loss", "loss")}, ValueError),
        ({"interval": object()}, TypeError),
        ({"interval": 0.0}, ValueError),
    ],
)
def test_bad_arguments(changes, error):
    with pytest.raises(error, match=next(iter(changes))):
        ProgressBar(**changes)
