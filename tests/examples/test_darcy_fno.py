"""The example on Darcy flow by a Fourier neural operator: that it runs, and what it claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import darcy_fno


def test_it_runs(tmp_path, capsys):
    numbers = darcy_fno.main(["--quick", "--output", str(tmp_path)])
    assert numbers["relative_l2"] < 1
    assert f"{numbers['relative_l2']:.2e}" in capsys.readouterr().out
    made = {file.name for file in tmp_path.iterdir()}
    assert made == {"darcy_fno.png", "history.png", "surrogate"}
    served = kp.load_surrogate(tmp_path / "surrogate")
    assert served.card.errors == {"relative_l2": numbers["relative_l2"]}


def test_the_mean_of_all_positions_is_symmetric(rng):
    class Weighted:
        weights = rng.normal(size=(5, 5, 1))

        def predict(self, k):
            return k * self.weights

    def mean(k):
        return np.mean(list(darcy_fno.in_all_positions(Weighted(), k)), axis=0)

    k = rng.normal(size=(2, 5, 5, 1))
    for move in (lambda v: np.flip(v, axis=1), lambda v: np.rot90(v, axes=(1, 2))):
        np.testing.assert_allclose(mean(move(k)), move(mean(k)), rtol=0, atol=1e-15)


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1"])
def test_it_reaches_what_it_claims(tmp_path, seed):
    numbers = darcy_fno.main(["--output", str(tmp_path), "--seed", seed])
    assert numbers["relative_l2"] < 2.4e-2
    assert numbers["mean_of_eight"] < numbers["relative_l2"]
    assert numbers["training_seconds"] < 600
