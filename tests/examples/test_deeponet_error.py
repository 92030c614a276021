"""The example on the error of a DeepONet: that it runs, and what it claims."""

import numpy as np
import pytest

from examples import deeponet_error


def test_it_runs(tmp_path, capsys):
    numbers = deeponet_error.main(["--quick", "--output", str(tmp_path)])
    assert np.all(np.isfinite(list(numbers.values())))
    assert numbers["least_over_bound"] >= 1
    assert numbers["largest_over_bound"] <= 1
    assert numbers["rank_correlation"] > 0.3
    assert numbers["linearity_defect"] < 1e-12
    assert f"{numbers['relative_l2']:.2e}" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["deeponet_error.png"]


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = deeponet_error.main(["--output", str(tmp_path)])
    assert 1 <= numbers["three_functions"] / numbers["three_bound"] < 1.05
    assert numbers["least_over_bound"] >= 1
    assert numbers["relative_l2"] < 0.01
    assert numbers["rank_correlation"] > 0.3
