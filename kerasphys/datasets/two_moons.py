"""Two half circles that reach into each other."""

from __future__ import annotations

import numpy as np

from kerasphys._validation import check_int, check_nonnegative
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.splits import check_sizes, split

CLASSES = ("upper", "lower")


def two_moons(
    samples: int = 1000,
    validation: int | None = None,
    test: int | None = None,
    *,
    noise: float = 0.1,
    seed: int = 0,
) -> Dataset:
    """Points of two half circles that no straight line separates.

    The upper one is `(cos s, sin s)`, the lower one `(1 - cos s, 1/2 - sin s)`, with `s` drawn
    evenly from `[0, π]`.

    Args:
        samples: Positive integer, how many points there are in all, half of each class.
        validation: How many are kept for validation, a tenth by default.
        test: How many are kept for the test, a tenth by default.
        noise: Non-negative float, the standard deviation of what is added to each coordinate.
        seed: Non-negative integer.

    Returns:
        A `Dataset` with the inputs `(n, 2)` and the labels `(n,)`: 0 for the upper, 1 for the
        lower half circle.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.

    Example:
        ```python
        import kerasphys as kp

        points, labels = kp.datasets.two_moons(samples=20, seed=0).train
        assert points.shape == (16, 2)
        assert set(labels) == {0, 1}
        ```
    """
    validation, test = check_sizes(samples, validation, test)
    noise = check_nonnegative("noise", noise)
    along, across = np.random.default_rng(check_int("seed", seed, minimum=0)).spawn(2)
    labels = np.arange(samples) % 2
    angle = np.pi * along.random(samples)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points = np.where(labels[:, np.newaxis] == 0, upper, [1.0, 0.5] - upper)
    points = points + noise * across.standard_normal(points.shape)
    return Dataset(
        **split(Samples(points, labels), validation, test),
        name="Two moons",
        description="Points in the plane on two half circles of radius 1, with noise.",
        input_fields=("x", "y"),
        output_fields="label",
        classes=CLASSES,
        parameters={"noise": noise},
        seed=seed,
    )
