"""The example on universal approximation: constructions have the errors that are known."""

import numpy as np
import pytest

from examples import universal_approximation as example


def check(numbers):
    assert abs(numbers["square"] - 4 / 175) < 1e-10
    assert numbers["tanh"] < 1e-4
    for size in example.SIZES:
        assert abs(numbers[f"shallow_{size}"] / (np.pi**2 / 2 / size**2) - 1) < 0.03
    assert abs(numbers["slope"] + 2) < 0.02
    for level in example.LEVELS:
        assert numbers[f"deep_{level}"] == 4.0 ** -(level + 1)
    assert (numbers["width"], numbers["depth"]) == (3, 64)
    assert numbers["narrow"] < 1e-10


def test_it_runs(tmp_path):
    check(example.main(["--quick", "--output", str(tmp_path)]))
    assert [file.name for file in tmp_path.iterdir()] == ["universal_approximation.png"]


@pytest.mark.parametrize("seed", range(1, 6))
def test_ten_neurons_learn_the_cube(seed):
    assert example.best_cube("tanh", 10, seed) < 1e-4


@pytest.mark.slow
def test_training_stays_behind_the_construction(tmp_path):
    numbers = example.main(["--output", str(tmp_path)])
    check(numbers)
    assert 1 < numbers["trained"] < 10
