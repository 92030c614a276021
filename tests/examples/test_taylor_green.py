"""The example on decaying vortices: its energy, that it runs, and what it claims."""

import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from examples import taylor_green
from tests.formula import formula_model


def test_the_energy_of_the_exact_flow():
    model = formula_model(
        taylor_green.flow_problem(),
        lambda x, y, t: tf.cos(x) * tf.sin(y) * tf.exp(-0.2 * t),
        lambda x, y, t: -tf.sin(x) * tf.cos(y) * tf.exp(-0.2 * t),
        lambda x, y, t: 0 * x,
    )
    times = np.array([0.0, 2.0, 5.0])
    np.testing.assert_allclose(
        taylor_green.energy(model, times), np.exp(-0.4 * times) / 4, rtol=1e-12
    )


def test_it_runs(tmp_path, capsys):
    numbers = taylor_green.main(["--quick", "--output", str(tmp_path)])
    assert f"{numbers['relative_l2_v']:.2e}" in capsys.readouterr().out
    assert numbers["relative_l2_u"] < 1
    files = {"taylor_green.png", "history.png", "surrogate"}
    assert {file.name for file in tmp_path.iterdir()} == files
    served = kp.load_surrogate(tmp_path / "surrogate")
    assert served.card.errors["relative_l2_p"] == numbers["relative_l2_p"]


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = taylor_green.main(["--output", str(tmp_path)])
    for field in "uvp":
        assert numbers[f"relative_l2_{field}"] < 1e-4
    assert abs(numbers["decay"] / (4 * taylor_green.VISCOSITY) - 1) < 1e-4
    assert numbers["training_seconds"] < 600
