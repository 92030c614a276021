"""The example with loads as inputs: that it runs, and what it claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import parametrised_poisson


def test_it_runs(tmp_path, capsys):
    numbers = parametrised_poisson.main(["--quick", "--output", str(tmp_path)])
    printed = capsys.readouterr().out
    assert np.all(np.isfinite(list(numbers.values())))
    for name in ("largest_error", "twice_outside", "sensitivity", "one_load"):
        assert f"{numbers[name]:.1e}" in printed
    assert f"{numbers['another_load']:.2f}" in printed
    # orthogonal modes: the difference (1.5, -1.5 / 4) by the solution (0.5, 2 / 4)
    assert numbers["between_loads"] == pytest.approx(np.sqrt(1.5**2 + 0.375**2) / np.sqrt(0.5))
    served = kp.load_surrogate(tmp_path / "surrogate")
    assert served.card.parameters["a1"] == {"lower": 0.5, "upper": 2.0}
    assert served.predict({"x": [0.0, 1.0], "a1": [1.0, 2.0], "a2": [0.5, 1.0]})["u"] == (
        pytest.approx([0.0, 0.0], abs=1e-15)
    )
    assert (tmp_path / "parametrised_poisson.png").is_file()


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = parametrised_poisson.main(["--output", str(tmp_path)])
    assert numbers["largest_error"] < 1e-3
    assert numbers["outside_over_inside"] > 3
    assert numbers["sensitivity"] < 1e-3
    assert numbers["one_load"] < 1e-3
    assert numbers["another_load"] > 0.5
