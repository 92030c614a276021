"""Geometries that the tests of this room share."""

import numpy as np

from kerasphys.geometry import Ball, Box, Disk, Interval, Mesh, Polygon

INTERVAL = Interval(-1.0, 2.5, "x")
BOX = Box((-1.0, 0.5, 2.0), (1.0, 1.25, 5.0))
DISK = Disk((0.5, -1.0), 0.75)
TIME = Interval(0.0, 3.0, "t")
DEPTH = Interval(10.0, 10.5, "w")
POLYGON = Polygon(
    [(0.0, 2.0), (1.0, 1.0), (1.0, 0.0), (3.5, 0.5), (2.0, 2.5)], parts={"inlet": [0, 4]}
)
BALL = Ball((1.0, -2.0, 0.5), 1.5)
CHANNEL = Box((0.0, 0.0), (2.2, 0.41)) - Disk((0.2, 0.2), 0.05)
NOTCH = Box((0.0, 0.0), (2.0, 1.0)) | Box((0.0, 0.0), (1.0, 2.0))
LENS = DISK & Disk((1.0, -0.5), 0.75)
HOLLOW = Box((-1.0, -1.0, -1.0), (1.0, 1.0, 1.0)) - Ball((1.0, 1.0, 0.0), 0.8)
MESH = Mesh(
    [(0.0, 0.0), (2.0, 0.0), (2.5, 1.0), (1.0, 1.0), (1.0, 2.0), (0.0, 2.0)],
    [(0, 1, 3), (1, 2, 3), (0, 3, 5), (3, 4, 5)],
    parts={"inlet": [(5, 0)], "slope": lambda x: x > 2.1},
)
OCTAHEDRON = Mesh(
    np.concatenate([np.eye(3), -np.eye(3)]) * [1.0, 2.0, 0.5] + [1.0, 0.0, 0.5],
    [[0, 1, 2], [0, 5, 1], [0, 2, 4], [0, 4, 5], [3, 2, 1], [3, 1, 5], [3, 4, 2], [3, 5, 4]],
    parts={"upper": lambda z: z > 0.5},
)
TWO = Interval(0.0, 1.2) | Interval(2.0, 2.5)

SHAPES = {
    "interval": INTERVAL,
    "far interval": Interval(1e6, 1e6 + 1e-3, "x"),
    "box": BOX,
    "tesseract": Box([0.0] * 4, [1.0, 2.0, 0.5, 1.0], ("a", "b", "c", "d")),
    "disk": DISK,
    "interval in time": INTERVAL * TIME,
    "box in time": BOX * TIME,
    "disk in time": DISK * TIME,
    "time before disk": TIME * DISK,
    "three factors": TIME * DISK * DEPTH,
    "polygon": POLYGON,
    "ball": BALL,
    "channel": CHANNEL,
    "notch": NOTCH,
    "lens in time": LENS * TIME,
    "hollow": HOLLOW,
    "two intervals": TWO,
    "nested": (POLYGON - Disk((2.0, 1.2), 0.4)) | (Box((3.0, 0.0), (4.0, 1.0)) & POLYGON),
    "mesh in time": MESH * TIME,
    "octahedron": OCTAHEDRON,
    "thin": Interval(0.0, 1e-6, "x") * Interval(0.0, 1e3, "t"),
}

BOUNDED = ("hollow",)  # the distance is a bound near edges, the measure a fine grid's

SAMPLERS = ("sobol", "latin_hypercube", "uniform", "grid", "chebyshev")


def around(geometry, n, seed=0):
    """Random points in twice the box around a geometry."""
    lower, upper = geometry.bounds
    middle, half = (lower + upper) / 2, (upper - lower) / 2
    unit = np.random.default_rng(seed).uniform(-2.0, 2.0, (n, geometry.dim))
    return middle + half * unit


def gradient(geometry, points):
    """Central differences of the signed distance, `(n, d)`."""
    lower, upper = geometry.bounds
    step = 1e-5 * (upper - lower).min()
    columns = []
    for axis in range(geometry.dim):
        shift = np.zeros(geometry.dim)
        shift[axis] = step
        ahead, behind = points + shift, points - shift
        distance = geometry.signed_distance(ahead) - geometry.signed_distance(behind)
        columns.append(distance / (ahead - behind)[:, axis])
    return np.stack(columns, axis=1)
