"""Geometries that the tests of this room share."""

import numpy as np

from kerasphys.geometry import Box, Disk, Interval

INTERVAL = Interval(-1.0, 2.5, "x")
BOX = Box((-1.0, 0.5, 2.0), (1.0, 1.25, 5.0))
DISK = Disk((0.5, -1.0), 0.75)
TIME = Interval(0.0, 3.0, "t")
DEPTH = Interval(10.0, 10.5, "w")

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
    "thin": Interval(0.0, 1e-6, "x") * Interval(0.0, 1e3, "t"),
}

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
