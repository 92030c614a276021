"""What kernels stand for: there and back, and their errors in closed form."""

import numpy as np
import pytest

from kerasphys.kernels import DifferentialOperator, gaussian, laplacian, operator_of, stencil


@pytest.mark.parametrize(
    "terms",
    [
        {(3,): 2.0},
        {(0,): 1.0, (1,): -0.5, (2,): 0.1},
        {(2, 0): 1.0, (1, 1): -0.3, (0, 2): 4.0},
        {(1, 0, 0): 1.0, (0, 0, 2): -1.0},
    ],
)
def test_there_and_back(terms):
    highest = max(map(sum, terms))
    spacing = (0.1, 0.2, 0.3)[: len(next(iter(terms)))]
    found = operator_of(stencil(terms, 4, spacing), spacing, order=highest)
    assert set(found.coefficients) == set(terms)
    for orders, coefficient in terms.items():
        np.testing.assert_allclose(found.coefficients[orders], coefficient, rtol=1e-9)


def test_errors_in_closed_form():
    h = 0.1
    second = operator_of(stencil(2, spacing=h), h)
    np.testing.assert_allclose(second.remainder[(4,)], h**2 / 12, rtol=1e-12)
    assert str(second) == "1 u_xx + 0.000833333 u_xxxx + ..."
    upwind = operator_of([-1 / h, 1 / h, 0.0], h)
    assert (upwind.order, upwind.accuracy) == (1, 1)
    np.testing.assert_allclose(upwind.remainder[(2,)], -h / 2, rtol=1e-12)
    blur = operator_of(gaussian(0.5, h, dims=2), h)
    assert (blur.order, blur.accuracy) == (0, 2)
    np.testing.assert_allclose(blur.remainder[(2, 0)], 0.5**2 / 2, rtol=1e-4)


def test_five_and_nine_points():
    # the nine-point Laplacian has the error h²/12 times the Laplacian of the Laplacian
    nine = np.array([[1, 4, 1], [4, -20, 4], [1, 4, 1]]) / 6
    found = operator_of(nine)
    assert (
        str(found)
        == "1 u_xx + 1 u_yy + 0.0833333 u_xxxx + 0.166667 u_xxyy + 0.0833333 u_yyyy + ..."
    )
    assert set(operator_of(laplacian(2)).remainder) == {(4, 0), (0, 4)}


def test_a_shift_and_a_single_point():
    shift = operator_of([0.0, 0.0, 1.0], spacing=0.5)
    assert str(shift) == "1 u + 0.5 u_x + ..."
    twice = operator_of([[0.0, 2.0, 0.0]])
    assert (twice.coefficients, twice.remainder) == ({(0, 0): 2.0}, {})
    assert (twice.order, twice.accuracy, str(twice)) == (0, None, "2 u")


def test_kernels_that_are_almost_something():
    kernel = np.array([1.0001, -2.0003, 1.0001])
    assert operator_of(kernel).order == 0
    found = operator_of(kernel, tolerance=1e-3)
    assert (found.order, found.accuracy) == (2, 2)
    np.testing.assert_allclose(found.coefficients[(2,)], 1.0001)


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("kernel", np.zeros(3)),
        ("kernel", np.ones(4)),
        ("spacing", 0.0),
        ("spacing", (1.0, 1.0)),
        ("order", 1),
        ("order", 2.0),
        ("tolerance", 0.0),
    ],
)
def test_what_is_refused(argument, bad):
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        operator_of(**{"kernel": stencil(2), argument: bad})


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("coefficients", {}),
        ("coefficients", 2),
        ("coefficients", {(2,): "1"}),
        ("remainder", [2]),
        ("remainder", {(2,): 1.0}),
        ("remainder", {(3,): 1.0, (4,): 1.0}),
        ("remainder", {(3, 0): 1.0}),
    ],
)
def test_operators_that_are_refused(argument, bad):
    good = dict(coefficients={(2,): 1.0}, remainder={(4,): 0.1})
    with pytest.raises((TypeError, ValueError), match=rf"`{argument}[`\[]"):
        DifferentialOperator(**{**good, argument: bad})
