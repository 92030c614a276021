"""Bands around predictions: what they cover, exactly and on average, and where they are kept."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.models.conformal_band import ConformalBand, conformal_quantile


def identity(**kwargs):
    """A model that returns its inputs: errors are what a test makes of them."""
    return kp.models.SurrogateModel(keras.layers.Identity(**kwargs), dtype="float64")


def samples(rng, n, grid=(6,), channels=2):
    """Predictions, and errors of random size that are alike in all parts of a sample."""
    x = rng.normal(size=(n, *grid, channels))
    size = rng.lognormal(size=(n, *(1,) * (len(grid) + 1)))
    return x, x + size * rng.standard_t(3, size=x.shape) * [1.0, 100.0][:channels]


class TestQuantile:
    @pytest.mark.parametrize(("coverage", "rank"), [(0.9, 9), (0.5, 5), (0.41, 5), (0.4, 4)])
    def test_rank_of_nine(self, coverage, rank):
        scores = np.random.default_rng(0).permutation(np.arange(1.0, 10.0)).reshape(9, 1, 1)
        assert conformal_quantile(scores, coverage) == rank  # ⌈10 coverage⌉

    def test_of_values_in_groups(self):
        scores = np.arange(1.0, 41.0).reshape(10, 4, 1)
        assert conformal_quantile(scores, 0.5) == 22  # ⌈11 · 0.5 · 4⌉
        both = np.concatenate([scores, 100 * scores], axis=2)
        np.testing.assert_array_equal(conformal_quantile(both, 0.5), [22, 2200])

    @pytest.mark.parametrize(("coverage", "needed"), [(0.9, 9), (0.95, 19), (0.5, 1), (0.99, 99)])
    def test_the_least_number_of_samples(self, coverage, needed):
        scores = np.ones((needed, 1, 1))
        assert conformal_quantile(scores, coverage) == 1
        with pytest.raises(ValueError, match=f"at least {needed} held-out samples"):
            conformal_quantile(scores[1:], coverage)

    def test_the_mean_coverage_is_exact(self, rng):
        """Of uniform scores a share of `q` lies below `q`, whose mean is rank / (n + 1)."""
        for n, coverage in ((9, 0.9), (24, 0.77)):
            found = [conformal_quantile(rng.uniform(size=(n, 1, 1)), coverage) for _ in range(4000)]
            expected = np.ceil((n + 1) * coverage) / (n + 1)
            assert np.mean(found) == pytest.approx(expected, abs=4 * np.std(found) / 4000**0.5)


class TestCoverage:
    @pytest.mark.parametrize("relative", [False, True], ids=["fixed", "relative"])
    def test_over_twenty_splits(self, rng, relative):
        covered = []
        for _ in range(20):
            x, y = samples(rng, 1200)
            band = ConformalBand(dtype="float64")
            band.calibrate(x[:400], y[:400], np.array([1.0, 100.0]), 0.9, True, relative)
            covered.append(kp.analysis.band_coverage(y[400:], *band(x[400:])))
        assert 0.88 < np.mean(covered) < 0.92
        assert np.std(covered) < 0.03

    def test_part_of_the_values(self, rng):
        covered = []
        for _ in range(20):
            x, y = samples(rng, 1200)
            band = ConformalBand(dtype="float64")
            band.calibrate(x[:400], y[:400], np.ones(2), 0.8, False, False)
            ends = [np.asarray(end) for end in band(x[400:])]
            for c in range(2):  # each channel on its own
                part = (array[..., c] for array in (y[400:], *ends))
                covered.append(kp.analysis.band_coverage(*part, simultaneous=False))
        assert 0.785 < np.mean(covered) < 0.815

    def test_widths_by_hand(self):
        y = np.arange(1.0, 10.0)[:, None] * np.array([1.0, -1.0])
        model = identity()
        model.calibrate(np.zeros((9, 2)), y, 0.5)
        lower, upper = model.predict_band([[10.0, 20.0]])
        np.testing.assert_array_equal([lower[0], upper[0]], [[5, 15], [15, 25]])
        relative = identity()
        x = np.full((9, 4, 1), 2.0)
        relative.calibrate(x, x * (1 + 0.1 * y[:, :1, None]), 0.5, relative=True)
        lower, upper = relative.predict_band(np.full((1, 4, 1), 3.0))
        np.testing.assert_allclose([lower[0, 0, 0], upper[0, 0, 0]], [1.5, 4.5])
        alone = identity()  # a sample without a grid has the size of its value
        alone.calibrate(x[:, 0], x[:, 0] * (1 + 0.1 * y[:, :1]), 0.5, relative=True)
        np.testing.assert_allclose(alone.predict_band([[-3.0]])[0], [[-4.5]])

    def test_channels_count_by_their_deviations(self, rng):
        x, y = samples(rng, 200)
        model = identity()
        model.adapt(x, y)
        model.calibrate(x, y, 0.7)
        half = np.asarray(model.band.half_widths)
        np.testing.assert_allclose(half[1] / half[0], np.std(y[..., 1]) / np.std(y[..., 0]))
        predicted = model.predict(x)
        assert np.sum(np.all(np.abs(y - predicted) <= half * (1 + 1e-12), axis=(1, 2))) == 141

    def test_a_dataset_gives_the_same_band(self, rng):
        x, y = samples(rng, 50)
        models = [identity() for _ in range(3)]
        models[0].calibrate(x, y)
        models[1].calibrate(tf.data.Dataset.from_tensor_slices((x, y)).batch(16))
        models[2].calibrate(kp.datasets.Samples(x, y), batch_size=7)
        widths = [np.asarray(model.band.half_widths) for model in models]
        np.testing.assert_array_equal(widths[1], widths[0])
        np.testing.assert_array_equal(widths[2], widths[0])


def trained(rng, n=30):
    """A small Fourier neural operator with a band."""
    x = rng.normal(size=(n, 8, 1))
    data = kp.datasets.Samples(x, 100 + np.cumsum(x, axis=1))
    network = kp.networks.FNO(modes=3, width=4, depth=2, projection=8, seed=0)
    model = kp.models.SurrogateModel(network)
    model.adapt(data)
    model.calibrate(data, coverage=0.8, relative=True)
    return model, data


class TestKept:
    def test_in_files_and_artefacts_of_a_grid(self, rng, tmp_path):
        model, data = trained(rng)
        model.save(tmp_path / "model.keras")
        loaded = kp.load_model(tmp_path / "model.keras")
        expected = model.predict_band(data.inputs)
        np.testing.assert_array_equal(loaded.predict_band(data.inputs), expected)
        assert loaded.band.settings() == model.band.settings()
        surrogate = kp.load_surrogate(loaded.export(tmp_path / "a"))
        served = surrogate.band(data.inputs)
        assert set(served) == {"lower_outputs", "upper_outputs"}
        for name, values in zip(("lower_outputs", "upper_outputs"), expected, strict=True):
            gap = np.max(np.abs(served[name] - values)) / np.max(np.abs(values))
            assert gap < 1e-5
        finer = rng.normal(size=(2, 12, 1))
        lower = model.predict_band(finer)[0]
        np.testing.assert_allclose(surrogate.band(finer)["lower_outputs"], lower, rtol=1e-5)
        card = surrogate.card.parameters["band"]
        assert (card["coverage"], card["samples"]) == (0.8, 30)
        assert card["covers"] == "all values of a sample together"
        np.testing.assert_allclose(card["half_widths"], np.asarray(model.band.half_widths))

    def test_in_the_artefact_of_an_operator(self, rng, tmp_path):
        network = kp.networks.DeepONet(
            kp.networks.MLP([6], seed=0), kp.networks.MLP([6], seed=1), basis=4
        )
        points = rng.uniform(size=(5, 2))
        data = kp.datasets.Samples(
            {"f": rng.normal(size=(20, 3))}, rng.normal(size=(20, 5, 2)), points
        )
        model = kp.models.SurrogateModel(network)
        model.adapt(data)
        model.calibrate(data, coverage=0.75, simultaneous=False)
        surrogate = kp.load_surrogate(model.export(tmp_path / "a", fields=["p", "q"]))
        lower, upper = model.predict_band(data.x)
        served = surrogate.band(data.x)
        assert set(served) == {"lower_p", "upper_p", "lower_q", "upper_q"}
        np.testing.assert_allclose(served["lower_p"], lower[..., 0], rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(served["upper_q"], upper[..., 1], rtol=1e-5, atol=1e-5)
        inside = kp.analysis.band_coverage(data.outputs, lower, upper, simultaneous=False)
        assert inside >= 0.75
        assert "on average" in surrogate.card.parameters["band"]["covers"]
        with pytest.raises(ValueError, match="False for operator networks"):
            model.calibrate(data, relative=True)

    def test_another_model_has_none(self, rng, tmp_path):
        data = kp.datasets.Samples(*rng.normal(size=(2, 30, 3)))
        model = kp.models.SurrogateModel(kp.networks.MLP([2], seed=0))
        model.calibrate(data)
        weights = tmp_path / "model.weights.h5"
        model.compile("adam", loss="mse")
        model.fit(data, verbose=0)
        assert not model.band.measured
        model.save_weights(weights)
        model.save(tmp_path / "model.keras")
        loaded = kp.load_model(tmp_path / "model.keras")
        surrogate = kp.load_surrogate(loaded.export(tmp_path / "a"))
        assert surrogate.card.parameters == {}
        with pytest.raises(ValueError, match="exported without a band"):
            surrogate.band(data.inputs)
        model.calibrate(data)
        model.load_weights(weights)
        assert not model.band.measured
        model.calibrate(data)
        model.adapt(data)
        with pytest.raises(ValueError, match="no band yet"):
            model.predict_band(data.inputs)
        model.calibrate(data)
        model.warm_start(tmp_path / "model.keras")
        assert not model.band.measured

    def test_config(self):
        band = ConformalBand(0.9, 20, simultaneous=False, relative=True, name="band")
        config = keras.saving.serialize_keras_object(band)
        again = keras.saving.deserialize_keras_object(config)
        assert again.get_config() == band.get_config()


class TestBadInput:
    @pytest.mark.parametrize(
        ("changes", "error", "match"),
        [
            ({"coverage": 0.0}, ValueError, "coverage"),
            ({"coverage": 1.0}, ValueError, "coverage"),
            ({"coverage": "most"}, TypeError, "coverage"),
            ({"coverage": 0.95}, ValueError, "needs at least 19"),
            ({"simultaneous": 1}, TypeError, "simultaneous"),
            ({"relative": None}, TypeError, "relative"),
            ({"relative": True, "y": np.ones((12, 2)), "x": np.zeros((12, 2))}, ValueError, "zero"),
            ({"batch_size": 0}, ValueError, "batch_size"),
            ({"y": None}, ValueError, "`y` must be"),
            ({"y": np.ones((11, 2))}, ValueError, "as many samples"),
            ({"y": np.ones((12, 1))}, ValueError, "shape"),
            ({"y": np.full((12, 2), np.nan)}, ValueError, "finite"),
        ],
        ids=[
            "zero",
            "one",
            "text",
            "few",
            "simultaneous",
            "relative",
            "unit",
            "batch",
            "none",
            "length",
            "shape",
            "nan",
        ],
    )
    def test_calibrate(self, changes, error, match):
        model = identity()
        with pytest.raises(error, match=match):
            model.calibrate(**{"x": np.ones((12, 2)), "y": np.zeros((12, 2)), **changes})
        assert not model.band.measured

    def test_a_dataset_without_outputs(self):
        batches = tf.data.Dataset.from_tensor_slices(np.ones((12, 2))).batch(4)
        with pytest.raises(ValueError, match="inputs and outputs"):
            identity().calibrate(batches)

    def test_settings(self):
        for wrong in ({"coverage": 2.0}, {"samples": 0}):
            with pytest.raises(ValueError, match=next(iter(wrong))):
                ConformalBand(**wrong)
