"""The example on a file that is never read whole: that it runs, and what it claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import streaming


def test_parts_are_other_samples_each(tmp_path):
    one, other = streaming.parts(2, 3, seed=5)
    assert one.inputs.shape == (3, 64, 64, 1)
    assert not np.array_equal(one.inputs, other.inputs)


def test_it_runs(tmp_path, capsys):
    numbers = streaming.main(["--quick", "--output", str(tmp_path)])
    assert np.all(np.isfinite(list(numbers.values())))
    assert numbers["file_mib"] == pytest.approx(5.0, abs=0.1)  # 80 pairs of 64 KiB
    assert f"{numbers['relative_l2']:.2e}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {"streaming.png", "training.h5"}
    assert len(kp.datasets.stream_hdf5(tmp_path / "training.h5", 8)) == 10


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = streaming.main(["--output", str(tmp_path)])
    assert numbers["file_mib"] > 240
    assert numbers["growth_mib"] < numbers["file_mib"] / 2
    assert numbers["relative_l2"] < 8e-3
    assert numbers["relative_l2"] < numbers["relative_l2_few"]
    assert numbers["relative_l2_few_training"] < numbers["relative_l2_few"]
