"""A pendulum under a torque: from the torque to the swing."""

from __future__ import annotations

import os

import numpy as np
import scipy

from kerasphys._validation import (
    check_bool,
    check_int,
    check_nonnegative,
    check_positive,
    check_positive_int,
)
from kerasphys.datasets._cache import cached
from kerasphys.datasets._progress import blocks
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.kernel_field import KernelField
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.splits import check_sizes, split


def pendulum(
    samples: int = 1200,
    sensors: int = 100,
    validation: int | None = None,
    test: int | None = None,
    *,
    points: int = 100,
    gravity: float = 1.0,
    end: float = 1.0,
    velocity: bool = False,
    length_scale: float = 0.2,
    deviation: float = 1.0,
    rtol: float = 1e-10,
    seed: int = 0,
    cache: str | os.PathLike | None = None,
    verbose: bool = True,
) -> Dataset:
    """Random torques `u(t)` and the angles `s` of a pendulum, `s'' = -k sin s + u`, from rest.

    The torques are Gaussian with the kernel `deviation² exp(-r² / 2l²)`. The angles are computed by
    the Runge–Kutta method of order 8 of Dormand and Prince, with torques that are exact at all
    times.

    Args:
        samples: Positive integer, how many there are in all.
        sensors: Integer of at least 2, the evenly spaced times at which `u` is known, both ends
            included.
        validation: How many samples are kept for validation, a tenth by default.
        test: How many samples are kept for the test, a tenth by default.
        points: Integer of at least 2, the evenly spaced times at which the angle is known, both
            ends included.
        gravity: Non-negative number `k`; 0 leaves a linear operator, the integral taken twice.
        end: Positive number, the last time; the first is 0.
        velocity: Whether the outputs have the angular velocity beside the angle.
        length_scale: Positive number `l`, in the unit of the time.
        deviation: Positive number, the standard deviation of `u`.
        rtol: Positive number, the relative error that the solver admits in a step.
        seed: Non-negative integer.
        cache: Directory in which samples are kept and found again, or `None`. What is damaged
            there is made again, with a warning.
        verbose: Whether a progress bar is shown.

    Returns:
        A `Dataset` with the inputs `{"u": (n, sensors)}` and the outputs `(n, points, 1)`, with
        the velocity `(n, points, 2)`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.

    Example:
        ```python
        import kerasphys as kp

        data = kp.datasets.pendulum(samples=10, gravity=2.0, velocity=True, verbose=False)
        assert data.train.outputs.shape == (8, 100, 2)
        assert data.output_fields == ("angle", "velocity")
        ```

    Reference:
        Lu et al., 2021, https://doi.org/10.1038/s42256-021-00302-5
    """
    validation, test = check_sizes(samples, validation, test)
    end = check_positive("end", end)
    field = KernelField("rbf", length_scale, deviation=deviation, lengths=end)
    arguments = {
        "samples": check_positive_int("samples", samples),
        "sensors": check_int("sensors", sensors, minimum=2),
        "points": check_int("points", points, minimum=2),
        "gravity": check_nonnegative("gravity", gravity),
        "end": end,
        "length_scale": field.length_scale,
        "deviation": field.deviation,
        "rtol": check_positive("rtol", rtol),
        "seed": check_int("seed", seed, minimum=0),
    }
    velocity, verbose = check_bool("velocity", velocity), check_bool("verbose", verbose)
    at, times = np.linspace(0, end, sensors), np.linspace(0, end, points)

    def make() -> Samples:
        series = field.coefficients(samples, seed)
        motion = np.empty((samples, points, 2))
        for block in blocks(samples, 100, verbose):
            swung = _swing(field, series[block], gravity, times, rtol)
            motion[block] = np.moveaxis(swung, -1, 1)
        return Samples({"u": field.at(series, at)}, motion, times[:, np.newaxis])

    made = cached(cache, "pendulum", arguments, make)
    del arguments["samples"], arguments["seed"]
    fields = ("angle", "velocity") if velocity else ("angle",)
    made = Samples(made.inputs, made.outputs[..., : len(fields)], made.points)
    return Dataset(
        **split(made, validation, test),
        name="Pendulum under a torque",
        description=(
            f"s'' = -{gravity:g} sin s + u with s(0) = s'(0) = 0, by a Runge-Kutta method; u is "
            "Gaussian with a squared exponential kernel. Angles in radians; with t in units of T, "
            "u is in radians / T²."
        ),
        coordinates=[{"name": "t", "lower": 0.0, "upper": end}],
        input_fields="u",
        output_fields=fields,
        parameters=arguments,
        seed=seed,
        sensors={"u": at},
    )


def _swing(
    field: KernelField, series: np.ndarray, gravity: float, times: np.ndarray, rtol: float
) -> np.ndarray:
    """Angles and velocities of some pendulums at all times, `(n, 2, times)`."""
    count = len(series)

    def rates(time: float, state: np.ndarray) -> np.ndarray:
        angle, speed = state.reshape(2, count)
        torque = field.at(series, [time])[:, 0]
        return np.concatenate([speed, -gravity * np.sin(angle) + torque])

    solution = scipy.integrate.solve_ivp(
        rates, (0.0, times[-1]), np.zeros(2 * count), "DOP853", times, rtol=rtol, atol=rtol / 100
    )
    return solution.y.reshape(2, count, len(times)).swapaxes(0, 1)
