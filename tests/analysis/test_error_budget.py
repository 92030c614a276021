"""Distances to the training, linearity, and what the error of a model is made of."""

import sys

import keras
import numpy as np
import pytest

import kerasphys as kp

COVERING = sys.modules["kerasphys.analysis.covering_distance"]  # the function has its name


class TestCovering:
    def test_by_the_definition_in_blocks(self, rng, monkeypatch):
        test, train = rng.normal(size=(7, 5, 2)), rng.normal(size=(9, 5, 2))
        gaps = np.sqrt(np.mean((test[:, None] - train[None]) ** 2, axis=(2, 3)))
        monkeypatch.setattr(COVERING, "VALUES_AT_ONCE", 18)  # two samples at once
        distance, nearest = kp.analysis.covering_distance(test, train)
        np.testing.assert_allclose(distance, gaps.min(axis=1), rtol=1e-13)
        np.testing.assert_array_equal(nearest, gaps.argmin(axis=1))
        relative = kp.analysis.covering_distance(test, train, relative=True)[0]
        np.testing.assert_allclose(relative, distance / np.sqrt(np.mean(test**2, axis=(1, 2))))

    def test_what_was_seen_has_no_distance(self, rng):
        train = 1e6 + rng.normal(size=(50, 20))
        distance, nearest = kp.analysis.covering_distance(train[::-1], train)
        assert np.all(distance == 0)
        np.testing.assert_array_equal(nearest, np.arange(50)[::-1])
        zero = np.zeros((1, 20))
        assert kp.analysis.covering_distance(zero, zero, relative=True)[0] == 0

    def test_functions_by_name_without_points(self, rng):
        points = np.linspace(0, 1, 3)[:, None]
        u, g = rng.normal(size=(6, 4)), rng.normal(size=(6, 8, 1))
        samples = kp.datasets.Samples({"u": u, "g": g}, np.ones((6, 3, 1)), points)
        found = kp.analysis.covering_distance(samples[:2], samples[2:])[0]
        again = kp.analysis.covering_distance(samples[:2].x, samples[2:].x)[0]
        both = [np.mean((a[:2, None] - a[None, 2:]) ** 2, axis=2) for a in (u, g[..., 0])]
        np.testing.assert_allclose(found, np.sqrt(sum(both)).min(axis=1))
        np.testing.assert_array_equal(again, found)

    def test_bad_arguments(self, rng):
        for test, train, error in (
            (np.ones((3, 4)), np.ones((3, 5)), ValueError),
            (np.ones(3), np.ones((3, 5)), ValueError),
            ("x", np.ones((3, 5)), TypeError),
            (np.full((3, 5), np.inf), np.ones((3, 5)), ValueError),
            ({"u": np.ones((3, 5)), "g": np.ones((2, 5))}, np.ones((3, 5)), ValueError),
            ({"points": np.ones((3, 5))}, np.ones((3, 5)), ValueError),
        ):
            with pytest.raises(error, match="test"):
                kp.analysis.covering_distance(test, train)
        with pytest.raises(TypeError, match="relative"):
            kp.analysis.covering_distance(np.ones((3, 4)), np.ones((3, 4)), relative=1)


class TestLinearity:
    def test_operators_that_are_known(self, rng):
        f = rng.normal(size=(11, 31, 1))
        laplace = lambda f: kp.solvers.solve_poisson(f[..., 0], 1.0)  # noqa: E731
        for coefficients in ((1.0, 1.0), (2.0, -0.5)):
            assert kp.analysis.linearity_defect(laplace, f, coefficients) < 1e-12
        x = rng.normal(size=(10, 4))
        ones = kp.analysis.linearity_defect(lambda f: f + 1.0, x)
        parts = x[:5] + x[5:] + 2
        np.testing.assert_allclose(ones, np.sqrt(parts.size) / np.linalg.norm(parts))

    def test_points_are_common_to_both(self, rng):
        points = rng.uniform(size=(8, 3, 1))
        samples = kp.datasets.Samples({"u": rng.normal(size=(8, 4))}, np.ones((8, 3, 1)), points)

        def slope(x):
            return x["u"].mean(axis=1)[:, None, None] * np.sin(x["points"])

        assert kp.analysis.linearity_defect(slope, samples) < 1e-12
        common = {"u": samples.inputs["u"], "points": points[0]}
        assert kp.analysis.linearity_defect(slope, common) < 1e-12
        assert kp.analysis.linearity_defect(lambda x: x["u"] ** 2, samples.inputs) > 0.1

    def test_of_a_model(self, rng):
        dense = keras.layers.Dense(2, dtype="float64")
        model = kp.models.SurrogateModel(dense, dtype="float64")
        assert kp.analysis.linearity_defect(model, rng.normal(size=(6, 3))) < 1e-12

    def test_bad_arguments(self):
        for arguments, error, match in (
            ((3, np.ones((4, 2))), TypeError, "operator"),
            ((np.sin, np.ones((1, 2))), ValueError, "at least two samples"),
            ((np.sin, np.zeros((4, 2))), ValueError, "different from zero"),
            ((np.sin, np.ones((4, 2)), (1.0,)), ValueError, "coefficients"),
        ):
            with pytest.raises(error, match=match):
                kp.analysis.linearity_defect(*arguments)


class TestBudget:
    @pytest.fixture
    def found(self, rng):
        """A linear operator and a linear model of it; test inputs inside and outside."""
        self.operator = np.tril(rng.normal(size=(16, 16)))
        self.approximation = self.operator + 0.1 * rng.normal(size=(16, 16))
        a = rng.normal(size=(90, 16))
        a[75:] *= np.linspace(1, 5, 15)[:, None]
        samples = kp.datasets.Samples(a[..., None], (a @ self.operator.T)[..., None])
        self.train, self.test = samples[:60], samples[60:]
        return kp.analysis.error_budget(self.model, self.train, self.test, solver=1e-3, basis=4)

    def model(self, a):
        return (a[..., 0] @ self.approximation.T)[..., None]

    def test_the_covering_inequality(self, found):
        assert np.all(found.error <= found.bound * (1 + 1e-12))
        norms = [np.linalg.norm(m, 2) for m in (self.operator, self.approximation)]
        at_nearest = np.sqrt(
            np.mean((self.model(self.train.inputs) - self.train.outputs) ** 2, axis=(1, 2))
        )[found.nearest]
        assert np.all(found.error <= sum(norms) * found.distance + at_nearest)
        assert 0.3 * norms[0] < found.slopes["operator"] <= norms[0]
        assert 0.3 * norms[1] < found.slopes["model"] <= norms[1]
        assert found.rank_correlation > 0.3

    def test_the_parts(self, found):
        wrong = self.model(self.test.inputs) - self.test.outputs
        size = np.sqrt(np.mean(self.test.outputs**2))
        parts = found.parts
        assert list(parts) == [
            "test", "training", "basis", "solver", "quadrature", "covering", "operator", "model",
        ]  # fmt: skip
        assert parts["test"] == pytest.approx(np.sqrt(np.mean(wrong**2)) / size)
        halved = np.sqrt(np.mean(wrong[:, ::2] ** 2))
        assert parts["quadrature"] == pytest.approx(abs(halved - np.sqrt(np.mean(wrong**2))) / size)
        assert parts["solver"] == 1e-3
        bound = kp.analysis.pod_tail(self.test.outputs, constant=True)
        assert parts["basis"] == bound[4]
        assert list(found.table.index) == list(parts)
        assert "rank correlation" in str(found)

    def test_the_picture(self, found, tmp_path):
        assert found.save(tmp_path / "budget.png").stat().st_size > 10_000

    def test_an_operator_network(self, rng):
        network = kp.networks.DeepONet(
            kp.networks.MLP([4], seed=0), kp.networks.MLP([4], seed=1), basis=2
        )
        model = kp.models.SurrogateModel(network)
        points = np.linspace(0, 1, 5)[:, None]
        samples = kp.datasets.Samples({"u": rng.normal(size=(9, 3))}, np.ones((9, 5, 1)), points)
        model.adapt(samples)
        found = kp.analysis.error_budget(model, samples, samples)
        assert np.all(found.distance == 0)
        assert found.slopes == {"operator": 0.0, "model": 0.0}
        assert np.isnan(found.rank_correlation)
        assert "solver" not in found.parts
        assert found.parts["basis"] < 1e-12

    def test_no_grid_no_quadrature(self, rng):
        x = rng.normal(size=(9, 3))
        samples = kp.datasets.Samples(x, x)
        assert "quadrature" not in kp.analysis.error_budget(np.sin, samples, samples).parts

    def test_bad_arguments(self, rng):
        x = rng.normal(size=(6, 5, 1))
        samples = kp.datasets.Samples(x, x)
        points = np.linspace(0, 1, 5)[:, None]
        at = [kp.datasets.Samples({"u": x}, x, points + shift) for shift in (0.0, 0.1)]
        good = dict(model=np.sin, train=samples, test=samples)
        for changes, error, match in (
            ({"model": 1}, TypeError, "model"),
            ({"model": lambda a: a[:, :2]}, ValueError, r"outputs of shape \(6, 5, 1\)"),
            ({"train": x}, TypeError, "train"),
            ({"test": x}, TypeError, "test"),
            ({"test": at[0]}, ValueError, "points of `train`"),
            ({"train": at[0], "test": at[1]}, ValueError, "points of `train`"),
            ({"solver": -1.0}, ValueError, "solver"),
            ({"basis": 0}, ValueError, "basis"),
        ):
            with pytest.raises(error, match=match):
                kp.analysis.error_budget(**good | changes)


def test_coverage_of_a_band():
    y = np.array([[0.0, 1.0], [0.5, 0.5], [2.0, -1.0], [0.0, 2.0]])
    lower, upper = np.zeros_like(y), np.ones_like(y)
    assert kp.analysis.band_coverage(y, lower, upper) == 0.5
    assert kp.analysis.band_coverage(y, lower, upper, simultaneous=False) == 5 / 8
    for arguments, match in (
        ((y, lower[:1], upper), "lower"),
        ((y, lower, upper[:, 0]), "upper"),
        ((np.float64(1.0), 0.0, 1.0), "y"),
    ):
        with pytest.raises(ValueError, match=match):
            kp.analysis.band_coverage(*arguments)
    with pytest.raises(TypeError, match="simultaneous"):
        kp.analysis.band_coverage(y, lower, upper, simultaneous=1)
