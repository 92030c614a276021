"""The example on kinks: tent maps exactly, random networks on average."""

import numpy as np
import pytest

from examples import kinks


@pytest.mark.parametrize("arguments", [["--quick"], pytest.param([], marks=pytest.mark.slow)])
def test_it_counts_what_it_says(arguments, tmp_path):
    numbers = kinks.main([*arguments, "--output", str(tmp_path)])
    for depth in range(1, 11):
        assert numbers[f"tent_{depth}"] == 2**depth - 1
    assert numbers["mean_1"] == numbers["most_1"] == 50
    means = np.array([numbers[f"mean_{depth}"] for depth in kinks.DEPTHS])
    np.testing.assert_allclose(means, 50 * np.array(kinks.DEPTHS), rtol=0.1)
    assert all(numbers[f"most_{depth}"] < 51**depth for depth in kinks.DEPTHS)
    assert [file.name for file in tmp_path.iterdir()] == ["kinks.png"]
