"""The example on linear regression: three ways to one line."""

import builtins

import numpy as np
import pytest

from examples import clustering, linear_regression


def test_three_ways_give_one_line(tmp_path, capsys):
    numbers = linear_regression.main(["--output", str(tmp_path)])
    for quantity in ("slope", "intercept"):
        known = numbers[f"{quantity}_least squares"]
        assert numbers[f"{quantity}_Keras"] == pytest.approx(known, abs=1e-3)
        assert numbers[f"{quantity}_scikit-learn"] == pytest.approx(known, abs=1e-12)
    assert abs(numbers["deviation"]) < 3 * numbers["standard_error"]
    assert numbers["loss"] == pytest.approx(0.0096, rel=0.5)
    assert f"{numbers['slope_Keras']:.6f}" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["linear_regression.png"]


def test_the_slope_deviates_by_its_standard_error():
    slopes = [linear_regression.least_squares(*linear_regression.draw(seed)) for seed in range(400)]
    expected = linear_regression.NOISE / np.sqrt(linear_regression.POINTS / 12)
    assert np.std([slope for slope, _ in slopes]) == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize(
    "call",
    [
        lambda: linear_regression.scikit_learn(np.zeros((3, 1)), np.zeros((3, 1))),
        lambda: clustering.k_means(np.zeros((3, 2)), 0),
    ],
    ids=["linear_regression", "clustering"],
)
def test_without_scikit_learn_the_cure_is_named(call, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match="pip install scikit-learn"):
        call()
