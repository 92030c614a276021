"""Differentiation matrices: exact for polynomials, of their order to the ends, and periodic."""

import numpy as np
import pytest

from kerasphys.kernels import convolve, differentiation_matrix, stencil
from kerasphys.solvers import observed_order

PAIRS = [(0, 2), (1, 2), (1, 4), (2, 2), (2, 6), (3, 2), (3, 4), (4, 4)]


@pytest.mark.parametrize(("order", "accuracy"), PAIRS)
def test_exact_for_polynomials_everywhere(order, accuracy):
    points = max(order + accuracy, 3)
    x = np.linspace(-1, 1, points)
    matrix = differentiation_matrix(points, order, accuracy, 2 / (points - 1))
    for degree in range(order + accuracy if order else 9):
        polynomial = np.polynomial.Polynomial.basis(degree)
        expected = polynomial.deriv(order)(x) if order else polynomial(x)
        np.testing.assert_allclose(matrix @ polynomial(x), expected, atol=2e-10)


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize(("order", "accuracy"), PAIRS[1:])
def test_errors_fall_as_promised(order, accuracy, periodic):
    errors, sizes = [], np.array([80, 160])
    for points in sizes:
        x = 2 * np.pi / points * np.arange(points + (not periodic))
        matrix = differentiation_matrix(len(x), order, accuracy, x[1], periodic)
        expected = np.sin(x + 0.4 + order * np.pi / 2)
        errors.append(np.abs(matrix @ np.sin(x + 0.4) - expected).max())
    assert abs(observed_order(sizes, errors)[0] - accuracy) < 0.3


def test_periodic_rows_are_the_stencil(rng):
    u = rng.standard_normal(11)
    matrix = differentiation_matrix(11, 3, 4, 0.5, periodic=True)
    np.testing.assert_allclose(matrix @ u, convolve(u, stencil(3, 4, 0.5)), rtol=0, atol=1e-11)


def test_the_last_rows_mirror_the_first():
    first, second = differentiation_matrix(7, 1), differentiation_matrix(7, 2)
    assert first[0, :3].tolist() == [-1.5, 2, -0.5]
    assert second[0, :4].tolist() == [2, -5, 4, -1]
    np.testing.assert_array_equal(first[::-1, ::-1], -first)
    np.testing.assert_array_equal(second[::-1, ::-1], second)


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("points", 5),
        ("points", 7.0),
        ("order", -1),
        ("accuracy", 3),
        ("spacing", 0.0),
        ("periodic", "yes"),
    ],
)
def test_what_is_refused(argument, bad):
    good = dict(points=8, order=2, accuracy=4)
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        differentiation_matrix(**{**good, argument: bad})


def test_periodic_axes_take_the_width_of_the_stencil():
    assert differentiation_matrix(5, 2, 4, periodic=True).shape == (5, 5)
    with pytest.raises(ValueError, match="`points` must be at least 5"):
        differentiation_matrix(4, 2, 4, periodic=True)
