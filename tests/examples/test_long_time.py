"""The example of a long time: its parts, that it runs, and what it claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import long_time


def test_the_reference_has_the_period_that_is_known():
    t = np.linspace(0, 60, 12001)
    assert long_time.period(t, long_time.reference(t)) == pytest.approx(long_time.PERIOD, abs=1e-8)
    assert long_time.period(t, np.sin(t)) == pytest.approx(2 * np.pi, abs=1e-9)
    assert np.isnan(long_time.period(t, np.ones_like(t)))


def test_it_runs(tmp_path, capsys):
    numbers = long_time.main(["--quick", "--output", str(tmp_path)])
    assert numbers["windows"] < 0.1 * numbers["one"]
    assert f"{numbers['windows']:.2e}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {"long_time.png", "surrogate"}
    served = kp.load_surrogate(tmp_path / "surrogate")
    assert served.card.errors == {"relative_l2": numbers["windows"]}
    assert served.predict(np.array([[0.0]]))["u"][0] == pytest.approx(2.0, abs=1e-2)


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = long_time.main(["--output", str(tmp_path)])
    assert numbers["windows"] < 3e-4
    assert numbers["one"] > 100 * numbers["windows"]
    assert abs(numbers["period"] - long_time.PERIOD) < 1e-4
    assert numbers["training_seconds"] < 180
