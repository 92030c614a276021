"""Handwritten digits: real data that comes with scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.shapes import pixels
from kerasphys.datasets.splits import split


def digits(validation: int = 180, test: int = 360, seed: int = 0) -> Dataset:
    """1,797 handwritten digits of 8 x 8 pixels, from scikit-learn.

    All sets have the same shares of the ten digits, to within one picture each.

    Args:
        validation: How many are kept for validation.
        test: How many are kept for the test.
        seed: Non-negative integer, draws which.

    Returns:
        A `Dataset` with the inputs `(n, 8, 8, 1)` in `[0, 1]` and the labels `(n,)`, 0 to 9.

    Raises:
        ImportError: If scikit-learn is not installed.
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.

    Example:
        ```python
        import kerasphys as kp

        data = kp.datasets.digits()
        assert data.train.inputs.shape == (1257, 8, 8, 1)
        ```

    Reference:
        Alpaydin and Kaynak, 1998, https://doi.org/10.24432/C50P49
    """
    bundled = _load()
    samples = Samples(bundled.images[..., np.newaxis] / 16, bundled.target.astype(np.int64))
    return Dataset(
        **split(samples, validation, test, seed, stratify=True),
        name="Handwritten digits, 8 x 8",
        description=(
            "Optical recognition of handwritten digits (UCI), as bundled with scikit-learn. Grey "
            "between 0 (paper) and 1 (ink); coordinates in pixels."
        ),
        coordinates=pixels(8),
        input_fields="grey",
        output_fields="label",
        classes=[str(digit) for digit in range(10)],
        seed=seed,
    )


def _load() -> Any:
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError(
            "kp.datasets.digits reads the pictures that come with scikit-learn, which is not "
            "installed: pip install scikit-learn"
        ) from error
    return load_digits()
