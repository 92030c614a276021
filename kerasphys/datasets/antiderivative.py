"""The antiderivative, the simplest of operators: from a function to its integral."""

from __future__ import annotations

import numpy as np

from kerasphys._validation import check_int
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.kernel_field import KernelField
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.splits import check_sizes, split


def antiderivative(
    samples: int = 1200,
    sensors: int = 100,
    validation: int | None = None,
    test: int | None = None,
    *,
    points: int = 100,
    length_scale: float = 0.2,
    deviation: float = 1.0,
    seed: int = 0,
) -> Dataset:
    """Random functions `u` on `[0, 1]` and the solutions of `s' = u`, `s(0) = 0`.

    The functions are Gaussian with the kernel `deviation² exp(-r² / 2l²)`. They are series, whose
    integrals are exact.

    Args:
        samples: Positive integer, how many there are in all.
        sensors: Integer of at least 2, the evenly spaced positions at which `u` is known, both
            ends included.
        validation: How many samples are kept for validation, a tenth by default.
        test: How many samples are kept for the test, a tenth by default.
        points: Integer of at least 2, the evenly spaced positions at which `s` is known, both ends
            included.
        length_scale: Positive number `l`.
        deviation: Positive number, the standard deviation of `u`.
        seed: Non-negative integer.

    Returns:
        A `Dataset` with the inputs `{"u": (n, sensors)}` and the outputs `(n, points, 1)`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.

    Example:
        ```python
        import kerasphys as kp

        data = kp.datasets.antiderivative(samples=20, sensors=50)
        x, s = data.train
        assert x["u"].shape == (16, 50)
        assert x["points"].shape == (100, 1)
        assert s.shape == (16, 100, 1)
        ```

    Reference:
        Lu et al., 2021, https://doi.org/10.1038/s42256-021-00302-5
    """
    validation, test = check_sizes(samples, validation, test)
    sensors = check_int("sensors", sensors, minimum=2)
    points = check_int("points", points, minimum=2)
    field = KernelField("rbf", length_scale, deviation=deviation)
    coefficients = field.coefficients(samples, seed)
    at, x = np.linspace(0, 1, sensors), np.linspace(0, 1, points)
    made = Samples(
        {"u": field.at(coefficients, at)},
        field.at(coefficients, x, order=-1)[..., np.newaxis],
        x[:, np.newaxis],
    )
    return Dataset(
        **split(made, validation, test),
        name="Antiderivative",
        description=(
            "s' = u with s(0) = 0; u is Gaussian with a squared exponential kernel, s its exact "
            "integral. With u in units of q and x in units of L, s is in units of q L."
        ),
        coordinates=[{"name": "x", "lower": 0.0, "upper": 1.0}],
        input_fields="u",
        output_fields="s",
        parameters={
            "sensors": sensors,
            "points": points,
            "length_scale": field.length_scale,
            "deviation": field.deviation,
        },
        seed=seed,
        sensors={"u": at},
    )
