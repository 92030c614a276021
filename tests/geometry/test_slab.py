"""`slab`: what of a region lies between two values of a coordinate."""

import numpy as np
import pytest

import kerasphys as kp
from kerasphys.geometry.slab import slab

TIME = kp.geometry.Interval(0, 3, "t")
SPACE = kp.geometry.Disk((0, 0), 1)
DOMAIN = SPACE * TIME


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        (TIME, kp.geometry.Interval(1, 2, "t")),
        (DOMAIN, SPACE * kp.geometry.Interval(1, 2, "t")),
        (kp.geometry.Box((0, 0), (1, 9), ("x", "t")), kp.geometry.Box((0, 1), (1, 2), ("x", "t"))),
        (kp.geometry.Interval(1.5, 9, "t"), kp.geometry.Interval(1.5, 2, "t")),
        (kp.geometry.Interval(2, 3, "t"), None),
    ],
)
def test_domains_are_cut(region, expected):
    assert slab(region, "t", 1.0, 2.0) == expected


def test_walls_are_cut_and_the_ends_belong_to_the_first_and_the_last():
    walls, start, end = DOMAIN.boundary("circle"), DOMAIN.start("t"), DOMAIN.end("t")
    first, middle, last = ((0.0, 1.0), (1.0, 2.0), (2.0, 3.0))
    for lower, upper in (first, middle, last):
        there = SPACE * kp.geometry.Interval(lower, upper, "t")
        assert slab(walls, "t", lower, upper) == there.boundary("circle")
    for region, slabs in ((start, [True, False, False]), (end, [False, False, True])):
        assert [slab(region, "t", *s) is not None for s in (first, middle, last)] == slabs
    np.testing.assert_allclose(
        [slab(DOMAIN.boundary(), "t", *s).measure for s in (first, middle, last)],
        [3 * np.pi, 2 * np.pi, 3 * np.pi],
    )
    both = slab(DOMAIN.boundary("t"), "t", 0.0, 3.0)
    np.testing.assert_allclose(both.measure, 2 * np.pi)
    part = SPACE * kp.geometry.Interval(2, 3, "t")
    assert slab(part.boundary("circle"), "t", *first) is None


def test_predicates_hold_on_in_the_slab():
    early = DOMAIN.boundary("circle").where(lambda x, t: (x > 0) & (t < 1.5))
    np.testing.assert_allclose(slab(early, "t", 1.0, 2.0).measure, np.pi / 2, rtol=1e-3)
    assert slab(early, "t", 2.0, 3.0) is None


def test_what_has_no_interval_of_that_coordinate_is_refused():
    with pytest.raises(ValueError, match="give that coordinate an interval of its own"):
        slab(SPACE, "y", 0.0, 1.0)
    cloud = kp.geometry.PointCloud(np.zeros((1, 3)), ("x", "y", "t"))
    with pytest.raises(ValueError, match="cannot be cut"):
        slab(cloud, "t", 0.0, 1.0)
