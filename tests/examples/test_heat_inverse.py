"""The example on the diffusivity of a rod: its parts, that it runs, and what it claims."""

import numpy as np
import pytest

from examples import heat_inverse


def test_the_closed_form():
    """It solves the heat equation, and the bound has its slope by the diffusivity."""
    x, t, h = np.array([0.2, 0.6]), np.array([0.1, 0.8]), 1e-4
    rise = heat_inverse.exact(x, t + h) - heat_inverse.exact(x, t - h)
    bend = sum(heat_inverse.exact(x + s, t) for s in (-h, h)) - 2 * heat_inverse.exact(x, t)
    np.testing.assert_allclose(rise / (2 * h), 0.1 * bend / h**2, rtol=1e-5)
    sensors = heat_inverse.SENSORS.T
    change = heat_inverse.exact(*sensors, 0.1 + h) - heat_inverse.exact(*sensors, 0.1 - h)
    slope = np.linalg.norm(change) / (2 * h)
    assert heat_inverse.cramer_rao(0.02, 0.1) == pytest.approx(0.02 / slope, rel=1e-6)


def test_it_runs(tmp_path, capsys):
    numbers = heat_inverse.main(["--quick", "--output", str(tmp_path)])
    printed = capsys.readouterr().out
    assert f"{numbers['inside']} of 2" in printed
    assert f"{numbers['std']:.2e}" in printed
    assert {file.name for file in tmp_path.iterdir()} == {"heat_inverse.png"}


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = heat_inverse.main(["--output", str(tmp_path)])
    assert numbers["clean_error"] < 1e-4
    assert numbers["deviations"] < 2
    assert numbers["relative_l2"] < 5e-3
    assert 0.99 < numbers["std"] / numbers["bound"] < 1.05
    assert (numbers["draws"], numbers["inside"] >= 45) == (50, True)
    assert 0.7 < numbers["spread"] < 1.3
