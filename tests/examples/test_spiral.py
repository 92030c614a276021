"""The example on a spiral: both fields fit it, one goes on."""

import numpy as np
import pytest

from examples import spiral


def test_the_reference():
    # |x|⁴ summed over components loses 4 * 0.1 times the sum of sixth powers
    times = np.linspace(0, 1, 2001)
    x = spiral.spiral(times)
    energy = np.sum(x**4, axis=1)
    loss = 0.4 * np.sum(x**6, axis=1)
    spent = np.sum((loss[1:] + loss[:-1]) / 2) * times[1]
    np.testing.assert_allclose(energy[0] - energy[-1], spent, rtol=1e-5)


def test_it_runs(tmp_path, capsys):
    numbers = spiral.main(["--quick", "--output", str(tmp_path)])
    assert np.all(np.isfinite(list(numbers.values())))
    assert f"{numbers['cubic_seen']:.1e}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {"spiral.png"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_it_reaches_what_it_claims(tmp_path, seed):
    numbers = spiral.main(["--output", str(tmp_path), "--seed", str(seed)])
    assert numbers["network_seen"] < 1e-2
    assert numbers["cubic_seen"] < 1e-2
    assert numbers["cubic_unseen"] < 1e-2
    assert numbers["network_unseen"] > 0.1
    assert numbers["error_matrix"] < 0.01
