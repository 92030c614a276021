import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerasphys.geometry import Boundary, Box, Interval
from kerasphys.geometry.boundary import apportion
from kerasphys.geometry.drawing import draw
from tests.geometry.shapes import BOX, DISK, INTERVAL, SAMPLERS, SHAPES, TIME, gradient

PARTS = {
    f"{title}: {part or 'whole'}": shape.boundary(*filter(None, [part]))
    for title, shape in SHAPES.items()
    for part in ("", *shape.parts)
}
every_part = pytest.mark.parametrize("part", PARTS.values(), ids=PARTS.keys())


def feasible(part):
    """A number of points that every sampler can give."""
    return 3 ** max(1, part.faces[0].unit_dim) * len(part.faces)


@every_part
def test_points_lie_on_the_boundary(part):
    lower, upper = part.geometry.bounds
    size = np.maximum(np.abs(lower), np.abs(upper)).max()
    for sampler in SAMPLERS:
        points = part.sample(feasible(part), sampler, seed=3)
        wanted = feasible(part)
        exact = sampler not in ("grid", "chebyshev") or all(face.fills for face in part.faces)
        assert len(points) == wanted if exact else 0 < len(points) <= wanted
        assert part.contains(points).all()
        assert part.geometry.contains(points).all()
        distance = part.geometry.signed_distance(points)
        np.testing.assert_allclose(distance, 0.0, atol=8e-16 * size)
        np.testing.assert_array_equal(points, part.sample(feasible(part), sampler, seed=3))


@every_part
def test_interior_points_are_not_on_the_boundary(part):
    middle = part.geometry.from_unit(np.full((1, part.geometry.unit_dim), 0.4))
    assert not part.contains(middle).any()
    with pytest.raises(ValueError, match=r"`points` must lie on.*the first is .* at index 0"):
        part.normals(middle)


@every_part
def test_normals_are_the_gradient_of_the_distance(part):
    points = part.sample(40, "uniform", seed=1)
    normals = part.normals(points)
    assert normals.shape == points.shape
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0, rtol=1e-14)
    slope = gradient(part.geometry, points)
    smooth = np.abs(np.linalg.norm(slope, axis=1) - 1.0) < 1e-4  # not within a step of an edge
    assert smooth.mean() > 0.9
    np.testing.assert_allclose(normals[smooth], slope[smooth], atol=1e-4)


@every_part
def test_config_round_trip(part):
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(part))
    assert copy == part
    assert hash(copy) == hash(part)
    assert repr(copy) == repr(part)
    np.testing.assert_array_equal(copy.sample(20), part.sample(20))


@pytest.mark.parametrize("title", SHAPES)
def test_divergence_theorem(title):
    """The flux of the field `x` through the boundary is the dimension times the volume."""
    shape = SHAPES[title]
    boundary = shape.boundary()
    flux = 0.0
    for face in boundary.faces:
        points = draw(face, 2048)
        points = points - shape.bounds[0]
        normals = face.normals(points + shape.bounds[0])
        flux += face.measure * np.sum(points * normals, axis=1).mean()
    assert flux == pytest.approx(shape.dim * shape.measure, rel=0.02)


@pytest.mark.parametrize("sampler", ["sobol", "latin_hypercube", "uniform"])
def test_seeds_differ(sampler):
    boundary = BOX.boundary()
    assert not np.array_equal(boundary.sample(30, sampler, 0), boundary.sample(30, sampler, 1))
    first, second = np.split(BOX.boundary("x").sample(40, sampler), 2)
    assert not np.any(first[:, 1] == second[:, 1])  # each face has points of its own


def test_points_are_shared_in_proportion():
    points = Box((0, 0), (4, 1)).boundary().sample(100)
    faces = [(0, 0.0), (0, 4.0), (1, 0.0), (1, 1.0)]
    assert [int(np.sum(points[:, axis] == value)) for axis, value in faces] == [10, 10, 40, 40]


@settings(max_examples=100, deadline=None)
@given(n=st.integers(1, 500), measures=st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=9))
def test_apportion(n, measures):
    counts = apportion(n, np.array(measures))
    assert sum(counts) == n
    assert min(counts) >= (n >= len(measures))
    shares = n * np.array(measures) / sum(measures)
    if shares.min() >= 1:
        assert np.all(np.abs(counts - shares) < 1)


@pytest.mark.parametrize("sampler", ["grid", "chebyshev"])
def test_tensor_rules_on_several_faces(sampler):
    walls = Box((0, 0, 0), (5, 1, 1)).boundary("x", "y")
    assert walls.sample(100, sampler).shape == (100, 3)
    with pytest.raises(ValueError, match=r"4 \* m\*\*2.*4 faces.*Nearest: 64 and 100"):
        walls.sample(99, sampler)
    with pytest.raises(ValueError, match=r"Nearest: 4\. "):
        walls.sample(1, sampler)
    assert len(Box((0, 0), (5, 1)).boundary().sample(99, sampler)) == 99


def test_fewer_points_than_faces():
    assert BOX.boundary().sample(2).shape == (2, 3)


def test_corners_take_the_first_face():
    corners = [[-1.0, 0.0], [2.5, 3.0]]
    domain = INTERVAL * TIME
    assert domain.boundary().normals(corners).tolist() == [[-1, 0], [1, 0]]
    assert domain.boundary("t").normals(corners).tolist() == [[0, -1], [0, 1]]


def test_names():
    domain = INTERVAL * TIME
    assert domain.boundary("t", "x", "t").names == ("t", "x")
    assert domain.boundary().names == ()
    assert len(domain.boundary().faces) == 4
    assert len(domain.boundary("x", "start(x)").faces) == 2
    parabolic = domain.boundary("x", "start(t)")
    assert parabolic.measure == 2 * 3.0 + 3.5
    assert not parabolic.contains([[0.0, 3.0]]).any()
    assert Boundary(domain, "x") == domain.boundary("x")
    assert domain.boundary("x") != domain.boundary("t")
    assert domain.boundary("x") != (INTERVAL * Interval(0, 1, "t")).boundary("x")
    assert domain.boundary("x") != domain
    expected = "(Interval(-1.0, 2.5, 'x') * Interval(0.0, 3.0, 't')).boundary('x', 'start(t)')"
    assert repr(parabolic) == expected
    assert repr(DISK.boundary()) == "Disk((0.5, -1.0), 0.75, ('x', 'y')).boundary()"


def test_a_wider_tolerance():
    wall = BOX.start("x")
    near = [[-1.0 - 1e-5, 1.0, 3.0]]
    with pytest.raises(ValueError, match="must lie on"):
        wall.normals(near)
    assert wall.normals(near, tolerance=1e-4).tolist() == [[-1, 0, 0]]
    assert wall.contains(near, tolerance=1e-4).all()


@pytest.mark.parametrize(
    ("geometry", "names", "error", "text"),
    [
        (object(), (), TypeError, "`geometry`"),
        (TIME.boundary(), (), TypeError, "`geometry`"),
        (TIME, object(), TypeError, "`names`"),
        (TIME, (object(),), TypeError, "`names`"),
        (TIME, ("x",), ValueError, r"`names` must be one of 't', 'start\(t\)', 'end\(t\)'"),
        (DISK, "x", ValueError, "`names` must be one of 'circle'"),
    ],
)
def test_bad_arguments(geometry, names, error, text):
    with pytest.raises(error, match=text):
        Boundary(geometry, names)
