"""Gaussian kernels: sums, attenuation, composition and sign."""

import numpy as np
import pytest
import scipy

from kerasphys.kernels import convolve, gaussian, gaussian_derivative, operator_of

SIGMA, POINTS = 0.25, 400
X = 2 * np.pi / POINTS * np.arange(POINTS)
# the attenuation of waves with sigma k = 0.5, 1, 2, 3
KNOWN = {2: 0.8825, 4: 0.6065, 8: 0.1353, 12: 0.0111}


@pytest.mark.parametrize("k", KNOWN)
def test_attenuation_of_waves(k):
    wave = np.sin(k * X)
    factor = np.exp(-((SIGMA * k) ** 2) / 2)
    assert round(factor, 4) == KNOWN[k]
    blurred = convolve(wave, gaussian(SIGMA, X[1]))
    np.testing.assert_allclose(blurred, factor * wave, rtol=0, atol=1e-8)
    slope = convolve(wave, gaussian_derivative(SIGMA, spacing=X[1]))
    np.testing.assert_allclose(slope, k * factor * np.cos(k * X), rtol=0, atol=1e-7 * k)


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("sigma", [0.3, 1.7])
def test_sums_and_signs(dims, sigma):
    blur = gaussian(sigma, dims=dims)
    np.testing.assert_allclose(blur.sum(), 1, rtol=1e-15)
    assert (blur > 0).all()
    assert (blur == blur[::-1]).all()
    slope = gaussian_derivative(sigma, (1,) + (0,) * (dims - 1))
    offsets = np.indices(slope.shape)[0] - slope.shape[0] // 2
    assert abs(slope.sum()) < 1e-15
    np.testing.assert_allclose(np.sum(slope * offsets), 1, rtol=1e-14)
    assert (slope[offsets < 0] < 0).all()
    assert (slope[offsets > 0] > 0).all()


def test_blurring_twice_adds_the_squares(rng):
    u = rng.standard_normal(POINTS)
    twice = convolve(convolve(u, gaussian(3.0)), gaussian(4.0))
    np.testing.assert_allclose(twice, convolve(u, gaussian(5.0)), rtol=0, atol=1e-7)


def test_axes_of_their_own_are_a_product():
    found = gaussian((0.2, 0.3), (0.1, 0.2), dims=2, truncate=4.0)
    expected = np.outer(gaussian(0.2, 0.1, truncate=4.0), gaussian(0.3, 0.2, truncate=4.0))
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert found.shape == (17, 13)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_higher_derivatives_are_those_of_the_gaussian(order):
    kernel = gaussian_derivative(1.0, order, spacing=0.1, truncate=9.0)
    x = 0.1 * (np.arange(kernel.size) - kernel.size // 2)
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    expected = 0.1 * np.polynomial.hermite_e.hermeval(x, np.eye(order + 1)[order]) * density
    np.testing.assert_allclose(kernel, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_derivatives_are_exact_on_coarse_grids(order):
    found = operator_of(gaussian_derivative(0.5, order, spacing=0.7), spacing=0.7)
    assert list(found.coefficients) == [(order,)]
    np.testing.assert_allclose(found.coefficients[(order,)], 1, rtol=1e-12)


def test_the_laplacian_of_a_gaussian():
    kernel = gaussian_derivative(2.0, {(2, 0): 1.0, (0, 2): 1.0}, truncate=6.0)
    impulse = np.zeros((31, 31))
    impulse[15, 15] = 1
    expected = scipy.ndimage.gaussian_laplace(impulse, 2.0, truncate=6.0)
    np.testing.assert_allclose(convolve(impulse, kernel), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("sigma", 0.2),
        ("sigma", -1.0),
        ("sigma", (1.0, 1.0)),
        ("spacing", 5.0),
        ("spacing", "h"),
        ("dims", 4),
        ("dims", 1.0),
        ("truncate", 0.0),
    ],
)
def test_what_is_refused(argument, bad):
    wrong = "sigma" if bad == 5.0 else argument  # it is then too narrow for the grid
    with pytest.raises((TypeError, ValueError), match=f"`{wrong}`"):
        gaussian(**{"sigma": 1.0, argument: bad})


@pytest.mark.parametrize("bad", [-1, (1, 1, 1, 1), object(), {}])
def test_orders_that_are_refused(bad):
    with pytest.raises((TypeError, ValueError), match="`order`"):
        gaussian_derivative(1.0, bad)
