"""The example on residual networks as Euler: errors that are known, and a learnt motion."""

import pytest

from examples import resnet_euler


def check(numbers):
    assert numbers["float32"] < 1e-5
    assert numbers["float64"] < 1e-12
    errors = [round(numbers[f"decay_{steps}"], 6) for steps in resnet_euler.STEPS]
    assert errors == [0.019201, 0.009394, 0.004647]
    assert abs(numbers["order"] - 1) < 0.05


def test_it_runs(tmp_path):
    check(resnet_euler.main(["--quick", "--output", str(tmp_path)]))
    assert [file.name for file in tmp_path.iterdir()] == ["resnet_euler.png"]


@pytest.mark.slow
def test_it_learns_a_turn(tmp_path):
    numbers = resnet_euler.main(["--output", str(tmp_path)])
    check(numbers)
    assert numbers["turned"] < 1e-2
