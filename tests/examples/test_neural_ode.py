"""The example on neural ODEs: no flow in one dimension reverses an order."""

import pytest

from examples import neural_ode


def check(numbers):
    assert numbers["variance"] == pytest.approx(1 / 3, abs=1e-3)
    assert numbers["least_error_0"] >= numbers["variance"] * (1 - 1e-6)


def test_it_runs(tmp_path, capsys):
    numbers = neural_ode.main(["--quick", "--output", str(tmp_path)])
    check(numbers)
    assert numbers["error_1"] < 0.5 * numbers["error_0"]
    assert f"{numbers['least_error_0']:.6f}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {"neural_ode.png"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_it_reaches_what_it_claims(tmp_path, seed):
    numbers = neural_ode.main(["--output", str(tmp_path), "--seed", str(seed)])
    check(numbers)
    assert numbers["error_0"] < 1.1 * numbers["variance"]
    assert numbers["error_1"] < 1e-2
