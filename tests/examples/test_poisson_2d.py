"""The example on Poisson's equation: its parts, that it runs, and what it claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import poisson_2d


@pytest.mark.parametrize("cells", poisson_2d.CELLS)
def test_the_error_of_the_differences_is_the_known_one(cells):
    error = poisson_2d.five_point(cells)
    assert abs(error / poisson_2d.predicted(cells) - 1) < 1e-9
    assert abs(error / (np.pi**2 / (12 * cells**2)) - 1) < 0.15 / cells


def test_it_runs(tmp_path, capsys):
    numbers = poisson_2d.main(["--quick", "--output", str(tmp_path)])
    assert numbers["relative_l2"] < 0.5
    assert numbers["steps"] == 200
    assert f"{numbers['relative_l2']:.2e}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {
        "poisson_2d.png",
        "history.png",
        "surrogate",
    }
    served = kp.load_surrogate(tmp_path / "surrogate")
    assert served.card.errors == {"relative_l2": numbers["relative_l2"]}
    edges = np.array([[0.0, 0.3], [1.0, 0.3], [0.7, 0.0], [0.7, 1.0]])
    np.testing.assert_allclose(served.predict(edges)["u"], 0.0, atol=1e-15)


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = poisson_2d.main(["--output", str(tmp_path)])
    assert numbers["relative_l2"] < 1e-3
    assert numbers["training_seconds"] < 120
