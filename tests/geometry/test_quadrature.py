"""Quadrature: exact where it must be, and the section rules that `kp.Integral` uses."""

import numpy as np
import pytest

from kerasphys.geometry import Box, Disk, Interval, PointCloud, quadrature
from kerasphys.geometry.sections import Sections
from tests.geometry.shapes import BOUNDED, BOX, DISK, SHAPES, TIME

WALLS, PIPE = BOX * TIME, DISK * TIME
REGIONS = SHAPES | {f"boundary of {name}": shape.boundary() for name, shape in SHAPES.items()}


def integral(region, n, function):
    points, weights = quadrature(region, n)
    return weights @ function(*points.T)


@pytest.mark.parametrize("region", REGIONS.values(), ids=REGIONS.keys())
@pytest.mark.parametrize("n", [1, 50, 300])
def test_points_lie_in_the_region_and_weights_add_up_to_its_measure(region, n):
    points, weights = quadrature(region, n)
    assert len(points) == len(weights) <= max(n, len(getattr(region, "faces", ())))
    assert region.contains(points).all()
    assert (weights > 0).all()
    np.testing.assert_allclose(weights.sum(), region.measure, rtol=1e-12)


def test_gauss_is_exact_for_polynomials_of_twice_the_order():
    # five points along each axis: exact up to degree nine in each coordinate
    box = Box((-1.0, 0.0), (2.0, 1.0))
    exact = (2.0**10 - 1.0) / 10 * (1.0 / 10)
    np.testing.assert_allclose(integral(box, 25, lambda x, y: x**9 * y**9), exact, rtol=1e-13)
    assert abs(integral(box, 25, lambda x, y: x**10) / ((2.0**11 + 1.0) / 11) - 1) > 1e-6


def test_panels_take_over_where_one_rule_would_be_long():
    points, weights = quadrature(Interval(0.0, 1.0), 2000)
    assert 1900 < len(weights) <= 2000
    # a kink inside one panel costs no more than the width of that panel squared
    found = weights @ np.abs(points[:, 0] - 0.3)
    np.testing.assert_allclose(found, (0.3**2 + 0.7**2) / 2, atol=1e-5)
    np.testing.assert_allclose(weights @ np.exp(points[:, 0]), np.e - 1, rtol=1e-14)


def test_disks_and_circles():
    x0, y0 = DISK.center
    r = DISK.radius
    exact = np.pi * r**2 * (x0**2 + r**2 / 4) + 0 * y0
    np.testing.assert_allclose(integral(DISK, 50, lambda x, y: x**2), exact, rtol=1e-13)
    circle = DISK.boundary("circle")
    exact = 2 * np.pi * r * (x0**2 + r**2 / 2)
    np.testing.assert_allclose(integral(circle, 8, lambda x, y: x**2), exact, rtol=1e-13)
    pipe = DISK * TIME
    exact = np.pi * r**2 * x0 * 3.0**2 / 2
    np.testing.assert_allclose(integral(pipe, 300, lambda x, y, t: x * t), exact, rtol=1e-13)


@pytest.mark.parametrize("title", SHAPES)
def test_the_divergence_theorem(title):
    """The outward flux of x is the dimension times the volume."""
    shape = SHAPES[title]
    points, weights = quadrature(shape.boundary(), 4000)
    middle = np.mean(shape.bounds, axis=0)
    flux = weights @ np.sum((points - middle) * shape.boundary().normals(points), axis=1)
    rtol = 3e-3 if title in BOUNDED else 1e-8
    np.testing.assert_allclose(flux, shape.dim * shape.measure, rtol=rtol)


def test_a_cloud_is_a_sum_over_its_points():
    cloud = PointCloud([[1.0], [2.0], [5.0]], "x")
    assert integral(cloud, 2, lambda x: x**2) == 30.0


class TestSections:
    """A region at given values of some of its coordinates."""

    @pytest.mark.parametrize(
        ("region", "each", "integrand", "exact"),
        [
            (BOX * TIME, ["t"], lambda x, y, z, t: z * t, lambda t: 15.75 * t),
            (BOX, ["y", "x"], lambda x, y, z: x * y * z, lambda x, y: 10.5 * x * y),
            (DISK * TIME, ["x", "y"], lambda x, y, t: x * t, lambda x, y: 4.5 * x),
            (DISK * TIME, ["t"], lambda x, y, t: x * t, lambda t: DISK.measure * 0.5 * t),
            (BOX.boundary("y"), ["z"], lambda x, y, z: y * z, lambda z: 3.5 * z),
            (WALLS.boundary("start(x)"), ["t"], lambda x, y, z, t: -x * z * t, lambda t: 7.875 * t),
            (PIPE.boundary("circle"), ["t"], lambda x, y, t: x * t, lambda t: 0.75 * np.pi * t),
        ],
    )
    def test_integrals(self, region, each, integrand, exact):
        sections = Sections(region, each)
        values = sections.values.sample(5, seed=1)
        points, weights = sections.rule(values, 60)
        assert region.contains(points.reshape(-1, region.dim)).all()
        columns = [region.coordinates.index(name) for name in sections.each]
        np.testing.assert_array_equal(
            points[:, :, columns], np.repeat(values[:, None], len(weights), 1)
        )
        found = integrand(*np.moveaxis(points, -1, 0)) @ weights
        np.testing.assert_allclose(found, exact(*values.T), rtol=1e-12)

    @pytest.mark.parametrize(
        ("region", "each"),
        [
            (DISK * TIME, ("x",)),  # the disk is no product
            ((BOX * TIME).boundary("x"), ("x",)),  # which does not move on these faces
            ((BOX * TIME).boundary(), ("t",)),
            (PointCloud([[1.0, 2.0]], ("x", "y")), ("x",)),
        ],
    )
    def test_no_product(self, region, each):
        with pytest.raises(ValueError, match="no product of"):
            Sections(region, each)

    def test_nothing_is_left(self):
        with pytest.raises(ValueError, match="leaves none"):
            Sections(Interval(0.0, 1.0), ("x",))
        with pytest.raises(ValueError, match="`each`"):
            Sections(Interval(0.0, 1.0), ("t",))


def test_bad_arguments():
    with pytest.raises(TypeError, match="`region`"):
        quadrature([0.0, 1.0], 5)
    with pytest.raises(ValueError, match="`n`"):
        quadrature(Disk((0, 0), 1), 0)
