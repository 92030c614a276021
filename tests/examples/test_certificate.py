"""The example on error bounds: that it runs, and that the bounds hold at every checkpoint."""

import numpy as np
import pytest

import kerasphys as kp
from examples import certificate


def check(numbers, cases):
    for key in cases:
        for name in ("l2", "energy") if key == "poisson" else ("l2",):
            assert numbers[f"{key}_{name}_least"] >= 1
            assert numbers[f"{key}_{name}_bound"] >= numbers[f"{key}_{name}_error"]
    assert numbers["poisson_energy_most"] < 3


def test_it_runs(tmp_path, capsys):
    numbers = certificate.main(["--quick", "--output", str(tmp_path)])
    check(numbers, ["poisson", "peclet_50"])
    printed = capsys.readouterr().out
    for key in ("poisson_l2", "poisson_energy", "peclet_50_l2"):
        assert f"{numbers[f'{key}_least']:.3f} to {numbers[f'{key}_most']:.3f}" in printed
    assert {file.name for file in tmp_path.iterdir()} == {"certificate.png", "surrogate"}
    card = kp.artifacts.read_card(tmp_path / "surrogate")
    assert np.isclose(card.certificate["bounds"]["l2"]["value"], numbers["poisson_l2_bound"])


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = certificate.main(["--output", str(tmp_path)])
    check(numbers, ["poisson", "peclet_1", "peclet_10", "peclet_50"])
    assert numbers["poisson_energy_most"] < 1.1
    assert numbers["poisson_l2_error"] < 1e-5
    assert numbers["peclet_50_l2_error"] < 1e-3
