"""Thomas algorithm: against scipy, over many right-hand sides, at linear cost."""

from fractions import Fraction

import numpy as np
import pytest
import scipy

from kerasphys.solvers import thomas
from kerasphys.solvers.thomas import _eliminate


def banded(lower, diagonal, upper, rhs):
    bands = np.zeros((3, len(diagonal)))
    bands[0, 1:], bands[1], bands[2, :-1] = upper, diagonal, lower
    return scipy.linalg.solve_banded((1, 1), bands, rhs)


@pytest.mark.parametrize("shape", [(1,), (2,), (200,), (1, 4), (50, 1), (200, 7)])
def test_equals_scipy(rng, shape):
    n = shape[0]
    lower, upper = rng.uniform(-1, 1, (2, n - 1))
    diagonal = rng.uniform(2.5, 4, n) * rng.choice([-1, 1], n)
    rhs = rng.standard_normal(shape)
    x = thomas(lower, diagonal, upper, rhs)
    assert x.shape == shape
    np.testing.assert_allclose(x, banded(lower, diagonal, upper, rhs), rtol=0, atol=1e-12)


def test_solves_the_heat_matrix_of_a_thousand_points():
    n = 1000
    ones = np.ones(n - 1)
    x = thomas(-ones, np.full(n, 2.0), -ones, np.full(n, 2 / (n + 1) ** 2))
    s = np.arange(1, n + 1) / (n + 1)
    np.testing.assert_allclose(x, s * (1 - s), rtol=0, atol=1e-12)


def test_is_exact_in_exact_arithmetic():
    entries = [np.array([Fraction(k) for k in row]) for row in ([1, 2], [4, 5, 6], [3, 1])]
    x = np.array([Fraction(1, 3), Fraction(-2), Fraction(5, 7)])
    lower, diagonal, upper = entries
    rhs = diagonal * x
    rhs[1:] += lower * x[:-1]
    rhs[:-1] += upper * x[1:]
    assert (_eliminate(lower, diagonal, upper, rhs) == x).all()


class Counted(float):
    """A number that counts the arithmetic done with it."""

    operations = 0

    def _count(self, result):
        Counted.operations += 1
        return Counted(result)

    def __sub__(self, other):
        return self._count(float(self) - float(other))

    def __mul__(self, other):
        return self._count(float(self) * float(other))

    def __truediv__(self, other):
        return self._count(float(self) / float(other))


@pytest.mark.parametrize("n", [1, 2, 10, 1000])
def test_cost_is_linear(n):
    def column(value, length):
        return np.array([Counted(value) for _ in range(length)], dtype=object)

    Counted.operations = 0
    _eliminate(column(-1, n - 1), column(3, n), column(-1, n - 1), column(1, n))
    assert Counted.operations == 8 * n - 7


@pytest.mark.parametrize(
    ("diagonal", "row"), [([0.0, 1.0, 1.0], 0), ([1.0, 1.0, 1.0], 1), ([0.1, 10.0, 1.0], 1)]
)
def test_zero_pivot_is_an_error(diagonal, row):
    with pytest.raises(ValueError, match=f"pivot in row {row} is zero"):
        thomas([1.0, 1.0], diagonal, [1.0, 1.0], [1.0, 2.0, 3.0])


@pytest.mark.parametrize("argument", ["lower", "diagonal", "upper", "rhs"])
@pytest.mark.parametrize("bad", [object(), "text", [[1.0], [1.0, 2.0]], [1.0] * 7, [np.nan] * 2])
def test_refuses_bad_arguments(argument, bad):
    arguments = {"lower": [1.0], "diagonal": [3.0, 3.0], "upper": [1.0], "rhs": [1.0, 1.0]}
    with pytest.raises((TypeError, ValueError)) as error:
        thomas(**{**arguments, argument: bad})
    # a longer diagonal is well-formed: then it is `lower` that does not fit it
    named = "lower" if argument == "diagonal" and bad == [1.0] * 7 else argument
    assert f"`{named}`" in str(error.value)


def test_refuses_an_empty_system():
    with pytest.raises(ValueError, match="`diagonal` must have at least one entry"):
        thomas([], [], [], [])
