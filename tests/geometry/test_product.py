import numpy as np
import pytest
import scipy

from kerasphys.geometry import Box, Disk, Interval, Product
from tests.geometry.shapes import BOX, DEPTH, DISK, INTERVAL, TIME


def test_attributes():
    domain = INTERVAL * TIME
    assert isinstance(domain, Product)
    assert (domain.left, domain.right) == (INTERVAL, TIME)
    assert domain.coordinates == ("x", "t")
    assert domain.measure == 3.5 * 3.0
    assert domain.parts == ("x", "start(x)", "end(x)", "t", "start(t)", "end(t)")
    assert repr(domain) == "Interval(-1.0, 2.5, 'x') * Interval(0.0, 3.0, 't')"
    np.testing.assert_array_equal(domain.bounds, [[-1.0, 0.0], [2.5, 3.0]])


def test_three_factors_however_bracketed():
    one, other = (TIME * DISK) * DEPTH, TIME * (DISK * DEPTH)
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other)
    assert one.factors == other.factors == (TIME, DISK, DEPTH)
    assert one.coordinates == ("t", "x", "y", "w")
    assert one.parts == ("t", "start(t)", "end(t)", "circle", "w", "start(w)", "end(w)")
    assert one.unit_dim == 4
    np.testing.assert_array_equal(one.sample(81, "sobol"), other.sample(81, "sobol"))
    for name in ("circle", "t", "start(w)"):
        np.testing.assert_array_equal(one.boundary(name).sample(8), other.boundary(name).sample(8))
    assert one != DISK * TIME * DEPTH


def test_measures_of_the_parts_of_a_pipe():
    pipe = DISK * TIME * DEPTH
    circle, area = 2 * np.pi * 0.75, np.pi * 0.75**2
    assert pipe.measure == pytest.approx(area * 3.0 * 0.5)
    assert pipe.boundary("circle").measure == pytest.approx(circle * 3.0 * 0.5)
    assert pipe.boundary("t").measure == pytest.approx(2 * area * 0.5)
    assert pipe.start("w").measure == pytest.approx(area * 3.0)
    total = circle * 1.5 + 2 * area * 0.5 + 2 * area * 3.0
    assert pipe.boundary().measure == pytest.approx(total)


def test_signed_distance():
    domain = Disk((0, 0), 2) * Interval(0, 2, "z")
    points = [[0, 0, 1], [1.5, 0, 1], [0, 0, 0.25], [5, 0, 1], [5, 0, 6], [0, 0, -1]]
    np.testing.assert_allclose(domain.signed_distance(points), [-1, -0.5, -0.25, 3, 5, 1])


def test_walls_and_initial_time():
    domain = INTERVAL * TIME
    walls = domain.boundary("x").sample(100)
    assert set(walls[:, 0]) == {-1.0, 2.5}
    assert np.ptp(walls[:, 1]) > 2.9
    initial = domain.start("t").sample(100)
    assert set(initial[:, 1]) == {0.0}
    normals = domain.start("t").normals(initial)
    np.testing.assert_array_equal(normals, [[0.0, -1.0]] * 100)
    np.testing.assert_array_equal(np.abs(domain.boundary("x").normals(walls)), [[1.0, 0.0]] * 100)


def test_points_are_drawn_jointly():
    unit = (Interval(0, 1, "x") * Interval(0, 1, "t")).sample(256, "sobol", seed=0)
    uniform = np.random.default_rng(0).random((256, 2))
    assert scipy.stats.qmc.discrepancy(unit) < 0.1 * scipy.stats.qmc.discrepancy(uniform)


def test_circle_in_time_on_a_grid():
    points = (DISK * TIME).boundary("circle").sample(25, "grid")
    assert len(np.unique(points.round(12), axis=0)) == 25
    assert np.unique(points[:, 2]).tolist() == [0.0, 0.75, 1.5, 2.25, 3.0]


def test_periodic_axes_follow_their_factor():
    (face,) = (TIME * DISK).boundary("circle").faces
    assert face.periodic_axes == (1,)
    (face,) = (DISK * TIME).boundary("circle").faces
    assert face.periodic_axes == (0,)


@pytest.mark.parametrize(
    ("left", "right", "error", "text"),
    [
        (object(), TIME, TypeError, "`left` must be a geometry"),
        (TIME, object(), TypeError, "`right` must be a geometry"),
        (TIME, TIME.boundary("t"), TypeError, "`right` must be a geometry"),
        (INTERVAL, BOX, ValueError, "`right`.*Both have x: rename"),
        (BOX * TIME, DISK, ValueError, "Both have x, y"),
        (DISK, Interval(0, 1, "circle"), ValueError, "'circle' is a part of Disk"),
        (Box((0,), (1,), "circle"), DISK, ValueError, "'circle' is a part of Disk"),
    ],
)
def test_bad_arguments(left, right, error, text):
    with pytest.raises(error, match=text):
        Product(left, right)


def test_two_disks_share_the_part_circle():
    domain = DISK * Disk((0, 0), 1, ("z", "w"))
    torus = domain.boundary("circle")
    assert len(torus.faces) == 2
    assert torus == domain.boundary("circle")
    points = torus.sample(100)
    np.testing.assert_allclose(domain.signed_distance(points), 0.0, atol=1e-14)
