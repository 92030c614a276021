"""The example on two moons: that it runs, and what it claims."""

import pytest

from examples import two_moons


def test_it_runs(tmp_path, capsys):
    numbers = two_moons.main(["--quick", "--output", str(tmp_path)])
    assert numbers["ignorance"] == pytest.approx(0.693147, abs=1e-6)
    assert numbers["confident_mistake"] == pytest.approx(4.60517, abs=1e-5)
    assert numbers["network_accuracy"] > numbers["linear_accuracy"] > 0.8
    assert f"{numbers['network_accuracy']:.1%} of 150 unseen" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {"history.png", "two_moons.png"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1"])
def test_it_reaches_what_it_claims(tmp_path, seed):
    numbers = two_moons.main(["--output", str(tmp_path), "--seed", seed])
    assert numbers["network_accuracy"] >= 0.98
    assert numbers["linear_accuracy"] < 0.93
    assert numbers["network_seconds"] < 20
