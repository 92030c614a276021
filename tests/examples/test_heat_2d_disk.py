"""The example on a cooling disk: its parts, that it runs, and what it claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import heat_2d_disk


def test_the_closed_form_decays_at_the_known_rate():
    t = np.array(heat_2d_disk.TIMES)
    u = heat_2d_disk.exact(np.full_like(t, 0.3), np.full_like(t, -0.2), t)
    np.testing.assert_allclose(-np.diff(np.log(u)) / np.diff(t), heat_2d_disk.DECAY, rtol=1e-12)
    assert abs(heat_2d_disk.DECAY - 0.2 * 2.404825557695773**2) < 1e-12


def test_it_runs(tmp_path, capsys):
    numbers = heat_2d_disk.main(["--quick", "--output", str(tmp_path)])
    assert numbers["relative_l2"] < 0.5
    assert f"{numbers['relative_l2_t1']:.2e}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {
        "heat_2d_disk.png",
        "history.png",
        "surrogate",
    }
    served = kp.load_surrogate(tmp_path / "surrogate")
    assert served.card.errors == {"relative_l2": numbers["relative_l2"]}
    assert served.derivatives(np.zeros((4, 3)))["grad_u"].shape == (4, 2)


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = heat_2d_disk.main(["--output", str(tmp_path)])
    assert numbers["relative_l2"] < 5e-3
    for t in heat_2d_disk.TIMES:
        assert numbers[f"relative_l2_t{t:g}"] < 1.5e-2
        assert abs(numbers[f"rate_t{t:g}"] / heat_2d_disk.DECAY - 1) < 0.05
    assert numbers["training_seconds"] < 120
