"""The example on stencils learnt from data: what it finds is what made the data."""

import numpy as np
import pytest

from examples import learned_stencil


def test_it_runs(tmp_path, capsys):
    numbers = learned_stencil.main(["--quick", "--output", str(tmp_path)])
    assert numbers["error"] < 0.1
    assert f"{numbers['diffusivity']:.4f}" in capsys.readouterr().out
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {"second_difference.png", "heat_kernel.png"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_it_reaches_what_it_claims(tmp_path, seed):
    numbers = learned_stencil.main(["--output", str(tmp_path), "--seed", str(seed)])
    assert numbers["error"] < 1e-3
    expected = learned_stencil.NOISE / np.sqrt(learned_stencil.POINTS)
    assert 0.1 * expected < numbers["error_noisy"] < 3 * expected
    assert numbers["error_heat"] < 1e-5
    assert abs(numbers["diffusivity"] / learned_stencil.DIFFUSIVITY - 1) < 1e-3
