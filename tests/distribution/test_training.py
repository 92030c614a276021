"""Real processes that train together on this machine, and one that is killed."""

import json
import sys

import numpy as np
import pytest

import kerasphys as kp
from tests.distribution import program


def run(directory, *arguments, restarts=0):
    """Two workers. Returns how often they were started again, and what each ended with."""
    command = [sys.executable, "-m", "tests.distribution.program", str(directory), *arguments]
    starts = kp.distribution.launch(command, workers=2, restarts=restarts, timeout=120)
    found = []
    for index in range(2):
        with np.load(directory / f"worker_{index}.npz") as file:
            weights = [file[name] for name in file.files]
        logs = json.loads((directory / f"worker_{index}.json").read_text())
        found.append((weights, logs))
    return starts, found


def assert_as_one_process(found, tmp_path):
    """The workers agree to the last bit, and with one process alone to 1e-6 and better."""
    (weights, logs), (others, other_logs) = found
    assert logs == other_logs
    alone = program.make()
    history = program.fit(alone, program.callbacks(tmp_path / "alone")).history
    for a, b, c in zip(weights, others, alone.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_allclose(a, c, atol=1e-9)
    for name, values in history.items():
        np.testing.assert_allclose(logs[name], values, rtol=1e-9)


def test_two_processes_train_as_one(tmp_path):
    """With validation, callbacks, and a checkpoint and a model that the chief writes."""
    starts, found = run(tmp_path)
    assert starts == 0
    assert_as_one_process(found, tmp_path)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["epoch-000005"]
    saved = kp.load_model(tmp_path / "model.keras").get_weights()
    np.testing.assert_array_equal(saved[0], found[0][0][0])


@pytest.mark.slow
@pytest.mark.parametrize("killed", [0, 1], ids=["chief", "other"])
def test_a_worker_is_killed_and_nothing_is_lost(tmp_path, capfd, killed):
    starts, found = run(tmp_path, str(killed), restarts=2)
    assert starts == 1
    said = capfd.readouterr().err
    assert f"worker {killed} was killed by SIGKILL" in said
    assert "Another worker cannot be reached any more" in said
    assert_as_one_process(found, tmp_path)
