"""The example on the Reynolds number of a wake: that it runs, and what it claims."""

import numpy as np
import pytest

from examples import reynolds


def test_it_runs(tmp_path, capsys):
    numbers = reynolds.main(["--quick", "--output", str(tmp_path)])
    printed = capsys.readouterr().out
    assert f"{numbers['deviations']:.2f} standard deviations" in printed
    assert f"{numbers['bound']:.2f}" in printed
    assert np.all(np.isfinite(list(numbers.values())))
    assert {file.name for file in tmp_path.iterdir()} == {"reynolds.png"}


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = reynolds.main(["--output", str(tmp_path)])
    assert numbers["clean_error"] < 1e-4
    assert numbers["deviations"] < 2
    assert numbers["std"] < 0.5
    assert numbers["std"] > numbers["bound"]
    assert 0.8 < numbers["misfit"] < 1.1
    assert numbers["noisy_u"] < 1e-2
    assert numbers["noisy_v"] < 5e-2
    assert numbers["noisy_p"] < 2e-2
