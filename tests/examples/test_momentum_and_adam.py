"""The example on momentum and Adam: every number that it prints is the known one."""

import pytest

from examples import momentum_and_adam


def test_every_number_is_the_known_one(tmp_path, capsys):
    numbers = momentum_and_adam.main(["--output", str(tmp_path)])
    assert numbers["descent_steps"] == 691
    assert 69 <= numbers["momentum_steps"] <= 691 / 5
    assert numbers["descent_turns"] == 20
    assert numbers["momentum_turns"] == 3
    for beta in (0.5, 0.9):
        assert numbers[f"inside_{beta}"] < 1e-30
        assert numbers[f"outside_{beta}"] > 1e30
    assert numbers["first_step"] == pytest.approx(1, abs=1e-12)
    assert numbers["first_step_uncorrected"] == pytest.approx(3.1623, abs=1e-4)
    gaps = [value for name, value in numbers.items() if name.startswith("gap_")]
    assert len(gaps) == 3
    assert max(gaps) < 1e-12
    assert "691   known: 691" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["momentum_and_adam.png"]
