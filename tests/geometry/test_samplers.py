import warnings

import numpy as np
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from kerasphys.geometry import unit_samples
from kerasphys.geometry.samplers import SAMPLERS, TENSOR_RULES, check_unit

RANDOM_RULES = tuple(name for name in SAMPLERS if name not in TENSOR_RULES)


@pytest.mark.parametrize("sampler", RANDOM_RULES)
@settings(max_examples=20, deadline=None)
@given(n=st.integers(1, 300), dim=st.integers(0, 6), seed=st.integers(0, 2**32 - 1))
def test_any_number_of_points_in_the_cube(sampler, n, dim, seed):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        points = unit_samples(n, dim, sampler, seed)
    assert points.shape == (n, dim)
    assert points.dtype == np.float64
    assert np.all((points >= 0) & (points <= 1))


@pytest.mark.parametrize("sampler", RANDOM_RULES)
def test_seeds_repeat_and_differ(sampler):
    points = unit_samples(100, 3, sampler, seed=5)
    np.testing.assert_array_equal(points, unit_samples(100, 3, sampler, seed=5))
    assert not np.any(points == unit_samples(100, 3, sampler, seed=6))


@pytest.mark.parametrize("sampler", ["sobol", "latin_hypercube"])
@pytest.mark.parametrize("n", [100, 256])
def test_discrepancy_is_below_uniform(sampler, n):
    def discrepancy(name, seed):
        return scipy.stats.qmc.discrepancy(unit_samples(n, 2, name, seed))

    uniform = np.mean([discrepancy("uniform", seed) for seed in range(10)])
    assert all(discrepancy(sampler, seed) < uniform for seed in range(5))


def test_sobol_balances_dyadic_boxes():
    """A power of two of points puts one in each box of that volume (a (0, m, 2)-net)."""
    points = unit_samples(256, 2, "sobol", seed=3)
    for i in range(9):
        boxes = np.floor(points * [2**i, 2 ** (8 - i)]).astype(int)
        assert len(np.unique(boxes, axis=0)) == 256


def test_latin_hypercube_fills_every_slice():
    slices = np.floor(unit_samples(50, 4, "latin_hypercube") * 50).astype(int)
    np.testing.assert_array_equal(np.sort(slices, axis=0), np.arange(50)[:, None].repeat(4, 1))


def test_grid():
    np.testing.assert_array_equal(unit_samples(5, 1, "grid")[:, 0], [0, 0.25, 0.5, 0.75, 1])
    square = unit_samples(9, 2, "grid")
    assert square[:4].tolist() == [[0, 0], [0, 0.5], [0, 1], [0.5, 0]]


@pytest.mark.parametrize("m", [2, 5, 16])
def test_chebyshev_points_are_extrema_of_the_polynomial(m):
    x = 2 * unit_samples(m, 1, "chebyshev")[:, 0] - 1
    assert np.all(np.diff(x) > 0)
    assert x[0] == -1
    assert x[-1] == 1
    values = np.polynomial.chebyshev.Chebyshev.basis(m - 1)(x)
    np.testing.assert_allclose(values, (-1.0) ** np.arange(m - 1, -1, -1), atol=1e-12)


@pytest.mark.parametrize("sampler", TENSOR_RULES)
def test_tensor_rules_at_the_edges(sampler):
    assert unit_samples(1, 3, sampler).tolist() == [[0.5, 0.5, 0.5]]
    assert unit_samples(4, 0, sampler).shape == (4, 0)
    assert len(np.unique(unit_samples(125, 3, sampler), axis=0)) == 125
    np.testing.assert_array_equal(
        unit_samples(16, 2, sampler, periodic_axes=(1,))[:4, 1], [0, 0.25, 0.5, 0.75]
    )


@pytest.mark.parametrize("sampler", TENSOR_RULES)
@pytest.mark.parametrize(
    ("n", "dim", "near"), [(50, 2, "49 and 64"), (2, 2, "1 and 4"), (1001, 3, "1000 and 1331")]
)
def test_tensor_rules_refuse_other_numbers(sampler, n, dim, near):
    with pytest.raises(ValueError, match=rf"`n` must be m\*\*{dim}.*Nearest: {near}"):
        unit_samples(n, dim, sampler)


@settings(max_examples=50, deadline=None)
@given(m=st.integers(1, 40), dim=st.integers(1, 3))
def test_every_power_is_accepted(m, dim):
    assert unit_samples(m**dim, dim, "grid").shape == (m**dim, dim)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"n": 0}, ValueError, "`n`"),
        ({"n": 2.0}, TypeError, "`n`"),
        ({"dim": -1}, ValueError, "`dim`"),
        ({"dim": object()}, TypeError, "`dim`"),
        ({"sampler": "halton"}, ValueError, "`sampler`.*'sobol'"),
        ({"sampler": object()}, TypeError, "`sampler`"),
        ({"seed": -1}, ValueError, "`seed`"),
        ({"seed": None}, TypeError, "`seed`"),
        ({"periodic_axes": object()}, TypeError, "`periodic_axes`"),
        ({"periodic_axes": "0"}, TypeError, "`periodic_axes`"),
        ({"periodic_axes": (2,)}, ValueError, "`periodic_axes`"),
        ({"periodic_axes": (-1,)}, ValueError, "`periodic_axes`"),
    ],
)
def test_bad_arguments(arguments, error, text):
    with pytest.raises(error, match=text):
        unit_samples(**({"n": 4, "dim": 2} | arguments))


@pytest.mark.parametrize("unit", [[[0.5]], [[0.5, 1.5]], [[-0.1, 0.5]], [[0.5, np.nan]]])
def test_points_outside_the_unit_cube_are_refused(unit):
    with pytest.raises(ValueError, match="`unit`"):
        check_unit(unit, 2)
