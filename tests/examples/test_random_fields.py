"""The example on random functions: its numbers are those of theory."""

import pytest

from examples import random_fields


def test_it_runs(tmp_path, capsys):
    numbers = random_fields.main(["--quick", "--output", str(tmp_path)])
    for name, slope in random_fields.SLOPES.items():
        assert numbers[f"{name} value"] == pytest.approx(1.0, rel=0.05)
        assert numbers[f"{name} slope"] == pytest.approx(slope / random_fields.SCALE, rel=0.05)
    assert numbers["matern 1/2 step"] == pytest.approx(0.6651, rel=0.1)
    for name, (_, known) in random_fields.LAWS.items():
        assert numbers[name] == pytest.approx(known, abs=1e-3)
    assert numbers["grids"] < 1e-13
    assert f"{numbers['rbf slope']:.3f}" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["random_fields.png"]
