"""Transport with a speed that varies: from the speed to the solution."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy

from kerasphys._validation import check_int, check_positive, message
from kerasphys.datasets._nodes import check_sizes_of, nodes
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.kernel_field import KernelField
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.splits import check_sizes, split

_FINE = np.linspace(0, 1, 2001)  # where travel times are integrated


def transport_1d(
    samples: int = 1200,
    sensors: int = 100,
    validation: int | None = None,
    test: int | None = None,
    *,
    resolution: int | Sequence[int] = 100,
    end: float = 1.0,
    length_scale: float = 0.2,
    seed: int = 0,
) -> Dataset:
    """Random speeds `a(x)` and the solutions of `u_t + a u_x = 0` on `[0, 1]`.

    `u = sin πx` at the time 0 and `u = sin(πt/2)` at `x = 0`. The speed is `v - min v + 1`, where
    `v` is Gaussian with the kernel `exp(-r² / 2l²)`; the least value is that at 2001 points.

    A value stays what it is on its way: with the travel time `τ(x) = ∫ dx / a` from `x = 0`, what
    is at `x` at the time `t` was at `x = 0` at the time `t - τ`, or started where the travel time
    was `τ - t`. Travel times are integrals of cubic splines, exact to 1e-8.

    Args:
        samples: Positive integer, how many there are in all.
        sensors: Integer of at least 2, the evenly spaced positions at which `a` is known, both
            ends included.
        validation: How many samples are kept for validation, a tenth by default.
        test: How many samples are kept for the test, a tenth by default.
        resolution: Integer of at least 2, the evenly spaced positions, and the times, at which `u`
            is known, all ends included; or two integers.
        end: Positive number, the last time.
        length_scale: Positive number `l`, at least 0.02.
        seed: Non-negative integer.

    Returns:
        A `Dataset` with the inputs `{"a": (n, sensors)}` and the outputs `(n, p, 1)` at all nodes
        of the grid over `x` and `t`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        data = kp.datasets.transport_1d(samples=10, resolution=(21, 11))
        u = data.train.outputs.reshape(8, 21, 11)
        np.testing.assert_allclose(u[0, :, 0], np.sin(np.pi * data.axes["x"]), atol=1e-9)
        ```

    Reference:
        Wang, Wang and Perdikaris, 2021, https://doi.org/10.1126/sciadv.abi8605
    """
    validation, test = check_sizes(samples, validation, test)
    sensors = check_int("sensors", sensors, minimum=2)
    sizes, end = check_sizes_of("resolution", resolution), check_positive("end", end)
    length_scale = check_positive("length_scale", length_scale)
    if length_scale < 0.02:
        raise ValueError(message("length_scale", "at least 0.02", length_scale))
    field = KernelField("rbf", length_scale)
    series = field.coefficients(samples, seed)
    fine = field.at(series, _FINE)
    least = fine.min(axis=1, keepdims=True)
    at, x, t = (np.linspace(0, *line) for line in ((1, sensors), (1, sizes[0]), (end, sizes[1])))
    u = np.stack([_arrived(speed, x, t) for speed in fine - least + 1])
    made = Samples({"a": field.at(series, at) - least + 1}, u.reshape(samples, -1, 1), nodes(x, t))
    return Dataset(
        **split(made, validation, test),
        name="Transport with a varying speed",
        description=(
            "u_t + a u_x = 0 with u = sin πx at the time 0 and u = sin(πt/2) at x = 0, by "
            "characteristics; a is at least 1, and Gaussian with a squared exponential kernel. "
            "With x in units of L and t in units of T, a is in units of L / T."
        ),
        coordinates=[
            {"name": "x", "lower": 0.0, "upper": 1.0},
            {"name": "t", "lower": 0.0, "upper": end},
        ],
        input_fields="a",
        output_fields="u",
        parameters={
            "sensors": sensors,
            "resolution": list(sizes),
            "end": end,
            "length_scale": length_scale,
        },
        seed=seed,
        sensors={"a": at},
    )


def _arrived(speed: np.ndarray, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """What is at all positions at all times, `(x, t)`."""
    travelled = scipy.interpolate.CubicSpline(_FINE, 1 / speed).antiderivative()
    origin = scipy.interpolate.CubicHermiteSpline(travelled(_FINE), _FINE, speed)
    left = t - travelled(x)[:, np.newaxis]  # the time at which it was at x = 0, if it was
    started = np.sin(np.pi * origin(np.maximum(-left, 0.0)))
    return np.where(left > 0, np.sin(np.pi / 2 * left), started)
