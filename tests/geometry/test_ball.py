import numpy as np
import pytest
import scipy

from kerasphys.geometry import Ball, quadrature
from tests.geometry.shapes import BALL


def from_center(points):
    return points - BALL.center


def test_attributes():
    assert BALL.center == (1.0, -2.0, 0.5)
    assert BALL.radius == 1.5
    assert BALL.coordinates == BALL.names == ("x", "y", "z")
    assert BALL.measure == pytest.approx(4 / 3 * np.pi * 1.5**3)
    assert BALL.boundary("sphere").measure == pytest.approx(4 * np.pi * 1.5**2)
    assert BALL.signed_distance([[1.0, -2.0, 0.5], [1.0, 0.0, 0.5]]).tolist() == [-1.5, 0.5]


def test_jacobian_of_the_map_is_constant():
    unit = np.random.default_rng(0).uniform(0.01, 0.99, (400, 3))
    steps = 1e-6 * np.eye(3)
    slopes = [(BALL.from_unit(unit + h) - BALL.from_unit(unit - h)) / 2e-6 for h in steps]
    volumes = np.abs(np.linalg.det(np.stack(slopes, axis=1)))
    order = np.sort(np.abs(2 * unit - 1), axis=1)
    smooth = np.diff(order, axis=1).min(axis=1) > 1e-3  # not across an edge of the cube's sides
    np.testing.assert_allclose(volumes[smooth], BALL.measure, rtol=1e-6)


def test_samples_are_uniform():
    inside = from_center(BALL.sample(4096))
    radius = np.linalg.norm(inside, axis=1) / 1.5
    on = from_center(BALL.boundary().sample(4096)) / 1.5
    heights = [(points + 1) / 2 for points in on.T]  # uniform, as Archimedes found
    for values in [radius**3, *heights]:
        assert scipy.stats.kstest(values, "uniform").statistic < 0.02


def test_a_grid_of_the_ball():
    points = BALL.sample(125, "grid")
    assert scipy.spatial.distance.pdist(points).min() > 0.1
    radii = np.linalg.norm(from_center(points), axis=1)
    assert np.isclose(radii, 1.5).sum() == 98  # the surface of the cube
    middle = BALL.sample(1, "grid")
    np.testing.assert_allclose(middle, [BALL.center], atol=1e-15)


def test_quadrature():
    points, weights = quadrature(BALL, 500)
    x, y, z = from_center(points).T
    np.testing.assert_allclose(weights @ x**2, 4 / 15 * np.pi * 1.5**5, rtol=1e-12)
    np.testing.assert_allclose(weights @ (y * z) ** 2, 4 / 105 * np.pi * 1.5**7, rtol=1e-12)
    points, weights = quadrature(BALL.boundary(), 200)
    x, y, z = from_center(points).T
    np.testing.assert_allclose(weights @ z**4, 4 / 5 * np.pi * 1.5**6, rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((object(), 1), TypeError, "`center`"),
        (((0, 0), 1), ValueError, "`center`"),
        (((0, 0, 0), object()), TypeError, "`radius`"),
        (((0, 0, 0), -1), ValueError, "`radius`"),
        (((0, 0, 0), 1, object()), TypeError, "`names`"),
        (((0, 0, 0), 1, ("x", "y")), ValueError, "`names` must be 3 names"),
    ],
)
def test_bad_arguments(arguments, error, text):
    with pytest.raises(error, match=text):
        Ball(*arguments)
