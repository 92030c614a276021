import numpy as np
import pytest
import scipy

from kerasphys.analysis import fit_rate


def test_powers_are_found_exactly():
    sizes = np.array([16, 32, 64, 100, 256])
    slope, error = fit_rate(sizes, 7.0 * sizes**-1.5)
    assert abs(slope + 1.5) < 1e-13
    assert error < 1e-13


def test_it_is_linear_regression(rng):
    sizes = rng.uniform(1, 100, 20)
    errors = sizes**-2 * np.exp(rng.normal(scale=0.3, size=20))
    known = scipy.stats.linregress(np.log(sizes), np.log(errors))
    np.testing.assert_allclose(fit_rate(sizes, errors), (known.slope, known.stderr), rtol=1e-12)


@pytest.mark.parametrize(
    ("sizes", "errors", "name"),
    [
        ([1, 2], [1, 2], "sizes"),
        ([2, 2, 2], [1, 2, 3], "sizes"),
        ([0, 1, 2], [1, 2, 3], "sizes"),
        ([1, 2, 3], [1, 2, 0], "errors"),
        ([1, 2, 3], [1, 2], "errors"),
    ],
)
def test_what_is_refused(sizes, errors, name):
    with pytest.raises(ValueError, match=f"`{name}`"):
        fit_rate(sizes, errors)
