"""The example on Burgers' equation by a Fourier neural operator: that it runs, and its claims."""

import pytest

import kerasphys as kp
from examples import burgers_fno


def test_it_runs(tmp_path, capsys):
    place = tmp_path / "shipped"
    arguments = ["--quick", "--output", str(tmp_path / "out"), "--export", str(place)]
    numbers = burgers_fno.main(arguments)
    assert numbers["relative_l2"] < 1
    assert numbers["shift"] < 1e-5
    assert numbers["finer_ratio"] == pytest.approx(1, abs=0.01)
    assert f"{numbers['relative_l2']:.2e}" in capsys.readouterr().out
    made = {file.name for file in (tmp_path / "out").iterdir()}
    assert made == {"burgers_fno.png", "surrogate"}
    served = kp.load_surrogate(place)
    assert served.card.errors == {"relative_l2": numbers["relative_l2"]}
    assert served.card.data["parameters"]["viscosity"] == 0.1


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1"])
def test_it_reaches_what_it_claims(tmp_path, seed):
    numbers = burgers_fno.main(["--output", str(tmp_path), "--seed", seed])
    assert numbers["relative_l2"] < 2e-3
    assert numbers["finer_ratio"] < 1.3
    assert numbers["training_seconds"] < 300
