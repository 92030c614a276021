"""The example on back-propagation: by hand is what the tape gives."""

import pytest

from examples import backpropagation


def test_by_hand_is_what_the_tape_gives(tmp_path, capsys):
    numbers = backpropagation.main(["--quick", "--output", str(tmp_path)])
    for activation in ("tanh", "logistic", "relu", "sine"):
        for loss in ("mse", "crossentropy"):
            assert numbers[f"{activation}_{loss}"] < 1e-12
    assert numbers["order"] == pytest.approx(2, abs=0.01)
    assert numbers["cost"] > 1
    assert f"order {numbers['order']:.3f}" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["graph.png"]
