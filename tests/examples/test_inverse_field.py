"""The example on an unknown conductivity: its readings, that it runs, and what it claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import inverse_field


def test_the_readings_are_those_of_the_plate():
    u, at, readings, std = inverse_field.measure(0.0, seed=0)
    assert std == 0.0
    nodes = np.round(at * inverse_field.CELLS).astype(int)
    np.testing.assert_allclose(inverse_field.SIDE[nodes], at, rtol=1e-14)
    np.testing.assert_array_equal(readings, u[nodes[:, 0], nodes[:, 1]])
    assert len(at) == inverse_field.SENSORS**2
    noisy = inverse_field.measure(0.01, seed=0)[2]
    assert 0.8 < np.std(noisy - readings) / (0.01 * u.max()) < 1.2


def test_it_runs(tmp_path, capsys):
    numbers = inverse_field.main(["--quick", "--output", str(tmp_path)])
    assert numbers["relative_l2_k"] < 1.0
    assert f"{numbers['relative_l2_k']:.1e}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {"inverse_field.png", "surrogate"}
    served = kp.load_surrogate(tmp_path / "surrogate").predict(np.array([[0.0, 0.3], [0.4, 0.4]]))
    assert abs(served["u"][0]) < 1e-15
    assert (served["k"] > 0).all()


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = inverse_field.main(["--output", str(tmp_path)])
    assert numbers["relative_l2_k"] < 5e-2
    assert numbers["relative_l2_u"] < 3e-3
    assert 0.5 < numbers["misfit_in_std"] < 1.1
    assert numbers["relative_l2_k_flat"] > numbers["relative_l2_k_steep"]
    assert numbers["training_seconds"] < 300
