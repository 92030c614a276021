"""Factors of the point weights."""

import numpy as np
import pytest

import kerasphys as kp
from tests.models.conftest import line_points


@pytest.fixture
def store(model):
    """Points in which the user weighs the equation by 1 + x."""
    points = line_points(weights={"equation": lambda x: 1 + x})
    model.points.assign(points.tensors("float64"))
    return model.points


def weights(store, condition="equation"):
    return store.arrays(store.set_of(condition))[f"weights.{condition}"]


def test_factors_multiply_each_other_and_the_users_weights(store):
    own, rng = weights(store), np.random.default_rng(0)
    np.testing.assert_allclose(own, 1 + store.arrays("equation")["points"][:, 0])
    first, second, third = rng.uniform(size=(3, 12))
    store.scale("equation", "one", first)
    store.scale("equation", "two", second)
    np.testing.assert_allclose(weights(store), own * first * second, rtol=1e-15)
    store.scale("equation", "one", third)
    np.testing.assert_allclose(weights(store), own * third * second, rtol=1e-15)
    np.testing.assert_array_equal(weights(store, "left"), [1.0])
    store.drop_factors()
    np.testing.assert_array_equal(weights(store), own)


def test_the_order_in_which_they_are_set_does_not_matter(store):
    factors = dict(zip("abcd", np.random.default_rng(1).uniform(size=(4, 12)), strict=True))
    found = []
    for order in ("abcd", "dcba", "bdac"):
        store.drop_factors()
        for owner in order:
            store.scale("equation", owner, factors[owner])
        found.append(weights(store).tobytes())
    assert len(set(found)) == 1


def test_new_points_have_the_users_weights(store):
    store.scale("equation", "someone", np.zeros(12))
    store.scale("left", "someone", np.zeros(1))
    other = line_points(seed=5, weights={"equation": lambda x: 2 + x}).tensors("float64")
    store.replace("equation", other["equation"])
    np.testing.assert_allclose(weights(store), 2 + other["equation"]["points"][:, 0])
    np.testing.assert_array_equal(weights(store, "left"), [0.0])
    store.scale("equation", "another", np.full(12, 3.0))
    np.testing.assert_allclose(weights(store), 3 * (2 + other["equation"]["points"][:, 0]))


def test_files_hold_the_users_weights(model, tmp_path):
    model.fit(line_points(weights={"equation": lambda x: 1 + x}), verbose=0)
    own = weights(model.points)
    model.points.scale("equation", "someone", np.full(12, 7.0))
    model.save(tmp_path / "model.keras")
    loaded = kp.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(weights(loaded.points), own)
    np.testing.assert_array_equal(weights(model.points), 7 * own)


@pytest.mark.parametrize("factor", [np.ones(3), np.ones((12, 1)), np.full(12, np.nan)])
def test_bad_factors(store, factor):
    with pytest.raises(ValueError, match="factor"):
        store.scale("equation", "someone", factor)
