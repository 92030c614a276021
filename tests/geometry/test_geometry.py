"""What every geometry does, whatever its shape."""

import keras
import numpy as np
import pytest
import scipy

from kerasphys.geometry import Ball, Box, Disk, Face, Geometry, Interval, Polygon, Region
from kerasphys.geometry.samplers import TENSOR_RULES
from tests.geometry.shapes import (
    BOUNDED,
    DISK,
    INTERVAL,
    SAMPLERS,
    SHAPES,
    TIME,
    around,
    gradient,
)

every_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
every_sampler = pytest.mark.parametrize("sampler", SAMPLERS)


@every_shape
@every_sampler
def test_samples_lie_inside(shape, sampler):
    n = 3**shape.unit_dim
    points = shape.sample(n, sampler, seed=1)
    lower, upper = shape.bounds
    assert points.shape[1:] == (shape.dim,)
    assert len(points) == n if shape.fills or sampler not in TENSOR_RULES else 0 < len(points) <= n
    assert points.dtype == np.float64
    assert shape.contains(points).all()
    rounding = 1e-15 * np.maximum(np.abs(lower), np.abs(upper)).max()
    assert np.all(shape.signed_distance(points) <= rounding)
    assert np.all((points >= lower - rounding) & (points <= upper + rounding))
    np.testing.assert_array_equal(points, shape.sample(n, sampler, seed=1))


@every_shape
@pytest.mark.parametrize("sampler", ["sobol", "latin_hypercube", "uniform"])
def test_seeds_differ(shape, sampler):
    assert not np.array_equal(shape.sample(7, sampler, 0), shape.sample(7, sampler, 1))


@every_shape
def test_measure_by_counting(shape):
    lower, upper = shape.bounds
    n = 2**14
    points = lower + (upper - lower) * scipy.stats.qmc.Sobol(shape.dim, seed=0).random(n)
    counted = shape.contains(points).mean() * np.prod(upper - lower)
    assert counted == pytest.approx(shape.measure, rel=5e-3)


@every_shape
def test_samples_are_even(shape):
    """The mean and the covariance of samples are those of points kept from the box around."""
    lower, upper = shape.bounds
    box = lower + (upper - lower) * scipy.stats.qmc.Sobol(shape.dim, seed=0).random(2**14)
    kept = box[shape.contains(box)]
    points = shape.sample(2**12, "sobol", seed=2)
    size = upper - lower
    np.testing.assert_allclose(points.mean(0) / size, kept.mean(0) / size, atol=5e-3, rtol=1e-12)
    covariance = np.atleast_2d(np.cov((points - lower).T / size[:, None]))
    expected = np.atleast_2d(np.cov((kept - lower).T / size[:, None]))
    np.testing.assert_allclose(covariance, expected, atol=2e-3)


@every_shape
def test_gradient_of_the_distance_has_length_one(shape):
    points = around(shape, 400)
    length = np.linalg.norm(gradient(shape, points), axis=1)
    ridge = np.abs(length - 1.0) > 1e-4  # where two walls are equally near there is no gradient
    assert ridge.mean() < 0.02


@pytest.mark.parametrize("shape", [s for name, s in SHAPES.items() if name not in BOUNDED])
def test_distance_is_that_to_the_nearest_point_of_the_boundary(shape):
    """No point of the boundary is nearer, and moving by the distance along its gradient hits it."""
    lower, upper = shape.bounds
    size = (upper - lower).max()
    points = around(shape, 60, seed=3)
    distance = shape.signed_distance(points)
    boundary = shape.boundary().sample(2000, "uniform", seed=0)
    nearest = np.linalg.norm(points[:, None] - boundary[None], axis=2).min(axis=1)
    assert np.all(np.abs(distance) <= nearest + 1e-9 * size)
    slope = gradient(shape, points)
    smooth = np.abs(np.linalg.norm(slope, axis=1) - 1.0) < 1e-4
    hits = points - distance[:, None] * slope
    assert smooth.sum() > 50
    np.testing.assert_allclose(shape.signed_distance(hits)[smooth], 0.0, atol=1e-4 * size)
    np.testing.assert_array_equal(shape.contains(points), distance <= 0)


@every_shape
def test_tolerance_is_a_fraction_of_the_extent(shape):
    lower, upper = shape.bounds
    wall = shape.boundary(shape.parts[0])
    edge = wall.sample(1)
    outside = edge + 1e-3 * (upper - lower) * wall.normals(edge)
    assert not shape.contains(outside).any()
    assert shape.contains(outside, tolerance=2e-3).all()
    assert shape.contains(shape.bounds[0][None] - 10 * (upper - lower), tolerance=0).sum() == 0


@every_shape
def test_config_round_trip(shape):
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(shape))
    assert copy == shape
    assert hash(copy) == hash(shape)
    assert repr(copy) == repr(shape)
    assert copy.parts == shape.parts
    assert type(shape).from_config(shape.get_config()) == shape
    names = {kind.__name__: kind for kind in (Ball, Box, Disk, Interval, Polygon)}
    if "*" not in repr(shape) and "<" not in repr(shape):
        assert eval(repr(shape), names) == shape


def test_different_geometries_differ():
    shapes = list(SHAPES.values())
    for i, shape in enumerate(shapes):
        assert [shape == other for other in shapes] == [j == i for j in range(len(shapes))]
    assert Interval(-1.0, 2.5, "y") != INTERVAL
    assert INTERVAL != "interval"


@every_shape
def test_domains_have_no_normals(shape):
    with pytest.raises(ValueError, match="Only boundaries have normals"):
        shape.normals(shape.sample(2))


@every_shape
def test_points_are_checked(shape):
    methods = (
        shape.signed_distance,
        shape.contains,
        shape.boundary().contains,
        shape.boundary().normals,
    )
    d = shape.dim
    for method in methods:
        with pytest.raises(ValueError, match=r"`points`.*One column for each of"):
            method(np.zeros((3, d + 1)))
        with pytest.raises(ValueError, match=r"`points`"):
            method(np.zeros(d))
        with pytest.raises(ValueError, match=r"`points`.*finite"):
            method(np.full((1, d), np.nan))
        with pytest.raises(TypeError, match=r"`points`"):
            method(object())


@every_shape
def test_no_points_are_no_trouble(shape):
    empty = np.zeros((0, shape.dim))
    assert shape.signed_distance(empty).shape == (0,)
    assert shape.contains(empty).shape == (0,)
    assert shape.boundary().contains(empty).shape == (0,)
    assert shape.boundary().normals(empty).shape == (0, shape.dim)


@every_shape
def test_bad_arguments_of_the_common_methods(shape):
    for region in (shape, shape.boundary()):
        with pytest.raises(TypeError, match="`n`"):
            region.sample(1.5)
        with pytest.raises(ValueError, match="`n`"):
            region.sample(0)
        with pytest.raises(ValueError, match="`sampler`"):
            region.sample(4, "halton")
        with pytest.raises(ValueError, match="`seed`"):
            region.sample(4, seed=-1)
        with pytest.raises(ValueError, match="`tolerance`"):
            region.contains(np.zeros((1, shape.dim)), tolerance=-1)
    with pytest.raises(ValueError, match="`unit`"):
        shape.from_unit(np.full((1, shape.unit_dim), 2.0))


def test_start_and_end():
    domain = INTERVAL * TIME
    assert domain.start("t") == domain.boundary("start(t)")
    assert domain.end("x") == domain.boundary("end(x)")
    with pytest.raises(ValueError, match="`coordinate` must be one of 'x', 't'"):
        domain.start("y")
    with pytest.raises(TypeError, match="`coordinate`"):
        domain.end(object())
    with pytest.raises(ValueError, match=r"no flat start.*boundary\(name\).*circle"):
        DISK.start("x")
    with pytest.raises(ValueError, match=r"no flat end.*circle, t, start\(t\), end\(t\)"):
        (DISK * TIME).end("y")


def test_only_geometries_multiply():
    with pytest.raises(TypeError, match="unsupported operand"):
        INTERVAL * 3


def test_a_geometry_of_ones_own():
    """The few things that a subclass supplies are enough for all the rest."""

    class Edge(Face):
        dim, unit_dim, parts = 2, 1, ("slope",)
        measure = np.sqrt(2.0)

        def from_unit(self, unit):
            return np.hstack([unit, 1 - unit])

        def contains(self, points, tolerance):
            return np.abs(points.sum(axis=1) - 1) <= tolerance

        def normals(self, points):
            return np.full_like(points, np.sqrt(0.5))

    class HalfPlane(Geometry):
        """The part of the unit square below its diagonal, as if it had no other walls."""

        coordinates = ("x", "y")
        measure = 0.5
        bounds = (np.zeros(2), np.ones(2))
        faces = (Edge(),)

        def signed_distance(self, points):
            return (self._check_points(points).sum(axis=1) - 1) / np.sqrt(2)

        def from_unit(self, unit):
            return np.where(unit.sum(axis=1, keepdims=True) > 1, 1 - unit, unit)

        def get_config(self):
            return {}

        def __repr__(self):
            return "HalfPlane()"

    domain = HalfPlane() * TIME
    assert isinstance(domain, Region)
    assert domain.contains(domain.sample(50)).all()
    assert domain.parts == ("slope", "t", "start(t)", "end(t)")
    assert domain == HalfPlane.from_config({}) * TIME
    walls = domain.boundary("slope")
    normals = walls.normals(walls.sample(9, "grid"))
    np.testing.assert_allclose(normals, [[np.sqrt(0.5), np.sqrt(0.5), 0.0]] * 9)
