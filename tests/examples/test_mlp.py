"""The example on the perceptron: Keras computes what three lines of NumPy compute."""

from examples import mlp


def test_every_number_is_the_known_one(tmp_path):
    numbers = mlp.main(["--quick", "--output", str(tmp_path)])
    assert numbers["parameters"] == mlp.PARAMETERS == 141
    assert numbers["float32"] < 1e-6
    assert numbers["float64"] < 1e-13
    assert numbers["linear"] < 1e-12
    assert [file.name for file in tmp_path.iterdir()] == ["mlp.png"]
