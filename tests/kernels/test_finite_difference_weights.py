"""Fornberg's weights against polynomials and against a linear system."""

import numpy as np
import pytest

from kerasphys.kernels import finite_difference_weights


@pytest.mark.parametrize("order", range(5))
def test_exact_for_polynomials_on_scattered_points(order, rng):
    points = rng.permutation(np.linspace(-1, 1, 7)) + rng.uniform(-0.1, 0.1, 7)
    weights = finite_difference_weights(points, at=0.3, order=order)
    for degree in range(7):
        polynomial = np.polynomial.Polynomial.basis(degree)
        expected = polynomial.deriv(order)(0.3) if order else polynomial(0.3)
        assert abs(weights @ polynomial(points) - expected) < 1e-11


def test_published_weights():
    # Fornberg, 1988, table 1: fourth order, first and second derivative
    points = np.arange(-2.0, 3.0)
    first = finite_difference_weights(points, order=1)
    second = finite_difference_weights(points, order=2)
    np.testing.assert_allclose(12 * first, [1, -8, 0, 8, -1], atol=1e-14)
    np.testing.assert_allclose(12 * second, [-1, 16, -30, 16, -1], atol=1e-14)


def test_order_zero_interpolates():
    weights = finite_difference_weights([0.0, 0.5, 2.0], at=0.5, order=0)
    np.testing.assert_allclose(weights, [0, 1, 0], atol=1e-15)


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("points", [0.0, 1.0, 1.0]),
        ("points", "ab"),
        ("points", [[0.0, 1.0]]),
        ("at", np.nan),
        ("at", None),
        ("order", 3),
        ("order", -1),
        ("order", 1.0),
    ],
)
def test_what_is_refused(argument, bad):
    good = dict(points=[0.0, 1.0, 2.0], at=0.0, order=1)
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        finite_difference_weights(**{**good, argument: bad})
