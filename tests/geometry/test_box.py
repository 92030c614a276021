import numpy as np
import pytest

from kerasphys.geometry import Box, Interval
from tests.geometry.shapes import around


def test_attributes():
    box = Box([0, 1], [2, 4], ["r", "z"])
    assert box.lower == (0.0, 1.0)
    assert box.upper == (2.0, 4.0)
    assert box.names == box.coordinates == ("r", "z")
    assert box.measure == 6.0
    assert box.parts == ("r", "start(r)", "end(r)", "z", "start(z)", "end(z)")
    assert repr(box) == "Box((0.0, 1.0), (2.0, 4.0), ('r', 'z'))"
    assert Box((0,) * 3, (1,) * 3).coordinates == ("x", "y", "z")
    assert Box((0,), (1,), "s").coordinates == ("s",)


def test_signed_distance():
    box = Box((0, 0), (4, 2))
    distance = box.signed_distance([[2, 1], [1, 1], [3.5, 1], [4, 2], [7, 6], [-1, 1], [2, 5]])
    np.testing.assert_array_equal(distance, [-1, -1, -0.5, 0, 5, 1, 3])


def test_a_box_is_the_product_of_its_sides():
    box = Box((0, -1, 2), (1, 3, 2.5))
    product = Interval(0, 1, "x") * Interval(-1, 3, "y") * Interval(2, 2.5, "z")
    assert product.parts == box.parts
    assert product.measure == box.measure
    points = around(box, 200)
    np.testing.assert_allclose(product.signed_distance(points), box.signed_distance(points))
    np.testing.assert_array_equal(product.contains(points), box.contains(points))
    np.testing.assert_array_equal(product.sample(64), box.sample(64))
    for names in [(), ("x",), ("y", "start(z)")]:
        ours, theirs = product.boundary(*names), box.boundary(*names)
        assert ours.measure == pytest.approx(theirs.measure)
        np.testing.assert_array_equal(ours.sample(64), theirs.sample(64))
        np.testing.assert_array_equal(
            ours.normals(ours.sample(64)), theirs.normals(theirs.sample(64))
        )


def test_areas_of_the_faces():
    box = Box((0, 0, 0), (2, 3, 5))
    assert box.boundary("x").measure == 30.0
    assert box.start("z").measure == 6.0
    assert box.boundary().measure == 62.0


def test_bounds_are_copies():
    box = Box((0, 0), (1, 1))
    box.bounds[0][:] = 7
    assert box.lower == (0.0, 0.0)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((0, 1), ValueError, "`lower`"),
        (((), ()), ValueError, "`lower` must be one number"),
        ((object(), (1, 1)), TypeError, "`lower`"),
        (((0, np.nan), (1, 1)), ValueError, "`lower`"),
        (((0, 0), object()), TypeError, "`upper`"),
        (((0, 0), (1, 1, 1)), ValueError, "`upper`"),
        (((0, 0), (1, 0)), ValueError, "`upper` must be greater than lower=0.0 in 'y'"),
        (((0, 0), (1, 1), object()), TypeError, "`names`"),
        (((0, 0), (1, 1), "x"), ValueError, "`names` must be 2 names"),
        (((0, 0), (1, 1), ("x", "x")), ValueError, "`names` must be different"),
        (((0, 0), (1, 1), ("x", "x_y")), ValueError, "`names` must be without underscores"),
        (((0,) * 4, (1,) * 4), ValueError, "`names` must be 4 names"),
    ],
)
def test_bad_arguments(arguments, error, text):
    with pytest.raises(error, match=text):
        Box(*arguments)
