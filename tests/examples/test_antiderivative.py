"""The example on antiderivatives by a DeepONet: that it runs, and what it claims."""

import pytest

import kerasphys as kp
from examples import antiderivative


def test_it_runs(tmp_path, capsys):
    numbers = antiderivative.main(["--quick", "--output", str(tmp_path)])
    assert numbers["relative_l2"] < 0.5
    assert numbers["bound"] < 1e-6
    assert numbers["trapezoidal"] < 1e-3
    assert f"{numbers['relative_l2']:.2e}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {
        "antiderivative.png",
        "history.png",
        "surrogate",
    }
    served = kp.load_surrogate(tmp_path / "surrogate")
    assert served.fields == ("s",)
    assert served.card.errors == {"relative_l2": numbers["relative_l2"]}


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1"])
def test_it_reaches_what_it_claims(tmp_path, seed):
    numbers = antiderivative.main(["--output", str(tmp_path), "--seed", seed])
    assert numbers["relative_l2"] < 2.5e-3
    assert numbers["relative_l2"] > numbers["bound"]
    assert numbers["training_seconds"] < 180
