"""The example on a pendulum: its period is the known one, and the network keeps it."""

import numpy as np
import pytest

from examples import pendulum


def test_the_period_is_that_of_the_reference():
    known, slope = pendulum.period(pendulum.AMPLITUDE)
    state = pendulum.swing(np.array([0.0, known]))[-1]
    np.testing.assert_allclose(state, [pendulum.AMPLITUDE, 0.0], rtol=0, atol=1e-7)
    higher, lower = (pendulum.period(pendulum.AMPLITUDE + h)[0] for h in (1e-5, -1e-5))
    np.testing.assert_allclose((higher - lower) / 2e-5, slope, rtol=1e-7)


def test_it_runs(tmp_path, capsys):
    numbers = pendulum.main(["--quick", "--output", str(tmp_path)])
    assert numbers["error_period"] < 1e-8
    assert numbers["error_slope"] < 1e-7
    assert numbers["seen"] < 0.1
    assert f"{numbers['unseen']:.1e}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {"pendulum.png"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_it_reaches_what_it_claims(tmp_path, seed):
    numbers = pendulum.main(["--output", str(tmp_path), "--seed", str(seed)])
    assert numbers["seen"] < 0.01
    assert numbers["unseen"] < 0.05
    assert abs(numbers["learnt_period"] - numbers["period"]) < 0.01
