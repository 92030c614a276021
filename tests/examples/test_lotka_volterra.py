"""The example on hares and lynxes: rates from noisy counts."""

import numpy as np
import pytest

from examples import lotka_volterra


def test_the_reference_conserves_what_it_must():
    states = lotka_volterra.solve(np.linspace(0, lotka_volterra.END, 50))
    value = lotka_volterra.conserved(states, list(lotka_volterra.RATES.values()))
    np.testing.assert_allclose(value, value[0], rtol=0, atol=1e-8)


def test_it_runs(tmp_path, capsys):
    numbers = lotka_volterra.main(["--quick", "--output", str(tmp_path)])
    assert all(0 < numbers[name] < 5 for name in lotka_volterra.RATES)
    assert f"{numbers['drift']:.1e}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {"lotka_volterra.png"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_it_reaches_what_it_claims(tmp_path, seed):
    numbers = lotka_volterra.main(["--output", str(tmp_path), "--seed", str(seed)])
    for name, known in lotka_volterra.RATES.items():
        assert abs(numbers[name] / known - 1) < 0.05
    assert numbers["unseen"] < 0.2
    assert numbers["drift"] < 1e-2
