"""Errors within bands of wavenumbers, on the boundary and after a step."""

import keras
import numpy as np
import pytest

import kerasphys as kp

BANDS = ("low", "mid", "high")


def result(metric, y, found, **kwargs):
    metric.update_state(y, found, **kwargs)
    return float(metric.result())


class TestBands:
    @pytest.mark.parametrize(
        "periodic", [True, False, (True, False)], ids=["ring", "walls", "both"]
    )
    def test_squares_add_up(self, rng, periodic):
        grid = (30,) if isinstance(periodic, bool) else (30, 33)
        y, found = rng.normal(size=(2, 3, *grid, 2))
        parts = [
            result(kp.metrics.BandRelativeL2(band, periodic, dtype="float64"), y, found)
            for band in BANDS
        ]
        assert min(parts) > 0.01
        whole = kp.solvers.relative_l2(found, y)
        np.testing.assert_allclose(np.sum(np.square(parts)), whole**2, rtol=1e-12)

    def test_waves_on_a_ring(self):
        x = 2 * np.pi * np.arange(64) / 64
        y = np.sin(x)[None, :, None]
        for band, numbers in {"low": (0, 4), "mid": (5, 12), "high": (13, 31, 32)}.items():
            for k in numbers:
                found = y + 0.1 * np.cos(k * x)[None, :, None]
                size = 0.1 if k not in (0, 32) else 0.1 * np.sqrt(2)
                for name in BANDS:
                    metric = kp.metrics.BandRelativeL2(name, periodic=True, dtype="float64")
                    expected = size if name == band else 0.0
                    assert result(metric, y, found) == pytest.approx(expected, abs=1e-13)

    def test_waves_between_walls(self):
        centres = (np.arange(40) + 0.5) / 40
        y = np.cos(np.pi * centres)[None, :, None]
        found = y + 0.2 * np.cos(9 * np.pi * centres)[None, :, None]  # k = 4.5
        for band, expected in (((4.5, 5.0), 0.2), ((0.0, 4.5), 0.0), ((5.0, None), 0.0)):
            metric = kp.metrics.BandRelativeL2(band, dtype="float64")
            assert result(metric, y, found) == pytest.approx(expected, abs=1e-13)

    def test_oblique_waves_have_the_length_of_their_vector(self):
        x = 2 * np.pi * np.arange(32) / 32
        both = np.cos(3 * x)[:, None] * np.cos(4 * x)  # |k| = 5
        y, found = np.ones((1, 32, 32, 1)), 1 + both[None, ..., None]
        low, mid = (
            result(kp.metrics.BandRelativeL2(b, True, dtype="float64"), y, found) for b in BANDS[:2]
        )
        assert low < 1e-13
        assert mid == pytest.approx(0.5)

    def test_relative_to_the_waves_in_the_band(self, rng):
        y = rng.normal(size=(4, 32, 1))
        metric = kp.metrics.BandRelativeL2("mid", True, relative_to="band", dtype="float64")
        assert result(metric, y, 1.3 * y) == pytest.approx(0.3)

    def test_names_and_config(self):
        names = [kp.metrics.BandRelativeL2(b).name for b in (*BANDS, (0.0, 3.0))]
        assert names == [f"{b}_relative_l2" for b in (*BANDS, "band")]
        metric = kp.metrics.BandRelativeL2((2.0, None), (True, False), "band", "k2", "float64")
        config = keras.saving.serialize_keras_object(metric)
        again = keras.saving.deserialize_keras_object(config)
        assert again.get_config() == metric.get_config()
        assert (again.band, again.name) == ((2.0, None), "k2")

    @pytest.mark.parametrize(
        ("band", "error"),
        [
            ("bass", ValueError),
            ((5.0, 5.0), ValueError),
            ((1.0, 2.0, 3.0), ValueError),
            ((-1.0, 2.0), ValueError),
            (3.0, TypeError),
        ],
        ids=str,
    )
    def test_bad_bands(self, band, error):
        with pytest.raises(error, match="`band` must be"):
            kp.metrics.BandRelativeL2(band)


class TestBoundary:
    def test_known_numbers(self):
        y = np.full((2, 4, 5, 1), 2.0)
        found = y.copy()
        found[:, 0] += 0.5  # one of four sides: 5 of 14 nodes
        expected = 0.25 * np.sqrt(5 / 14)
        assert result(kp.metrics.BoundaryRelativeL2(dtype="float64"), y, found) == pytest.approx(
            expected
        )
        sides = kp.metrics.BoundaryRelativeL2(periodic=[False, True], dtype="float64")
        assert result(sides, y, found) == pytest.approx(0.25 * np.sqrt(1 / 2))
        ends = kp.metrics.BoundaryRelativeL2(periodic=[True, False], dtype="float64")
        assert result(ends, y, found) == pytest.approx(0.25 * np.sqrt(1 / 4))

    def test_inner_nodes_do_not_count(self, rng):
        y = np.zeros((2, 6, 1))
        y[:, 1:-1] = rng.normal(size=(2, 4, 1))
        found = y.copy()
        found[:, 1:-1] += 7.0
        assert result(kp.metrics.BoundaryRelativeL2(dtype="float64"), y, found) == 0.0
        found[:, 0] = 0.1
        size = np.sqrt(np.mean(y**2))
        metric = kp.metrics.BoundaryRelativeL2(dtype="float64")
        assert result(metric, y, found) == pytest.approx(0.1 * np.sqrt(1 / 2) / size)
        own = kp.metrics.BoundaryRelativeL2(relative_to="boundary")
        assert result(own, y, found) == np.inf

    def test_bad_arguments(self):
        for periodic in (True, [True, True]):
            with pytest.raises(ValueError, match="no boundary"):
                kp.metrics.BoundaryRelativeL2(periodic)
        with pytest.raises(ValueError, match="relative_to"):
            kp.metrics.BoundaryRelativeL2(relative_to="band")
        with pytest.raises(ValueError, match="not empty"):
            kp.metrics.BoundaryRelativeL2(name="")


class TestSteps:
    def test_of_a_trajectory(self, rng):
        u = rng.normal(size=(3, 4, 8, 2))
        found = u * np.array([1.1, 1.0, 0.8, 1.4])[:, None, None]
        for step, expected in ((0, 0.1), (1, 0.0), (2, 0.2), (-1, 0.4)):
            metric = kp.metrics.StepRelativeL2(step, dtype="float64")
            assert result(metric, u, found) == pytest.approx(expected)
        names = [kp.metrics.StepRelativeL2(step).name for step in (-1, 3, -2)]
        assert names == [f"{s}_relative_l2" for s in ("last_step", "step_3", "step_minus_2")]

    def test_weights_of_samples(self, rng):
        y, found = rng.normal(size=(2, 5, 2, 3))
        weights = rng.uniform(size=5)
        metric = kp.metrics.StepRelativeL2(0, dtype="float64")
        root = np.sqrt(weights)[:, None]
        expected = kp.solvers.relative_l2(root * found[:, 0], root * y[:, 0])
        assert result(metric, y, found, sample_weight=weights) == pytest.approx(expected)
        with pytest.raises(ValueError, match="sample_weight"):
            metric.update_state(y, found, sample_weight=np.ones((5, 2)))

    def test_steps_that_are_not_there(self):
        metric = kp.metrics.StepRelativeL2(3)
        with pytest.raises(ValueError, match=r"have the step 3\. Received: \(2, 3, 4, 1\)"):
            metric.update_state(np.ones((2, 3, 4, 1)), np.ones((2, 3, 4, 1)))
        with pytest.raises(TypeError, match="step"):
            kp.metrics.StepRelativeL2(1.0)


@pytest.mark.parametrize(
    "metric",
    [kp.metrics.BandRelativeL2(), kp.metrics.BoundaryRelativeL2()],
    ids=["band", "boundary"],
)
def test_bad_fields(metric):
    with pytest.raises(ValueError, match=r"y_pred.*axis by axis"):
        metric.update_state(np.ones((2, 8, 1)), np.ones((2, 8, 2)))
    with pytest.raises(ValueError, match=r"\(n, \*grid, channels\)"):
        metric.update_state(np.ones((2, 8)), np.ones((2, 8)))
