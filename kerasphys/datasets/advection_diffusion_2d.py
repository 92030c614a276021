"""Advection and diffusion on a torus: from the initial value to the state after some time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kerasphys._validation import check_array, check_int, check_nonnegative, check_positive
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.poisson_2d import UNIT_SQUARE
from kerasphys.datasets.random_field import RandomField
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.splits import check_sizes, split


def advection_diffusion_2d(
    samples: int = 1200,
    resolution: int = 64,
    validation: int | None = None,
    test: int | None = None,
    *,
    velocity: Sequence[float] = (1.0, 0.5),
    diffusivity: float = 0.002,
    end: float = 0.5,
    sigma: float = 25.0,
    tau: float = 5.0,
    gamma: float = 2.5,
    modes: int = 12,
    seed: int = 0,
) -> Dataset:
    """Random initial values and what `u_t + c · grad u = κ Δu` makes of them, on `[0, 1)²`.

    The initial values have the law `N(0, sigma² (-Δ + tau²)^-gamma)` and are periodic. Each wave
    moves on and decays, so the states are exact, on every grid; samples are the same functions at
    every resolution. The operator is linear, and commutes with all shifts.

    Args:
        samples: Positive integer, how many there are in all.
        resolution: Integer of at least 2, the points along each side.
        validation: How many samples are kept for validation, a tenth by default.
        test: How many samples are kept for the test, a tenth by default.
        velocity: Two numbers `c`.
        diffusivity: Non-negative number `κ`.
        end: Positive number, the time of the states.
        sigma: Positive number, the amplitude of the initial values.
        tau: Non-negative number, their inverse length.
        gamma: Positive number, their smoothness.
        modes: Positive integer, their wavenumbers along each side.
        seed: Non-negative integer.

    Returns:
        A `Dataset` with the inputs `u` at the time 0 and the outputs `u` at the end,
        `(n, resolution, resolution, 1)`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        data = kp.datasets.advection_diffusion_2d(
            10, resolution=32, velocity=(1.0, 0.5), diffusivity=0.0, end=0.5
        )
        before, after = data.train
        np.testing.assert_allclose(after, np.roll(before, (16, 8), axis=(1, 2)), atol=1e-13)
        ```
    """
    validation, test = check_sizes(samples, validation, test)
    resolution = check_int("resolution", resolution, minimum=2)
    velocity = check_array("velocity", velocity, (2,)).tolist()
    diffusivity = check_nonnegative("diffusivity", diffusivity)
    end = check_positive("end", end)
    field = RandomField("periodic", 2, sigma, tau, gamma, modes=modes)
    before = field.coefficients(samples, seed)
    after = before * np.exp(-diffusivity * end * field.eigenvalues)
    for axis, speed in enumerate(velocity):
        after = _shifted(after, axis + 1, field.modes, speed * end)
    fields = (field.values(series, resolution)[..., np.newaxis] for series in (before, after))
    return Dataset(
        **split(Samples(*fields), validation, test),
        name="Advection and diffusion on a torus",
        description=(
            f"u_t + c · grad u = {diffusivity:g} Δu with c = ({velocity[0]:g}, {velocity[1]:g}), "
            f"periodic in x and y with the period 1: from the time 0 to {end:g}, exact. Lengths "
            "are in units of L, times in units of T; u may have any unit."
        ),
        coordinates=UNIT_SQUARE,
        periodic=("x", "y"),
        input_fields="u",
        output_fields="u",
        parameters={
            "resolution": resolution,
            "velocity": velocity,
            "diffusivity": diffusivity,
            "end": end,
            "sigma": field.sigma,
            "tau": field.tau,
            "gamma": field.gamma,
            "modes": field.modes,
        },
        seed=seed,
    )


def _shifted(series: np.ndarray, axis: int, modes: int, by: float) -> np.ndarray:
    """The coefficients of a function of `x - by`: those of each cosine and sine turn."""
    series = np.moveaxis(series, axis, -1)
    constant, cosines, sines = np.split(series, [1, modes + 1], axis=-1)
    angle = 2 * np.pi * np.arange(1, modes + 1) * by
    c, s = np.cos(angle), np.sin(angle)
    turned = np.concatenate([constant, c * cosines - s * sines, s * cosines + c * sines], axis=-1)
    return np.moveaxis(turned, -1, axis)
