"""Pictures of ellipses and rectangles."""

from __future__ import annotations

import numpy as np

from kerasphys._validation import check_int, check_positive_int
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.splits import check_sizes, split

CLASSES = ("ellipse", "rectangle")
_FINE = 4  # points along each side of a pixel, where what is covered is counted
_BLOCK = 128  # pictures at a time, for the sake of memory


def shapes(
    samples: int = 1200,
    resolution: int = 32,
    validation: int | None = None,
    test: int | None = None,
    *,
    objects: int = 1,
    seed: int = 0,
) -> Dataset:
    """Grey pictures of ellipses, or of rectangles, turned by any angle, with smooth edges.

    The half axes lie between 0.12 and 0.32 of a side, the whole shape is in the picture, and its
    grey is between 0.4 and 1 on black. A pixel on an edge has the part of the grey that is covered.
    For denoising and super-resolution see `noisy` and `coarse`.

    Args:
        samples: Positive integer, how many pictures there are in all.
        resolution: Integer of at least 8, the pixels along each side.
        validation: How many samples are kept for validation, a tenth by default.
        test: How many samples are kept for the test, a tenth by default.
        objects: Positive integer, how many shapes of the one kind are in each picture. The lighter
            covers the darker.
        seed: Non-negative integer.

    Returns:
        A `Dataset` with the inputs `(n, resolution, resolution, 1)` in `[0, 1]` and the labels
        `(n,)`: 0 for ellipses, 1 for rectangles.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.

    Example:
        ```python
        import kerasphys as kp

        data = kp.datasets.shapes(samples=20, resolution=32, seed=0)
        pictures, labels = data.train
        assert pictures.shape == (16, 32, 32, 1)
        assert set(labels) == {0, 1}
        ```
    """
    validation, test = check_sizes(samples, validation, test)
    resolution = check_int("resolution", resolution, minimum=8)
    objects = check_positive_int("objects", objects)
    seed = check_int("seed", seed, minimum=0)
    drawn = np.random.default_rng(seed).random((samples, 1 + 6 * objects))
    labels = (drawn[:, 0] < 0.5).astype(np.int64)
    pictures = np.zeros((samples, resolution, resolution))
    for start in range(0, samples, _BLOCK):
        block = slice(start, start + _BLOCK)
        for each in drawn[block, 1:].reshape(-1, objects, 6).swapaxes(0, 1):
            painted = _paint(labels[block], each, resolution)
            np.maximum(pictures[block], painted, out=pictures[block])
    return Dataset(
        **split(Samples(pictures[..., np.newaxis], labels), validation, test),
        name="Ellipses and rectangles",
        description="Grey pictures between 0 (black) and 1; coordinates in pixels.",
        coordinates=pixels(resolution),
        input_fields="grey",
        output_fields="label",
        classes=CLASSES,
        parameters={"resolution": resolution, "objects": objects},
        seed=seed,
    )


def pixels(resolution: int) -> list[dict]:
    """The coordinates of a square picture: rows downwards, columns to the right."""
    bounds = {"lower": 0.0, "upper": float(resolution - 1)}
    return [{"name": "row", **bounds}, {"name": "column", **bounds}]


def _paint(labels: np.ndarray, drawn: np.ndarray, resolution: int) -> np.ndarray:
    """One shape in each picture, `(n, resolution, resolution)`, from `(n, 6)` numbers in [0, 1)."""
    half_axis, ratio, turn, row, column, grey = drawn.T
    a = 0.12 + 0.2 * half_axis
    b = 0.12 + (a - 0.12) * ratio
    angle = np.pi * turn
    reach = np.where(labels == 1, np.hypot(a, b), a)  # of the farthest point of the shape
    centre = reach + (1 - 2 * reach) * np.stack([row, column])
    at = (np.arange(resolution * _FINE) + 0.5) / (resolution * _FINE)
    down = (at - centre[0][:, None])[:, :, None]
    right = (at - centre[1][:, None])[:, None, :]
    cosine, sine = (f(angle)[:, None, None] for f in (np.cos, np.sin))
    u = (cosine * down + sine * right) / a[:, None, None]
    v = (cosine * right - sine * down) / b[:, None, None]
    rectangle = (labels == 1)[:, None, None]
    inside = np.where(rectangle, np.maximum(np.abs(u), np.abs(v)), np.hypot(u, v)) <= 1
    fine = inside.reshape(-1, resolution, _FINE, resolution, _FINE)
    return (0.4 + 0.6 * grey)[:, None, None] * fine.mean(axis=(2, 4))
