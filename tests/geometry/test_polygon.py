import numpy as np
import pytest
import scipy

from kerasphys.geometry import Box, Polygon, quadrature
from tests.geometry.shapes import POLYGON

CORNERS = [(0, 0), (4, 0), (4, 1), (1, 1), (1, 2), (0, 2)]


def test_attributes():
    step = Polygon(CORNERS, parts={"outlet": lambda x: x == 4, "inlet": [5]})
    assert step.vertices[3] == (1.0, 1.0)
    assert step.measure == 5.0
    assert step.boundary().measure == 12.0
    assert step.boundary("edges") == step.boundary("edges")
    assert step.boundary("edges").measure == 12.0
    assert step.boundary("outlet").measure == step.boundary("edge(1)").measure == 1.0
    assert step.boundary("inlet").normals([[0.0, 1.0]]).tolist() == [[-1.0, 0.0]]
    assert step.get_config()["parts"] == {"outlet": [1], "inlet": [5]}
    assert repr(Polygon(CORNERS)) == f"Polygon({Polygon(CORNERS).vertices}, ('x', 'y'))"
    angle = np.arange(9) * 2 * np.pi / 9
    round_ = Polygon(np.stack([np.cos(angle), np.sin(angle)], axis=1), ("r", "z"))
    assert repr(round_) == "<Polygon of 9 vertices in ('r', 'z')>"


def test_either_direction():
    one, other = Polygon(CORNERS), Polygon(CORNERS[::-1])
    points = np.random.default_rng(0).uniform(-1, 5, (200, 2))
    assert one.measure == other.measure
    np.testing.assert_allclose(one.signed_distance(points), other.signed_distance(points))
    for shape in (one, other):
        assert shape.boundary().normals([[2.0, 0.0]]).tolist() == [[0, -1]]


def test_a_square_is_a_box():
    square, box = Polygon([(0, 0), (2, 0), (2, 1), (0, 1)]), Box((0, 0), (2, 1))
    points = np.random.default_rng(0).uniform(-1, 3, (300, 2))
    expected = box.signed_distance(points)
    np.testing.assert_allclose(square.signed_distance(points), expected, atol=1e-15)
    assert len(square.sample(100, "grid")) == 100
    np.testing.assert_array_equal(square.sample(100, "grid"), box.sample(100, "grid"))


def test_samples_are_uniform():
    triangle = Polygon([(0, 0), (1, 0), (0, 1)])
    points = triangle.sample(4096)
    area = 1 - (1 - points[:, 0]) ** 2  # of the part to the left of a point
    assert scipy.stats.kstest(area, "uniform").statistic < 0.02


def test_polynomials_are_integrated_exactly():
    points, weights = quadrature(Polygon([(0, 0), (1, 0), (0, 1)]), 36)
    x, y = points.T
    assert weights @ (x**3 * y**2) == pytest.approx(6 * 2 / 5040, rel=1e-13)
    points, weights = quadrature(POLYGON, 300)
    assert weights.sum() == pytest.approx(POLYGON.measure, rel=1e-14)


@pytest.mark.parametrize(
    ("vertices", "text"),
    [
        ([(0, 0), (1, 0)], "`vertices` must be at least three points"),
        ([(0, 0), (1, 0), (1, 0), (0, 1)], r"vertex 1 at \[1.0, 0.0\] twice"),
        ([(0, 0), (1, 0), (0, 1), (0, 0)], r"vertex 3 .* twice. The first is not repeated"),
        ([(0, 0), (1, 1), (1, 0), (0, 1)], "edge 0 .* meets edge 2"),
        ([(0, 0), (2, 0), (2, 1), (1, 0), (0, 1)], "edge 0 .* meets edge 2"),  # touches
        ([(0, 0), (1, 0), (-1, 0), (-1, 1)], "edge 0 .* meets edge 1"),  # goes back
        ([(0, 0), (1, 0), (2, 0)], "meets edge"),  # no area
        ([(0, 0, 0)] * 3, "`vertices` must be an array"),
        ([(0, 0), (1, 0), (0, np.nan)], "`vertices` must be finite"),
    ],
)
def test_bad_vertices(vertices, text):
    with pytest.raises(ValueError, match=text):
        Polygon(vertices)


@pytest.mark.parametrize(
    ("parts", "error", "text"),
    [
        (object(), TypeError, "`parts` must be a dict"),
        ({"edges": [0]}, ValueError, "`parts` must be a dict of new names"),
        ({"x": [0]}, ValueError, "dict of new names"),
        ({"edge(2)": [0]}, ValueError, "dict of new names"),
        ({1: [0]}, ValueError, "dict of new names"),
        ({"inlet": [6]}, ValueError, r"`parts\['inlet'\]` must be some of the edges 0 to 5"),
        ({"inlet": []}, ValueError, "some of the edges"),
        ({"inlet": [0.5]}, TypeError, r"`parts\['inlet'\]` must be an integer"),
        ({"inlet": "edge"}, TypeError, r"`parts\['inlet'\]` must be callable"),
        ({"inlet": lambda x: x > 9}, ValueError, "some of the edges"),
        ({"inlet": lambda z: z > 9}, ValueError, "some of the coordinates x, y.*names z"),
        ({"inlet": lambda: True}, ValueError, "names none"),
        ({"inlet": lambda x: x}, ValueError, "must return one boolean for each point"),
        ({"inlet": lambda x: True}, ValueError, "one boolean for each point"),
    ],
)
def test_bad_parts(parts, error, text):
    with pytest.raises(error, match=text):
        Polygon(CORNERS, parts=parts)


def test_bad_names():
    with pytest.raises(ValueError, match="`names` must be 2 names"):
        Polygon(CORNERS, ("x",))
