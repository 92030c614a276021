"""Chebyshev points and matrices against closed forms."""

import numpy as np
import pytest

from kerasphys.solvers import chebyshev_matrix, chebyshev_points


@pytest.mark.parametrize("degree", [1, 2, 7, 40])
def test_points_are_the_extrema(degree):
    x = chebyshev_points(degree)
    np.testing.assert_allclose(x, -np.cos(np.pi * np.arange(degree + 1) / degree), atol=1e-15)
    assert (x == -x[::-1]).all()
    assert (np.diff(x) > 0).all()


def test_points_include_both_ends_exactly():
    x = chebyshev_points(9, 0.1, 0.7)
    assert (x[0], x[-1]) == (0.1, 0.7)


def test_matrix_holds_derivatives_of_the_polynomials():
    lower, upper = -0.5, 2.5
    x = np.linspace(lower, upper, 11)[1:-1]
    angle = np.arccos((2 * x - lower - upper) / (upper - lower))[:, None]
    n, stretch = np.arange(21), 2 / (upper - lower)
    sine, cosine = np.sin(angle), np.cos(angle)
    first = n * np.sin(n * angle) / sine  # T_n'(cos θ)
    second = (n * np.sin(n * angle) * cosine / sine - n**2 * np.cos(n * angle)) / sine**2
    expected = [np.cos(n * angle), first * stretch, second * stretch**2]
    for order, matrix in enumerate(expected):
        found = chebyshev_matrix(x, 20, order, lower, upper)
        np.testing.assert_allclose(found, matrix, rtol=0, atol=1e-12 * np.abs(matrix).max())


def test_derivatives_at_the_end_are_known_integers():
    n = np.arange(31)
    np.testing.assert_allclose(chebyshev_matrix([1.0], 30, 1)[0], n**2, rtol=1e-13)
    np.testing.assert_allclose(chebyshev_matrix([1.0], 30, 2)[0], n**2 * (n**2 - 1) / 3, rtol=1e-13)


def test_an_order_beyond_the_degree_gives_zero():
    assert (chebyshev_matrix([0.3], 2, 3) == np.zeros((1, 3))).all()


@pytest.mark.parametrize(
    ("argument", "bad"),
    [("degree", 0), ("degree", object()), ("lower", 1.0), ("upper", np.nan), ("upper", object())],
)
def test_points_refuse_bad_arguments(argument, bad):
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`|lower={bad}"):
        chebyshev_points(**{"degree": 4, argument: bad})


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("x", 0.0),
        ("x", object()),
        ("degree", -1),
        ("order", -1),
        ("order", object()),
        ("lower", object()),
        ("upper", -2.0),
    ],
)
def test_matrix_refuses_bad_arguments(argument, bad):
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        chebyshev_matrix(**{"x": [0.0], "degree": 4, argument: bad})
