"""Union, difference and intersection."""

import keras
import numpy as np
import pytest

from kerasphys.geometry import (
    Ball,
    Box,
    Difference,
    Disk,
    Face,
    Geometry,
    Intersection,
    Interval,
    Polygon,
    Union,
    quadrature,
)
from tests.geometry.shapes import CHANNEL, HOLLOW, NOTCH, TIME

SQUARE = Box((0, 0), (1, 1))
CUBE = Box((0, 0, 0), (1, 1, 1))


class TestChannel:
    def test_measures_are_exact(self):
        assert CHANNEL.measure == pytest.approx(2.2 * 0.41 - np.pi * 0.05**2, rel=1e-14)
        assert CHANNEL.boundary().measure == pytest.approx(2 * 2.61 + np.pi * 0.1, rel=1e-14)

    def test_parts(self):
        assert CHANNEL.parts == ("x", "start(x)", "end(x)", "y", "start(y)", "end(y)", "circle")
        assert CHANNEL.start("x").measure == pytest.approx(0.41)

    def test_normals_point_out_of_the_fluid(self):
        cylinder = CHANNEL.boundary("circle")
        points = cylinder.sample(20)
        normals = cylinder.normals(points)
        np.testing.assert_allclose(points + 0.05 * normals, [[0.2, 0.2]] * 20, atol=1e-15)
        assert cylinder.faces[0].periodic_axes == (0,)  # still a whole circle

    def test_samples_avoid_the_hole(self):
        points = CHANNEL.sample(2000)
        assert points.shape == (2000, 2)
        assert np.linalg.norm(points - [0.2, 0.2], axis=1).min() >= 0.05
        both = (CHANNEL * TIME).sample(500)
        assert np.linalg.norm(both[:, :2] - [0.2, 0.2], axis=1).min() >= 0.05
        np.testing.assert_array_equal(CHANNEL.sample(300), points[:300])  # one sequence

    def test_a_grid_is_the_finest_that_fits(self):
        points = CHANNEL.sample(500, "grid")
        assert 450 < len(points) <= 500
        steps = np.unique(np.diff(np.unique(points[:, 0])).round(12))
        assert len(steps) == 1

    def test_a_second_hole_has_a_name_of_its_own(self):
        three = CHANNEL - Disk((1.0, 0.2), 0.1) - Disk((1.5, 0.2), 0.05)
        assert three.parts[-3:] == ("circle", "circle_2", "circle_3")
        assert three.boundary("circle_2").measure == pytest.approx(0.2 * np.pi)
        at_once = CHANNEL - (Disk((1.0, 0.2), 0.1) | Disk((1.5, 0.2), 0.05))
        assert at_once.parts == three.parts
        assert at_once.boundary("circle_3").measure == three.boundary("circle_3").measure


class TestCommonEdges:
    """Parents that share pieces of their boundaries."""

    @pytest.mark.parametrize(
        "shape",
        [
            NOTCH,
            Box((0, 0), (2, 2)) - Box((1, 1), (2, 2)),
            Polygon([(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)]),
            Box((0, 0), (2, 1)) | Box((0, 1), (1, 2)),
            Box((0, 0), (2, 3)) & NOTCH,
            Interval(0, 2, "x") * Interval(0, 1, "y") | Box((0, 0), (1, 2)),
        ],
    )
    def test_the_same_corner(self, shape):
        assert shape.measure == pytest.approx(3.0, rel=1e-12)
        assert shape.boundary().measure == pytest.approx(8.0, rel=1e-12)
        points = [[0.5, 0.5], [1.5, 1.5], [2.0, 1.5], [1.0, 1.0], [0.5, 1.0], [3.0, 1.5]]
        expected = [-0.5, 0.5, 0.5, 0.0, -0.5, np.hypot(1.0, 0.5)]
        np.testing.assert_allclose(shape.signed_distance(points), expected, atol=1e-12)
        assert shape.contains(points).tolist() == [True, False, False, True, True, False]

    def test_flat_faces_are_named_by_where_they_are(self):
        ell = Box((0, 0), (2, 2)) - Box((1, 1), (2, 2))
        for shape in (ell, NOTCH):
            assert set(shape.parts) == {
                *("x", "start(x)", "end(x)", "x=1", "y", "start(y)", "end(y)", "y=1")
            }
            assert shape.boundary("x=1").normals([[1.0, 1.5]]).tolist() == [[1, 0]]
            assert shape.start("x").measure == pytest.approx(2.0)
            assert shape.end("x").measure == pytest.approx(1.0)

    def test_touching_domains_have_no_wall_between(self):
        both = SQUARE | Box((1, 0), (2, 1))
        assert both.measure == 2.0
        assert both.boundary().measure == 6.0
        assert not both.boundary().contains([[1.0, 0.5]]).any()
        assert both.contains([[1.0, 0.5]]).all()

    def test_a_part_that_only_touches_takes_nothing_away(self):
        whole = SQUARE - Box((1, 0), (2, 1))
        assert whole.measure == 1.0
        assert whole.boundary().measure == 4.0

    def test_equal_circles(self):
        disk = Disk((0.3, 0.2), 0.7)
        for shape in (disk | disk, disk & disk, disk - Disk((5, 5), 1)):
            assert shape.measure == pytest.approx(disk.measure, rel=1e-14)
            assert len(shape.faces) == 1


def test_a_hole_between_nodes_is_found():
    """Far smaller than the distance of the nodes that the search begins with."""
    dented = SQUARE - Disk((0.123, 0.0), 1e-4)
    assert dented.boundary("circle").measure == pytest.approx(np.pi * 1e-4, rel=1e-8)
    assert dented.start("y").measure == pytest.approx(1 - 2e-4, rel=1e-12)
    assert len(dented.start("y").faces) == 2


def test_arcs_are_cut_where_circles_meet():
    lens = Disk((0, 0), 1) & Disk((1, 0), 1)
    assert lens.measure == pytest.approx(2 * np.pi / 3 - np.sqrt(3) / 2, rel=1e-12)
    assert lens.boundary("circle").measure == pytest.approx(2 * np.pi / 3, rel=1e-12)
    np.testing.assert_allclose(lens.bounds, [[0, -np.sqrt(0.75)], [1, np.sqrt(0.75)]], atol=1e-12)
    tip = [0.5, np.sqrt(0.75) + 1.0]
    assert lens.signed_distance([tip]) == pytest.approx(1.0)


def test_an_annulus_quarter():
    ring = (Disk((0, 0), 2) - Disk((0, 0), 1)) & Box((0, 0), (3, 3))
    assert ring.measure == pytest.approx(0.75 * np.pi, rel=1e-12)
    points, weights = quadrature(ring, 3000)
    x, y = points.T
    assert weights @ (x * y) == pytest.approx((2**4 - 1) / 8, rel=1e-9)
    assert weights @ np.exp(x**2 + y**2) == pytest.approx(np.pi / 4 * (np.e**4 - np.e), rel=1e-9)


def test_rules_between_edges_are_exact_for_polynomials():
    points, weights = quadrature(NOTCH, 200)
    x, y = points.T
    exact = 2**4 / 4 * 1 / 3 + 1 / 4 * (8 - 1) / 3
    assert weights @ (x**3 * y**2) == pytest.approx(exact, rel=1e-13)
    points, weights = quadrature(CHANNEL, 3)  # too few for the cells
    assert len(points) == 3
    assert weights.sum() == pytest.approx(CHANNEL.measure)


class TestSpace:
    """In three dimensions, where measures are those of a fine grid."""

    def test_a_sphere_in_a_corner(self):
        octant = CUBE - Ball((0, 0, 0), 0.6)
        assert octant.measure == pytest.approx(1 - np.pi / 6 * 0.6**3, abs=1e-4)
        sphere = octant.boundary("sphere")
        assert sphere.measure == pytest.approx(np.pi / 2 * 0.36, rel=2e-3)
        points = sphere.sample(300)
        assert (points >= 0).all()
        normals = sphere.normals(points)
        np.testing.assert_allclose(points, -0.6 * normals, atol=1e-14)
        start = octant.start("x")
        assert start.measure == pytest.approx(1 - np.pi / 4 * 0.36, abs=1e-4)
        assert np.linalg.norm(start.sample(200), axis=1).min() >= 0.6

    @pytest.mark.parametrize("shape", [CUBE - Ball((0, 0, 0), 0.5), SQUARE - Disk((0, 0), 0.5)])
    def test_the_center_of_what_was_cut_out(self, shape):
        assert shape.boundary().contains(np.zeros((1, shape.dim))).tolist() == [False]

    def test_common_sides(self):
        corner = CUBE - Box((0.5, 0.5, 0.5), (1, 1, 1))
        assert corner.measure == pytest.approx(0.875, abs=1e-4)
        assert corner.boundary().measure == pytest.approx(6.0, abs=1e-3)
        assert corner.boundary("x=0.5", "y=0.5", "z=0.5").measure == pytest.approx(0.75, abs=1e-3)
        removed = [[1.0, 0.75, 0.75]]
        assert not corner.boundary().contains(removed).any()

    def test_nested(self):
        twice = HOLLOW - Ball((-1, -1, 0), 0.5)
        assert twice.parts[-2:] == ("sphere", "sphere_2")
        quarter = np.pi / 3 * 0.5**3
        assert HOLLOW.measure - twice.measure == pytest.approx(quarter, abs=2e-3)


def test_intervals():
    shape = (Interval(0, 1) | Interval(0.5, 3)) - Interval(2, 2.5)
    assert shape.parts == ("x", "start(x)", "end(x)", "x=2", "x=2.5")
    assert shape.measure == 2.5
    assert shape.boundary("x=2").normals([[2.0]]).tolist() == [[1.0]]
    assert not ((shape.sample(200) > 2) & (shape.sample(200) < 2.5)).any()


def test_faces_that_are_no_curves():
    """Somebody's own plane domain, with a face of a shape unknown here."""

    class Parabola(Face):
        dim, unit_dim, parts = 2, 1, ("parabola",)
        measure = 1.0

        def from_unit(self, unit):
            return np.hstack([2 * unit - 1, (2 * unit - 1) ** 2])

        def contains(self, points, tolerance):
            return np.abs(points[:, 1] - points[:, 0] ** 2) <= tolerance

        def normals(self, points):
            outward = np.stack([2 * points[:, 0], -np.ones(len(points))], axis=1)
            return outward / np.linalg.norm(outward, axis=1, keepdims=True)

    class Bowl(Geometry):
        coordinates = ("x", "y")
        measure = 4 / 3
        bounds = (np.array([-1.0, 0.0]), np.array([1.0, 1.0]))
        faces = (Parabola(),)

        def signed_distance(self, points):
            x, y = self._check_points(points).T
            return np.maximum(x**2 - y, y - 1.0)

        def from_unit(self, unit):
            return np.stack([2 * unit[:, 0] - 1, unit[:, 1]], axis=1)

        def get_config(self):
            return {}

        def __repr__(self):
            return "Bowl()"

    half = Bowl() & Box((0, -1), (2, 2))
    assert half.measure == pytest.approx(2 / 3, abs=1e-3)
    assert half.boundary("parabola").measure == pytest.approx(0.5, abs=1e-3)
    assert (half.boundary("parabola").sample(50)[:, 0] >= 0).all()


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: SQUARE - Box((-1, -1), (2, 2)), "whose difference with `left` is not empty"),
        (lambda: SQUARE & Disk((5, 5), 1), "whose intersection with `left` is not empty"),
        (lambda: SQUARE & Disk((1.6, 1.6), 0.7), "not empty"),  # boxes meet, domains do not
        (lambda: CUBE - Ball((0.5, 0.5, 0.5), 2), "not empty"),
        (lambda: CUBE & Box((2, 2, 2), (3, 3, 3)), "not empty"),
        (lambda: SQUARE - CUBE, "`right` must be a geometry of the coordinates x, y"),
        (lambda: SQUARE | Disk((0, 0), 1, ("r", "z")), "coordinates x, y"),
    ],
)
def test_bad_pairs(make, text):
    with pytest.raises(ValueError, match=text):
        make()


@pytest.mark.parametrize("kind", [Union, Difference, Intersection])
def test_bad_arguments(kind):
    with pytest.raises(TypeError, match="`left` must be a geometry"):
        kind(object(), SQUARE)
    with pytest.raises(TypeError, match="`right` must be a geometry"):
        kind(SQUARE, object())


def test_only_geometries_combine():
    for operation in ("__or__", "__sub__", "__and__"):
        assert getattr(SQUARE, operation)(3) is NotImplemented


def test_no_room_for_a_grid():
    frame = SQUARE - Box((0.01, 0.01), (0.99, 0.99))
    with pytest.raises(ValueError, match="larger for a grid that has points inside"):
        frame.sample(1, "grid")
    assert frame.sample(1).shape == (1, 2)


def test_files_hold_the_parents():
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(CHANNEL))
    assert copy == CHANNEL
    assert copy != CHANNEL.left | CHANNEL.right
    assert repr(CHANNEL) == f"({CHANNEL.left!r} - {CHANNEL.right!r})"
