"""The example on digits: its parts, that it runs, and what it claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import digits


def test_pictures_move_to_each_side():
    picture = np.zeros((1, 8, 8, 1))
    picture[0, 3, 4] = 1.0
    moved = digits.shifted(picture)
    places = [tuple(np.argwhere(one)[0][:2]) for one in moved]
    assert places == [(2, 4), (4, 4), (3, 3), (3, 5)]  # up, down, left, right


def test_the_networks_have_as_many_parameters():
    network = digits.convolutional(0)
    network.build((None, 8, 8, 1))
    count = network.count_params()
    assert abs(digits.perceptron(count, 0).count_params() / count - 1) < 2e-3


def test_it_runs(tmp_path, capsys):
    numbers = digits.main(["--quick", "--output", str(tmp_path)])
    assert numbers["augmented_accuracy"] > 0.5
    assert numbers["first_layer"] == 320
    assert "320 parameters, known: 320" in capsys.readouterr().out
    files = {"confusion.png", "misclassified.png", "history.png", "classifier"}
    assert {file.name for file in tmp_path.iterdir()} == files
    served = kp.load_surrogate(tmp_path / "classifier")
    pictures, labels = kp.datasets.digits(seed=0).test
    found = served.predict(pictures)["probabilities"].argmax(axis=1)
    assert np.mean(found == labels) == numbers["augmented_accuracy"]


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = digits.main(["--output", str(tmp_path)])
    assert numbers["augmented_accuracy"] >= 0.98
    assert numbers["augmented_shifted"] >= 0.96
    assert numbers["mlp_shifted"] + 0.1 < numbers["cnn_shifted"] < numbers["augmented_shifted"]
    assert numbers["training_seconds"] < 60
