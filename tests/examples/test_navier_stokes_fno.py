"""The example on a stirred flow by a Fourier neural operator: that it runs, and what it claims."""

import pytest

from examples import navier_stokes_fno


def test_it_runs(tmp_path, capsys):
    numbers = navier_stokes_fno.main(["--quick", "--output", str(tmp_path)])
    assert numbers["relative_l2"] < 2
    assert f"{numbers['relative_l2']:.2e}" in capsys.readouterr().out
    made = {file.name for file in tmp_path.iterdir()}
    assert made == {"navier_stokes_fno.png", "errors.png"}


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = navier_stokes_fno.main(["--output", str(tmp_path)])
    assert numbers["relative_l2"] < 0.1 * numbers["no_change"]
    assert numbers["finer_ratio"] < 1.3
    assert numbers["training_seconds"] < 300
