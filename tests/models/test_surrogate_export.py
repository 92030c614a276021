"""Models of samples as artefacts: free in the grid, in physical units, equal to the model."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from tests.models.test_surrogate_model import scaled_data, unet


def field_model(**kwargs):
    found = kp.models.SurrogateModel(unet(**{"depth": 2, **kwargs}))
    found.adapt(*scaled_data())
    return found


def relative_gap(one, other):
    return np.max(np.abs(one - other)) / np.max(np.abs(other))


def test_a_field_model_serves_any_grid(tmp_path, rng):
    found = field_model(norm="batch", padding="periodic")
    surrogate = kp.load_surrogate(found.export(tmp_path / "a", description="a shift", seed=3))
    for grid in ((16, 16), (9, 14)):
        x = rng.normal(size=(5, *grid, 2)) * [1.0, 50.0]
        served = surrogate.predict(x, batch_size=3)
        assert set(served) == {"outputs"}
        assert served["outputs"].dtype == "float32"
        assert relative_gap(served["outputs"], found.predict(x)) < 1e-5
    card = surrogate.card
    assert (card.kind, card.fields, card.seed) == ("surrogate", ("u",), 3)
    assert card.coordinate_names == ("x", "y")
    assert card.signatures["serve"]["inputs"]["inputs"]["shape"] == [None, None, None, 2]
    plain = tf.saved_model.load(str(tmp_path / "a")).signatures["serving_default"]
    x = tf.ones((2, 8, 8, 2))
    np.testing.assert_array_equal(plain(inputs=x)["outputs"], surrogate.predict(x)["outputs"])


def test_a_conditioned_network(tmp_path, rng):
    x, y = scaled_data(6)
    inputs = {"inputs": x, "condition": rng.uniform(size=(6, 3))}
    found = kp.models.SurrogateModel(unet(dtype="float64"), dtype="float64")
    found.adapt(inputs, y)
    found.compile("adam", loss="mse")
    found.fit(inputs, y, batch_size=4, verbose=0)
    found.save(tmp_path / "model.keras")
    loaded = kp.load_model(tmp_path / "model.keras")
    expected = found.predict(inputs)
    np.testing.assert_array_equal(loaded.predict(inputs), expected)
    coordinates = [
        {"name": "x", "lower": 0.0, "upper": 1.0},
        {"name": "t", "lower": 0.0, "upper": None},
    ]
    path = loaded.export(tmp_path / "a", coordinates, "v", data={"samples": 6})
    surrogate = kp.load_surrogate(path)
    np.testing.assert_allclose(surrogate.predict(inputs)["outputs"], expected, rtol=1e-13)
    assert surrogate.coordinates == ("x", "t")
    assert surrogate.fields == ("v",)
    assert surrogate.card.data == {"samples": 6}
    with pytest.raises(ValueError, match=r"exactly the keys.*'condition', 'inputs'"):
        surrogate.predict({"inputs": x})
    with pytest.raises(ValueError, match=r"as many samples.*inputs: 5"):
        surrogate.predict(inputs | {"inputs": x[:5]})
    with pytest.raises(ValueError, match="a mapping with the keys"):
        surrogate.predict(x)


def test_other_networks_are_free_in_the_samples(tmp_path, rng):
    x = rng.normal(size=(7, 3))
    mlp = kp.models.SurrogateModel(kp.networks.MLP([4], outputs=2, seed=0))
    mlp.build((None, 3))
    surrogate = kp.load_surrogate(mlp.export(tmp_path / "a"))
    assert relative_gap(surrogate.predict(x)["outputs"], mlp.predict(x)) < 1e-5
    assert surrogate.fields == ("u1", "u2")
    assert surrogate.coordinates == ()
    free = keras.Sequential([keras.Input((None, 1)), keras.layers.Conv1D(1, 3, padding="same")])
    conv = kp.models.SurrogateModel(free)
    conv.build((None, 8, 1))
    surrogate = kp.load_surrogate(conv.export(tmp_path / "b"))
    assert surrogate.predict(np.ones((2, 13, 1)))["outputs"].shape == (2, 13, 1)


def test_a_rollout_serves_any_grid(tmp_path, rng):
    found = kp.models.SurrogateModel(kp.networks.Rollout(unet(outputs=1), steps=3))
    found.build((None, 8, 1))
    surrogate = kp.load_surrogate(found.export(tmp_path / "a"))
    x = rng.normal(size=(2, 12, 1))
    assert relative_gap(surrogate.predict(x)["outputs"], found.predict(x)) < 1e-5
    assert surrogate.coordinates == ("x",)


@pytest.fixture(scope="module")
def surrogate(tmp_path_factory):
    return kp.load_surrogate(field_model().export(tmp_path_factory.mktemp("a") / "a"))


class TestBadInput:
    @pytest.mark.parametrize(
        ("x", "error", "match"),
        [
            (np.ones((2, 8, 8, 1)), ValueError, r"`inputs` must be.*\(n, n1, n2, 2\).*8, 1\)"),
            (np.ones((8, 8, 2)), ValueError, r"\(n, n1, n2, 2\)"),
            (np.zeros((0, 8, 8, 2)), ValueError, r"shape \(0, 8, 8, 2\)"),
            (np.full((1, 8, 8, 2), np.nan), ValueError, "finite everywhere"),
            (np.full((1, 8, 8, 2), "a"), TypeError, "real numbers"),
            ([np.ones((8, 8, 2)), np.ones((6, 6, 2))], ValueError, "`inputs` must be"),
            (np.ones((2, 2, 2, 2)), ValueError, "refuses.*at least 4 points"),
            ({"f": np.ones((2, 8, 8, 2))}, ValueError, "exactly the keys"),
        ],
    )
    def test_inputs(self, surrogate, x, error, match):
        with pytest.raises(error, match=f"(?s){match}"):
            surrogate.predict(x)

    def test_options(self, surrogate):
        x = np.ones((1, 8, 8, 2))
        with pytest.raises(ValueError, match="batch_size"):
            surrogate.predict(x, batch_size=0)
        with pytest.raises(ValueError, match="verbose"):
            surrogate.predict(x, verbose=2)
        with pytest.raises(ValueError, match="without derivatives"):
            surrogate.derivatives(x)

    def test_models(self, tmp_path):
        with pytest.raises(ValueError, match="no weights yet"):
            kp.models.SurrogateModel(unet()).export(tmp_path / "b")
        with pytest.raises(ValueError, match="`fields` must be 1 names"):
            field_model().export(tmp_path / "b", fields=("u", "v"))
        assert not (tmp_path / "b").exists()
