"""The example on vanishing gradients: exact Jacobians, and what five seeds gave."""

import pytest

from examples import vanishing_gradients


def check(numbers, depths):
    assert 0 < numbers["chain"] <= 4.0**-20
    assert numbers["plain_jacobian"] == numbers["residual_jacobian"] == 0
    for depth in depths:
        assert numbers[f"plain_{depth}"] < 0.5 ** (depth - 1)
        assert 0.1 < numbers[f"residual_{depth}"] < 1e3


def test_it_runs(tmp_path):
    numbers = vanishing_gradients.main(["--quick", "--output", str(tmp_path)])
    check(numbers, (20, 30))
    assert [file.name for file in tmp_path.iterdir()] == ["vanishing_gradients.png"]


@pytest.mark.slow
def test_deep_plain_networks_do_not_train(tmp_path):
    numbers = vanishing_gradients.main(["--output", str(tmp_path)])
    check(numbers, (20, 30, 100))
    assert numbers["plain_loss_50"] > 10 * numbers["plain_loss_5"]
    assert numbers["residual_loss_50"] < 3 * numbers["residual_loss_5"]
