"""The example of a U-Net that learns from the equation: that it runs, and what it claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import label_free_unet


def test_it_runs(tmp_path, capsys):
    numbers = label_free_unet.main(["--quick", "--output", str(tmp_path)])
    printed = capsys.readouterr().out
    for name in ("relative_l2", "to_differences", "five_point"):
        assert f"{numbers[name]:.2e}" in printed
    assert numbers["relative_l2"] < 1.5  # a beginning: zero has the error 1
    assert numbers["five_point"] < 5e-3
    assert {file.name for file in tmp_path.iterdir()} == {
        "label_free_unet.png",
        "history.png",
        "surrogate",
    }
    served = kp.load_surrogate(tmp_path / "surrogate")
    assert served.card.errors == {"relative_l2": numbers["relative_l2"]}
    u = served.predict(np.ones((1, 40, 48, 1)))["outputs"]  # on a grid of another size
    np.testing.assert_array_equal(u[:, [0, -1]], 0.0)
    np.testing.assert_array_equal(u[:, :, [0, -1]], 0.0)


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = label_free_unet.main(["--output", str(tmp_path)])
    assert numbers["relative_l2"] < 0.03
    assert numbers["training_seconds"] < 300
