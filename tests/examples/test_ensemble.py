"""The example of an ensemble: that it runs, and what it claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import ensemble


def check(numbers, factor):
    for part in ("sensors", "equation"):
        assert numbers[f"spread_{part}"] < numbers["spread_nothing"] / factor
        assert numbers[f"error_{part}"] < numbers["error_nothing"] / factor


def test_it_runs(tmp_path, capsys):
    numbers = ensemble.main(["--quick", "--output", str(tmp_path)])
    check(numbers, 20)
    assert f"{numbers['spread_nothing']:.2e}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {"ensemble.png", "surrogate"}
    served = kp.load_surrogate(tmp_path / "surrogate").predict(np.array([[0.1], [0.9]]))
    assert served["u_std"][0] < served["u_std"][1]


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = ensemble.main(["--output", str(tmp_path)])
    check(numbers, 1000)
    assert numbers["error_nothing"] > numbers["spread_nothing"]
    assert numbers["training_seconds"] < 120
