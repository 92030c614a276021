import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerasphys.geometry import Interval


def test_attributes():
    domain = Interval(-1, 3, "t")
    assert (domain.lower, domain.upper, domain.name) == (-1.0, 3.0, "t")
    assert domain.coordinates == ("t",)
    assert domain.dim == 1
    assert domain.measure == 4.0
    assert domain.parts == ("t", "start(t)", "end(t)")
    assert domain.factors == (domain,)
    assert repr(domain) == "Interval(-1.0, 3.0, 't')"
    assert Interval(0, 1).name == "x"


def test_signed_distance():
    distance = Interval(-1, 3).signed_distance([[-2], [-1], [0], [1], [2.5], [5]])
    np.testing.assert_array_equal(distance, [1, 0, -1, -2, -0.5, 2])


def test_the_ends_are_points():
    domain = Interval(0.1, 0.3)
    ends = domain.boundary()
    assert ends.measure == 2.0
    points = ends.sample(5)
    assert points[:, 0].tolist() == [0.1, 0.1, 0.1, 0.3, 0.3]
    assert ends.normals(points)[:, 0].tolist() == [-1, -1, -1, 1, 1]
    assert domain.start("x").sample(3).tolist() == [[0.1]] * 3
    assert domain.boundary("x") != domain.start("x")


@pytest.mark.parametrize("sampler", ["grid", "chebyshev"])
def test_grids_have_exact_ends_and_any_number(sampler):
    points = Interval(0.1, 0.7).sample(11, sampler)[:, 0]
    assert points[0] == 0.1
    assert points[-1] == 0.7
    assert np.all(np.diff(points) > 0)


@settings(max_examples=200, deadline=None)
@given(ends=st.tuples(*[st.floats(-1e9, 1e9)] * 2).filter(lambda ends: ends[0] < ends[1]))
def test_the_map_keeps_the_ends_and_never_leaves(ends):
    points = Interval(*ends).from_unit(np.linspace(0, 1, 50)[:, None])[:, 0]
    assert (points[0], points[-1]) == ends
    assert np.all((points >= ends[0]) & (points <= ends[1]))


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (("0", 1), TypeError, "`lower`"),
        ((np.nan, 1), ValueError, "`lower`"),
        ((0, object()), TypeError, "`upper`"),
        ((0, np.inf), ValueError, "`upper`"),
        ((1, 1), ValueError, "`upper` must be greater than lower=1.0"),
        ((2, 1), ValueError, "`upper`"),
        ((0, 1, object()), TypeError, "`name`"),
        ((0, 1, "2x"), ValueError, "`name`"),
        ((0, 1, ["x"]), TypeError, "`name`"),
        ((0, 1, "x_1"), ValueError, "`name` must be without underscores.*rename 'x_1'"),
    ],
)
def test_bad_arguments(arguments, error, text):
    with pytest.raises(error, match=text):
        Interval(*arguments)
