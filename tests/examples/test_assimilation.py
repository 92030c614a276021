"""The examples of data assimilation: that they run, and what they claim."""

import numpy as np
import pytest

from examples import advection_assimilation, assimilation


def test_three_sensors_in_a_steady_flow(tmp_path, capsys):
    numbers = assimilation.main(["--quick", "--output", str(tmp_path)])
    printed = capsys.readouterr().out
    assert np.all(np.isfinite(list(numbers.values())))
    for name in ("equation_and_readings", "readings_alone", "spectral"):
        assert f"{numbers[f'exact_{name}']:.1e}" in printed
        assert f"{numbers[f'noisy_{name}']:.3f}" in printed
    assert numbers["exact_spectral"] < 1e-8
    assert f"{numbers['known_deviation_at_outflow']:.4f}" in printed
    assert (tmp_path / "assimilation.png").is_file()


def test_a_drifting_pulse(tmp_path, capsys):
    numbers = advection_assimilation.main(["--quick", "--output", str(tmp_path)])
    printed = capsys.readouterr().out
    assert np.all(np.isfinite(list(numbers.values())))
    for name in ("relative_l2", "readings_alone", "noise"):
        assert f"{numbers[name]:.4f}" in printed
    points = advection_assimilation.pairs(np.array([0.2, 0.7]), np.array([0.1, 0.9]))
    np.testing.assert_allclose(_residual(points), 0.0, atol=1e-5)
    assert (tmp_path / "advection_assimilation.png").is_file()


def _residual(points, step=1e-4):
    """Of the equation, for the truth that the example judges by."""
    x, t = np.array([step, 0.0]), np.array([0.0, step])
    c = advection_assimilation.truth
    c_t, c_x = ((c(points + h) - c(points - h)) / (2 * step) for h in (t, x))
    c_xx = (c(points + x) - 2 * c(points) + c(points - x)) / step**2
    return advection_assimilation.drift(c_t, c_x, c_xx)


@pytest.mark.slow
def test_the_steady_flow_reaches_what_it_claims(tmp_path):
    numbers = assimilation.main(["--output", str(tmp_path)])
    assert numbers["exact_equation_and_readings"] < 1e-4
    assert numbers["exact_spectral"] < 1e-8
    assert numbers["noisy_equation_and_readings"] < 0.05
    assert numbers["noisy_equation_and_readings"] < 2 * numbers["expected_noisy"]
    assert numbers["exact_gain"] > 5
    assert numbers["noisy_gain"] > 5
    assert numbers["deviation_at_outflow"] == pytest.approx(
        numbers["known_deviation_at_outflow"], rel=0.1
    )


@pytest.mark.slow
def test_the_drifting_pulse_reaches_what_it_claims(tmp_path):
    numbers = advection_assimilation.main(["--output", str(tmp_path)])
    assert numbers["relative_l2"] < 3e-2
    assert numbers["gain"] > 5
    assert 0.5 < numbers["misfit"] < 1.2
    assert numbers["within_two_deviations"] > 0.9
