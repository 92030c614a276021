"""The example on model selection: that it runs, and what it claims."""

import pytest

from examples import model_selection


def test_it_runs(tmp_path, capsys):
    numbers = model_selection.main(["--quick", "--output", str(tmp_path)])
    assert numbers["width"] in (1, 5)
    assert numbers["test"] >= numbers["best_test"]
    assert f"chosen by validation: width {numbers['width']}" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["model_selection.png"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1"])
def test_validation_chooses_well(tmp_path, seed):
    numbers = model_selection.main(["--output", str(tmp_path), "--seed", seed])
    assert numbers["largest_rise"] < 0.004
    assert numbers["least_train"] < model_selection.NOISE**2 < numbers["test"]
    assert numbers["test"] <= 2 * numbers["best_test"]
