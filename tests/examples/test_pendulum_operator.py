"""The example on the pendulum by a DeepONet: that it runs, and what it claims."""

import pytest

from examples import pendulum_operator


def test_it_runs(tmp_path, capsys):
    numbers = pendulum_operator.main(["--quick", "--output", str(tmp_path)])
    assert numbers["relative_l2"] < 1
    assert numbers["linear_branch"] < 1
    assert f"{numbers['relative_l2']:.2e}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {"pendulum_operator.png", "history.png"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1"])
def test_it_reaches_what_it_claims(tmp_path, seed):
    numbers = pendulum_operator.main(["--output", str(tmp_path), "--seed", seed])
    assert numbers["relative_l2"] < 5e-3
    assert numbers["linear_branch"] > numbers["relative_l2"]
    assert numbers["training_seconds"] < 180
