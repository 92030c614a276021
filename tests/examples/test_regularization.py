"""The example on penalties: closed forms, and what it claims of a network."""

import pytest

from examples import regularization


def closed_forms(numbers):
    for name in ("bowl_L2", "line_L2"):
        assert numbers[name] < 1e-6
    for name in ("bowl_L1", "line_L1"):  # descent goes to and fro across the kink
        assert numbers[name] < 1e-3


def test_it_runs(tmp_path, capsys):
    numbers = regularization.main(["--quick", "--output", str(tmp_path)])
    closed_forms(numbers)
    assert numbers["ratio_best"] > 0
    assert "known: ( 0.3960,  0.1980)" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["regularization.png"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1"])
def test_a_penalty_helps_the_network(tmp_path, seed):
    numbers = regularization.main(["--output", str(tmp_path), "--seed", seed])
    closed_forms(numbers)
    assert numbers["best_alpha"] > 0
    assert numbers["ratio_without"] > 3 * numbers["ratio_best"]
    assert numbers["test_best"] < numbers["test_without"]
