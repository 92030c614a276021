"""The example of an operator that is learnt from the equation: that it runs, and its claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import diffusion_reaction


def test_it_runs(tmp_path, capsys):
    numbers = diffusion_reaction.main(["--quick", "--output", str(tmp_path)])
    printed = capsys.readouterr().out
    for name in ("relative_l2", "worst", "residual"):
        assert f"{numbers[name]:.2e}" in printed
    assert f"published {diffusion_reaction.PUBLISHED:.2e}" in printed
    assert numbers["relative_l2"] < 1.0  # a beginning: zero has the error 1
    files = {file.name for file in tmp_path.iterdir()}
    assert files == {"solution.png", "history.png", "surrogate"}
    served = kp.load_surrogate(tmp_path / "surrogate")
    assert served.card.errors == {"relative_l2": numbers["relative_l2"]}
    walls = np.array([[0.0, 0.5], [1.0, 0.5], [0.3, 0.0]], "float32")
    s = served.predict({"f": np.ones((2, 100), "float32"), "points": walls})["s"]
    np.testing.assert_array_equal(s, np.zeros((2, 3)))


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = diffusion_reaction.main(["--output", str(tmp_path)])
    assert numbers["relative_l2"] < 5e-3
    assert numbers["seconds"] < 600
