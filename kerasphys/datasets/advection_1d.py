"""Advection on a ring: from the initial value to its way through space and time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerasphys._validation import (
    check_choice,
    check_int,
    check_number,
    check_positive,
    check_positive_int,
)
from kerasphys.datasets._nodes import nodes
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.kernel_field import KernelField
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.splits import check_sizes, split


def advection_1d(
    samples: int = 1200,
    resolution: int = 40,
    validation: int | None = None,
    test: int | None = None,
    *,
    initial: str = "square",
    velocity: float = 1.0,
    steps: int = 40,
    end: float = 1.0,
    length_scale: float = 1.0,
    seed: int = 0,
) -> Dataset:
    """Random initial values `u0` and the solutions of `u_t + c u_x = 0`, periodic on `[0, 1)`.

    The solutions are the shifted initial values, exactly. These are

    - `"square"`: a square wave with its centre in [0.3, 0.7], its width in [0.3, 0.6] and its
      height in [1, 2], case I of the reference;
    - `"square_ellipse"`: a square wave with its centre in [0.2, 0.3], its width in [0.1, 0.2] and
      its height in [0.5, 2], and half an ellipse `sqrt(h² - a² (x - b)²)` with `b` in [0.7, 0.8],
      `a` in [5, 10] and `h` in [0.5, 2], where the root is real and within [0, 1), cases II and
      III;
    - `"smooth"`: Gaussian with the kernel `exp(-2 sin²(π r) / l²)`;
    - `"sines"`: the sum of two sines with 1 to 4 waves, an amplitude in [0, 1] and any phase; one
      in ten is replaced by its absolute value, half have the other sign, and one in ten is cut off
      smoothly outside an interval that begins in [0.1, 0.45] and ends in [0.55, 0.9].

    All numbers are uniform in their intervals.

    Args:
        samples: Positive integer, how many there are in all.
        resolution: Integer of at least 4, the points of the ring, at which `u0` is known, and `u`.
        validation: How many samples are kept for validation, a tenth by default.
        test: How many samples are kept for the test, a tenth by default.
        initial: `"square"`, `"square_ellipse"`, `"smooth"` or `"sines"`.
        velocity: Number `c`.
        steps: Positive integer, the intervals of the time; `u` is known at their `steps + 1` ends.
            Where a wave moves by whole points in each, as with the defaults, the solutions span
            no more dimensions than the initial values.
        end: Positive number, the last time; the first is 0.
        length_scale: Positive number `l`, if the initial values are smooth.
        seed: Non-negative integer.

    Returns:
        A `Dataset` with the inputs `{"u0": (n, resolution)}` and the outputs `(n, p, 1)` at all
        nodes of the grid over `x` and `t`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        data = kp.datasets.advection_1d(samples=10, initial="smooth", steps=20)
        u = data.train.outputs.reshape(8, 40, 21)
        np.testing.assert_allclose(u[:, :, 20], u[:, :, 0], atol=1e-12)  # once around the ring
        ```

    Reference:
        Lu et al., 2022, https://doi.org/10.1016/j.cma.2022.114778; the sines: Takamoto et al.,
        2022, https://arxiv.org/abs/2210.07182, by the text, from which their program departs.
    """
    validation, test = check_sizes(samples, validation, test)
    resolution = check_int("resolution", resolution, minimum=4)
    profile = _PROFILES[check_choice("initial", initial, _PROFILES)]
    velocity, end = check_number("velocity", velocity), check_positive("end", end)
    steps, seed = check_positive_int("steps", steps), check_int("seed", seed, minimum=0)
    length_scale = check_positive("length_scale", length_scale)
    x, t = np.arange(resolution) / resolution, np.linspace(0, end, steps + 1)
    points = nodes(x, t)
    start = profile(samples, seed, length_scale)
    shifted = start(points[:, 0] - velocity * points[:, 1])
    parameters: dict[str, Any] = {
        "resolution": resolution,
        "initial": initial,
        "velocity": velocity,
        "steps": steps,
        "end": end,
    }
    if initial == "smooth":
        parameters["length_scale"] = length_scale
    return Dataset(
        **split(Samples({"u0": start(x)}, shifted[..., np.newaxis], points), validation, test),
        name=f"Advection on a ring, {initial.replace('_', ' and ')} initial values",
        description=(
            f"u_t + c u_x = 0 with c = {velocity:g}, periodic in x with the period 1; exact. With "
            "x in units of L and t in units of T, c is in units of L / T; u is in any unit."
        ),
        coordinates=[
            {"name": "x", "lower": 0.0, "upper": 1.0},
            {"name": "t", "lower": 0.0, "upper": end},
        ],
        periodic="x",
        input_fields="u0",
        output_fields="u",
        parameters=parameters,
        seed=seed,
        sensors={"u0": x},
    )


_Start = Callable[[np.ndarray], np.ndarray]  # from positions anywhere to (samples, positions)


def _square(samples: int, seed: int, _: float) -> _Start:
    centre, width, height = _uniform(samples, seed, (0.3, 0.7), (0.3, 0.6), (1.0, 2.0))
    return lambda x: height * _box(x, centre, width)


def _square_ellipse(samples: int, seed: int, _: float) -> _Start:
    centre, width, height, middle, slope, top = _uniform(
        samples, seed, (0.2, 0.3), (0.1, 0.2), (0.5, 2.0), (0.7, 0.8), (5.0, 10.0), (0.5, 2.0)
    )

    def start(x: np.ndarray) -> np.ndarray:
        away = slope * (np.mod(x, 1.0) - middle)
        return height * _box(x, centre, width) + np.sqrt(np.maximum(top**2 - away**2, 0.0))

    return start


def _smooth(samples: int, seed: int, length_scale: float) -> _Start:
    field = KernelField("periodic", length_scale)
    series = field.coefficients(samples, seed)
    return lambda x: field.at(series, x)


def _sines(samples: int, seed: int, _: float) -> _Start:
    columns = _uniform(
        samples, seed, *[(1.0, 5.0)] * 2, *[(0.0, 1.0)] * 7, (0.1, 0.45), (0.55, 0.9)
    )
    waves, amplitudes, phases = columns[:2], columns[2:4], columns[4:6]
    folded, turned, cut, left, right = columns[6:]

    def start(x: np.ndarray) -> np.ndarray:
        pairs = zip(waves, amplitudes, phases, strict=True)
        u = sum(a * np.sin(2 * np.pi * (np.floor(n) * x + phase)) for n, a, phase in pairs)
        u = np.where(folded < 0.1, np.abs(u), u) * np.where(turned < 0.5, -1.0, 1.0)
        at = np.mod(x, 1.0)
        window = (np.tanh((at - left) / 0.01) - np.tanh((at - right) / 0.01)) / 2
        return u * np.where(cut < 0.1, window, 1.0)

    return start


def _uniform(samples: int, seed: int, *intervals: tuple[float, float]) -> list[np.ndarray]:
    """A column of numbers for each interval; the first do not depend on how many."""
    drawn = np.random.default_rng(seed).random((samples, len(intervals), 1))
    return [low + (high - low) * drawn[:, i] for i, (low, high) in enumerate(intervals)]


def _box(x: np.ndarray, centre: np.ndarray, width: np.ndarray) -> np.ndarray:
    """1 on an interval of the ring, its lower end included, and 0 elsewhere."""
    return (np.mod(x - centre + width / 2, 1.0) < width).astype(np.float64)


_PROFILES = {
    "square": _square,
    "square_ellipse": _square_ellipse,
    "smooth": _smooth,
    "sines": _sines,
}
