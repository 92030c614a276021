"""The example on Burgers' equation in steps: that it runs, and what it claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import burgers_rollout


def test_errors_are_means_over_trajectories():
    u = np.ones((2, 3, 4, 1))
    found = u * np.array([1.1, 1.3])[:, None, None, None] + [[[0.0]], [[0.1]], [[0.2]]]
    np.testing.assert_allclose(burgers_rollout.errors(found, u), [0.2, 0.3, 0.4])


def test_it_runs(tmp_path, capsys):
    numbers = burgers_rollout.main(["--quick", "--output", str(tmp_path)])
    assert np.all(np.isfinite(list(numbers.values())))
    assert numbers["shift"] < 1e-5
    assert f"{numbers['relative_l2']:.2e}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {
        "burgers_rollout.png",
        "errors.png",
        "surrogate",
    }
    served = kp.load_surrogate(tmp_path / "surrogate")
    start = np.cos(2 * np.pi * np.arange(64) / 64)[None, :, None]
    assert served.predict(start)["outputs"].shape == (1, burgers_rollout.STEPS, 64, 1)


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = burgers_rollout.main(["--output", str(tmp_path)])
    assert numbers["relative_l2"] < numbers["relative_l2_single"] < 0.02
