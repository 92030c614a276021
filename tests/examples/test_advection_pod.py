"""The example on advection by a POD-DeepONet: that it runs, and what it claims."""

import pytest

from examples import advection_pod


def test_it_runs(tmp_path, capsys):
    numbers = advection_pod.main(["--quick", "--output", str(tmp_path)])
    assert 0 <= numbers["bound"] < numbers["relative_l2"] < 2
    assert f"{numbers['deeponet']:.2e}" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["advection_pod.png"]


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = advection_pod.main(["--output", str(tmp_path)])
    assert numbers["bound"] < numbers["relative_l2"] < min(5e-3, numbers["deeponet"])
