import numpy as np
import pytest
import scipy

from kerasphys.geometry import Disk

DISK = Disk((0.5, -1.0), 0.75)


def radius(points):
    return np.hypot(*(points - DISK.center).T)


def test_attributes():
    assert DISK.center == (0.5, -1.0)
    assert DISK.radius == 0.75
    assert DISK.coordinates == DISK.names == ("x", "y")
    assert DISK.parts == ("circle",)
    assert DISK.measure == pytest.approx(np.pi * 0.75**2)
    assert DISK.boundary("circle").measure == pytest.approx(2 * np.pi * 0.75)
    assert repr(DISK) == "Disk((0.5, -1.0), 0.75, ('x', 'y'))"


def test_signed_distance():
    points = [[0.5, -1], [0.5, -0.25], [0.5, 1], [3.5, 3]]
    np.testing.assert_allclose(DISK.signed_distance(points), [-0.75, 0, 1.25, 4.25], atol=1e-15)


@pytest.mark.parametrize("sampler", ["sobol", "latin_hypercube", "uniform"])
def test_equal_areas_get_equal_numbers(sampler):
    """The squared radius and the angle are uniform: rings and sectors of equal area."""
    points = DISK.sample(4096, sampler, seed=4)
    x, y = (points - DISK.center).T
    for values in [(radius(points) / 0.75) ** 2, np.arctan2(y, x) / (2 * np.pi) + 0.5]:
        assert scipy.stats.kstest(values, "uniform").statistic < 0.025


def test_jacobian_of_the_map_is_constant():
    unit = np.random.default_rng(0).uniform(0.01, 0.99, (500, 2))
    unit = unit[np.abs(np.abs(unit[:, 0] - 0.5) - np.abs(unit[:, 1] - 0.5)) > 1e-3]
    h = 1e-6
    along = [
        (DISK.from_unit(unit + h * e) - DISK.from_unit(unit - h * e)) / (2 * h) for e in np.eye(2)
    ]
    area = along[0][:, 0] * along[1][:, 1] - along[0][:, 1] * along[1][:, 0]
    np.testing.assert_allclose(np.abs(area), DISK.measure, rtol=1e-6)


@pytest.mark.parametrize("sampler", ["grid", "chebyshev"])
def test_grids_of_the_disk(sampler):
    points = DISK.sample(49, sampler)
    distances = scipy.spatial.distance.pdist(points)
    assert distances.min() > 1e-2
    assert np.isclose(radius(points), 0.75).sum() == 24  # the edge of the square
    assert np.isclose(radius(points), 0.0).sum() == 1


@pytest.mark.parametrize("sampler", ["grid", "chebyshev"])
def test_grids_of_the_circle_are_equally_spaced(sampler):
    points = DISK.boundary().sample(12, sampler)
    steps = np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1)
    np.testing.assert_allclose(steps, 2 * 0.75 * np.sin(np.pi / 12))


def test_circle_far_from_the_origin():
    far = Disk((1e6, -1e6), 1e-3)
    points = far.boundary().sample(100)
    assert far.boundary().contains(points).all()
    np.testing.assert_allclose(np.linalg.norm(far.boundary().normals(points), axis=1), 1.0)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((object(), 1), TypeError, "`center`"),
        (((0, 0, 0), 1), ValueError, "`center`"),
        (((0, np.inf), 1), ValueError, "`center`"),
        (((0, 0), object()), TypeError, "`radius`"),
        (((0, 0), 0), ValueError, "`radius`"),
        (((0, 0), 1, object()), TypeError, "`names`"),
        (((0, 0), 1, ("x",)), ValueError, "`names` must be 2 names"),
        (((0, 0), 1, ("x", "a_b")), ValueError, "`names` must be without underscores"),
    ],
)
def test_bad_arguments(arguments, error, text):
    with pytest.raises(error, match=text):
        Disk(*arguments)
