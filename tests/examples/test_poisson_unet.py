"""The example on Poisson's equation by a U-Net: that it runs, and what it claims."""

import pytest

import kerasphys as kp
from examples import poisson_unet


def test_it_runs(tmp_path, capsys):
    numbers = poisson_unet.main(["--quick", "--output", str(tmp_path)])
    assert numbers["relative_l2"] < 1
    assert numbers["five_point"] < 1e-3
    assert f"{numbers['relative_l2']:.2e}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {
        "poisson_unet.png",
        "history.png",
        "surrogate",
    }
    served = kp.load_surrogate(tmp_path / "surrogate")
    assert served.card.errors == {"relative_l2": numbers["relative_l2"]}
    assert served.card.data["samples"] == {"train": 40, "validation": 20, "test": 20}
    assert served.card.coordinate_names == ("x", "y")


def test_a_linear_model_has_no_defect_of_linearity(rng):
    class Twice:
        def predict(self, sources):
            return 2 * sources

    class Square:
        def predict(self, sources):
            return sources**2

    sources = rng.normal(size=(10, 4, 4, 1))
    assert poisson_unet.linearity_defect(Twice(), sources) < 1e-15
    assert poisson_unet.linearity_defect(Square(), sources) > 0.1


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1"])
def test_it_reaches_what_it_claims(tmp_path, seed):
    numbers = poisson_unet.main(["--output", str(tmp_path), "--seed", seed])
    assert numbers["relative_l2"] < 0.03
    assert numbers["training_seconds"] < 300
