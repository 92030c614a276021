"""The example on gradient descent: the known numbers, and the edge of stability."""

import pytest

from examples import gradient_descent


def known(numbers):
    assert numbers["bowl_0.19"] == pytest.approx(5.15e-3, rel=1e-3)
    assert numbers["bowl_0.2"] == pytest.approx(1.0, rel=1e-9)
    assert numbers["bowl_0.21"] == pytest.approx(117.4, abs=0.05)
    assert numbers["well_0.03"] == pytest.approx(-1.0, abs=1e-9)
    assert numbers["well_0.05"] == pytest.approx(1.0, abs=1e-8)
    assert numbers["steps"] == 691


def test_it_runs(tmp_path, capsys):
    numbers = gradient_descent.main(["--quick", "--output", str(tmp_path)])
    known(numbers)
    assert 0 < numbers["sharpness_0.2"] < 1.2 * 2 / 0.2
    assert "117.39   known: 1.1^50 = 117.4" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["gradient_descent.png"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_network_settles_below_the_edge(tmp_path, seed):
    numbers = gradient_descent.main(["--output", str(tmp_path), "--seed", seed])
    known(numbers)
    for rate in gradient_descent.RATES:
        assert numbers[f"sharpness_{rate}"] <= 1.1 * 2 / rate
    assert numbers["sharpness_0.2"] >= 0.9 * 2 / 0.2  # it is on the edge
