"""The example on activations: the exact numbers, and what five seeds gave for the sine."""

import pytest

from examples import activations

EXACT = {
    "logistic_slope_0": 0.25,
    "logistic_slope_5": 6.648056670790e-3,
    "tanh_slope_0": 1.0,
    "tanh_slope_5": 1.815832309438e-4,
    "relu_second": 0.0,
    "relu_dead": 1.0,
    "leaky_relu_dead": 0.0,
}


def check(numbers):
    for name, known in EXACT.items():
        assert numbers[name] == pytest.approx(known, rel=1e-12), name
    assert numbers["symmetric"] < 1e-15
    assert numbers["tanh_second"] > 0.01
    assert numbers["ratio"] > 10


def test_it_runs(tmp_path):
    check(activations.main(["--quick", "--output", str(tmp_path)]))
    assert [file.name for file in tmp_path.iterdir()] == ["activations.png"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_it_reaches_what_it_claims(seed, tmp_path):
    numbers = activations.main(["--seed", str(seed), "--output", str(tmp_path)])
    check(numbers)
    assert numbers["sine_fit"] < 0.02 < 0.6 < numbers["tanh_fit"]
