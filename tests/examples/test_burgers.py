"""The example on Burgers' equation: its parts, that it runs, and what it claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import burgers


def test_the_weights_undo_the_crowding_of_the_points():
    domain = kp.geometry.Interval(-1, 1, "x") * kp.geometry.Interval(0, 1, "t")
    problem = kp.Problem(
        domain,
        fields="u",
        parameters={"viscosity": burgers.VISCOSITY},
        conditions={"equation": kp.Residual(burgers.burgers)},
    )
    drawn = burgers.points(problem, 2048, seed=0).sets["equation"]
    near, weights = np.abs(drawn.points[:, 0]) <= burgers.FRONT, drawn.weights["equation"]
    assert abs(near.mean() - 0.55) < 0.01
    for power in (0, 1, 2, 8):
        mean = np.mean(weights * np.abs(drawn.points[:, 0]) ** power)
        assert abs(mean - 1 / (power + 1)) < 2e-3


def test_the_steepest_slope_is_that_of_the_closed_form():
    t = np.full(2, burgers.STEEPEST_TIME)
    step = 1e-5
    left, right = kp.solvers.burgers_cole_hopf([-step, step], t, burgers.VISCOSITY)
    assert abs((right - left) / (2 * step) / burgers.STEEPEST_SLOPE - 1) < 1e-5


def test_it_runs(tmp_path, capsys):
    numbers = burgers.main(["--quick", "--output", str(tmp_path)])
    assert numbers["relative_l2"] < 1
    assert f"{numbers['relative_l2']:.2e}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {
        "burgers.png",
        "history.png",
        "surrogate",
    }
    served = kp.load_surrogate(tmp_path / "surrogate")
    assert served.card.errors == {"relative_l2": numbers["relative_l2"]}
    walls = np.array([[-1.0, 0.5], [1.0, 0.5], [0.5, 0.0]])
    np.testing.assert_allclose(served.predict(walls)["u"], [0.0, 0.0, -1.0], atol=1e-15)


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = burgers.main(["--output", str(tmp_path)])
    assert numbers["relative_l2"] < 5e-2
    assert abs(numbers["steepest_slope"] / burgers.STEEPEST_SLOPE - 1) < 0.05
    assert abs(numbers["steepest_time"] - burgers.STEEPEST_TIME) < 0.05
    assert numbers["training_seconds"] < 120
