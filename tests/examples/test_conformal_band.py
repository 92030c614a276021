"""The example on error bands: that it runs, and what it claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import conformal_band


def test_it_runs(tmp_path, capsys):
    numbers = conformal_band.main(["--quick", "--output", str(tmp_path)])
    assert np.all(np.isfinite(list(numbers.values())))
    assert numbers["known"] == pytest.approx(19 / 21)
    assert 0.6 < numbers["coverage"] <= 1
    assert numbers["served"] < 1e-5
    assert f"{numbers['coverage']:.3f}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {"conformal_band.png", "surrogate"}
    served = kp.load_surrogate(tmp_path / "surrogate")
    assert served.card.parameters["band"]["samples"] == 20


@pytest.mark.slow
def test_it_covers_what_it_claims(tmp_path):
    numbers = conformal_band.main(["--output", str(tmp_path)])
    assert 0.88 < numbers["coverage"] < 0.92
    assert 0.88 < numbers["pointwise"] < 0.92
    assert numbers["relative_l2"] < 0.05
    assert numbers["served"] < 1e-5
