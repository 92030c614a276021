"""Smooth functions that vanish on faces."""

import numpy as np
import pytest

from kerasphys.geometry import Ball, Box, Disk, Interval, Polygon
from kerasphys.geometry.faces.smooth_distance import joined, rounded, trimmed
from tests.geometry.shapes import CHANNEL, HOLLOW, LENS, MESH, NOTCH, OCTAHEDRON, POLYGON

CYLINDER = Box((-1.0, -1.0, -1.0), (1.0, 1.0, 1.0)) - Disk((0.0, 0.0), 0.3) * Interval(
    -2.0, 0.2, "z"
)
DOMAINS = {
    "box": Box((-1.0, 0.5, 2.0), (1.0, 1.25, 5.0)),
    "channel": CHANNEL,
    "lens": LENS,
    "notch": NOTCH,
    "polygon": POLYGON,
    "ball": Ball((1.0, -2.0, 0.5), 1.5),
    "hollow": HOLLOW,
    "cylinder": CYLINDER,
    "mesh": MESH,
}


def distance(face, points):
    return trimmed(*face.implicit(*points.T))


@pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
def test_it_vanishes_on_its_face_only_with_slope_one(domain):
    inside = domain.sample(500)
    for face in domain.faces:
        for piece in face.pieces:
            points = piece.from_unit(
                np.random.default_rng(0).uniform(0.1, 0.9, (50, domain.dim - 1))
            )
            points = points[piece.keeps(points)]
            normals = piece.normals(points)
            np.testing.assert_allclose(distance(piece, points), 0.0, atol=2e-15)
            step = 1e-4
            slope = distance(piece, points - step * normals) / step
            np.testing.assert_allclose(slope, 1.0, atol=2e-3)
            assert np.all(np.abs(distance(piece, inside)) > 1e-6)


def test_beyond_its_ends_an_edge_is_as_far_as_its_end():
    edge = Polygon([(0.0, 0.0), (2.0, 0.0), (0.0, 2.0)]).faces[0]
    far = np.array([[2.001, 0.0], [2.0 + 1e-3, 1e-3], [-0.002, 0.0], [1.0, -0.5]])
    np.testing.assert_allclose(distance(edge, far), [1e-3, 1e-3, 2e-3, 0.5], rtol=0.5)
    assert distance(edge, np.array([[1.0, -1e-9]])) == -1e-9  # rounding keeps its slope


def test_a_joint_vanishes_on_both_in_any_order():
    a, b, c = np.random.default_rng(1).uniform(0.1, 2.0, (3, 20))
    for join in (joined, rounded):
        np.testing.assert_allclose(join(join(a, b), c), join(a, join(c, b)), rtol=1e-13)
        assert join(0.0 * a, b).tolist() == [0.0] * 20
    np.testing.assert_allclose(joined(a, b), (a**-2 + b**-2) ** -0.5, rtol=1e-13)
    np.testing.assert_allclose(joined(1e-8, b), 1e-8, rtol=1e-12)
    np.testing.assert_allclose(rounded(1e-5, 1e-5), 1e-10 / 0.3, rtol=1e-6)
    assert joined(0.0, 0.0) == 0.0


@pytest.mark.parametrize(
    "face",
    [
        OCTAHEDRON.faces[0],
        (Box((-1.0, -1.0, -1.0), (1.0, 1.0, 1.0)) | Ball((1.0, 1.0, 0.0), 0.8)).faces[1],
        (Box((-4.0, -4.0, 0.0), (4.0, 3.0, 2.0)) - (LENS * Interval(0.0, 1.0, "z"))).faces[-1],
        HOLLOW.boundary("z").where(lambda x: x < 0).faces[0],
    ],
    ids=["facets", "of a union", "of a lens", "by a predicate"],
)
def test_faces_without_a_closed_form_say_so(face):
    with pytest.raises(NotImplementedError, match="closed form"):
        face.implicit(*np.zeros((3, 1)))
