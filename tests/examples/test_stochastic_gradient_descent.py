"""The example on stochastic gradient descent: what it prints is what theory predicts."""

import pytest

from examples import stochastic_gradient_descent


def test_every_number_is_the_predicted_one(tmp_path, capsys):
    numbers = stochastic_gradient_descent.main(["--quick", "--output", str(tmp_path)])
    for rate, batch in ((0.5, 1), (0.5, 8), (0.1, 1)):
        known = rate * 4 / ((2 - rate) * batch)
        assert numbers[f"variance_{rate}_{batch}"] == pytest.approx(known, rel=0.1)
    assert numbers["slope"] == pytest.approx(-1, abs=0.03)
    assert numbers["last_error"] == pytest.approx(4 / (4 * 256), rel=0.1)
    assert numbers["growth_uniform"] == pytest.approx(0.36, abs=1e-9)
    assert numbers["growth_not uniform"] == pytest.approx(2.92, rel=0.1)
    assert "known: 2.920" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["stochastic_gradient_descent.png"]
