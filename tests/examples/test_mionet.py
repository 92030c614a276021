"""The example on an operator of two functions: that it runs, and what it claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import mionet


def test_it_runs(tmp_path, capsys):
    numbers = mionet.main(["--quick", "--output", str(tmp_path)])
    assert numbers["relative_l2"] < 2
    assert f"{numbers['boundary_alone']:.2e}" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["mionet.png"]


def test_the_blind_network_sees_the_same_answers():
    data = kp.datasets.elliptic_2d(5, 5, 1, 1, refine=1, verbose=False)
    blind = mionet.only_boundary(data)
    assert set(blind.train.inputs) == {"g"}
    np.testing.assert_array_equal(blind.test.outputs, data.test.outputs)


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = mionet.main(["--output", str(tmp_path)])
    assert numbers["relative_l2"] < numbers["boundary_alone"]
