"""Stirred two-dimensional flow on a torus: from the vorticity to what becomes of it."""

from __future__ import annotations

import os

import numpy as np

from kerasphys._validation import (
    check_bool,
    check_int,
    check_number,
    check_positive,
    check_positive_int,
    message,
)
from kerasphys.datasets._cache import cached
from kerasphys.datasets._progress import blocks
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.poisson_2d import UNIT_SQUARE
from kerasphys.datasets.random_field import RandomField
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.splits import check_sizes, split
from kerasphys.solvers.vorticity import solve_vorticity


def navier_stokes_2d(
    samples: int = 1200,
    resolution: int = 64,
    validation: int | None = None,
    test: int | None = None,
    *,
    viscosity: float = 1e-3,
    forcing: float = 0.1,
    steps: int = 10,
    interval: float = 1.0,
    sigma: float = 7.0**1.5,
    tau: float = 7.0,
    gamma: float = 2.5,
    modes: int = 12,
    refine: int = 1,
    time_step: float = 0.05,
    seed: int = 0,
    cache: str | os.PathLike | None = None,
    verbose: bool = True,
) -> Dataset:
    """Trajectories of `w_t + v · grad w = ν Δw + f`, periodic on `[0, 1)²`, from random vorticity.

    The flow is incompressible, `w` is the curl of `v`, and it is stirred by
    `f = forcing (sin 2π(x + y) + cos 2π(x + y))`. The initial vorticity has the law
    `N(0, sigma² (-Δ + tau²)^-gamma)`; with the defaults its standard deviation is 0.185, that of
    the published data. (The law printed there, with `sigma = 7^(3/4)`, would give 0.043.)
    `kp.datasets.one_step` makes pairs of consecutive states of the trajectories.

    Args:
        samples: Positive integer, how many trajectories there are in all.
        resolution: Integer of at least 4, the points along each side.
        validation: How many samples are kept for validation, a tenth by default.
        test: How many samples are kept for the test, a tenth by default.
        viscosity: Positive number `ν`.
        forcing: Number, the amplitude of what stirs the flow.
        steps: Positive integer, the states of a trajectory after the initial one.
        interval: Positive number, the time between two of them.
        sigma: Positive number, the amplitude of the initial vorticity.
        tau: Non-negative number, its inverse length.
        gamma: Positive number, its smoothness.
        modes: Positive integer, its wavenumbers along each side: less than half of the solver's
            points there.
        refine: Positive integer: the solver has so many points along each side for each of the
            samples'. Two thirds of its wavenumbers take part in the flow.
        time_step: Positive number, the largest step of the solver, in which the flow may cross
            about one cell of its grid. Half of the default does for `viscosity=1e-4`.
        seed: Non-negative integer.
        cache: Directory in which samples are kept and found again, or `None`. What is damaged
            there is made again, with a warning.
        verbose: Whether a progress bar is shown.

    Returns:
        A `Dataset` with the inputs `(n, resolution, resolution, 1)`, the initial vorticity, and
        the outputs `(n, steps, resolution, resolution, 1)`, the states that follow.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.
        RuntimeError: If the solver needs a smaller `time_step`.

    Example:
        ```python
        import kerasphys as kp

        data = kp.datasets.navier_stokes_2d(samples=10, resolution=32, steps=2, verbose=False)
        assert data.train.outputs.shape == (8, 2, 32, 32, 1)
        assert abs(data.train.outputs.mean(axis=(2, 3))).max() < 1e-14  # conserved
        ```

    Reference:
        Li et al., 2021, https://arxiv.org/abs/2010.08895, appendix A.3.3
    """
    validation, test = check_sizes(samples, validation, test)
    field = RandomField("periodic", 2, sigma, tau, gamma, modes=modes)
    arguments = {
        "samples": check_positive_int("samples", samples),
        "resolution": check_int("resolution", resolution, minimum=4),
        "viscosity": check_positive("viscosity", viscosity),
        "forcing": check_number("forcing", forcing),
        "steps": check_positive_int("steps", steps),
        "interval": check_positive("interval", interval),
        "sigma": field.sigma,
        "tau": field.tau,
        "gamma": field.gamma,
        "modes": field.modes,
        "refine": check_positive_int("refine", refine),
        "time_step": check_positive("time_step", time_step),
        "seed": check_int("seed", seed, minimum=0),
    }
    verbose = check_bool("verbose", verbose)
    times = interval * np.arange(1, steps + 1)
    fine = resolution * refine
    if 2 * field.modes >= fine:
        cure = "Take fewer, or a larger `resolution` or `refine`."
        expected = f"less than half of the {fine} points of the solver along a side"
        raise ValueError(message("modes", expected, modes, cure))

    def make() -> Samples:
        series = field.coefficients(samples, seed)
        x = np.arange(fine) / fine
        phase = 2 * np.pi * (x[:, np.newaxis] + x)
        stirring = forcing * (np.sin(phase) + np.cos(phase))
        start = np.empty((samples, resolution, resolution))
        states = np.empty((samples, steps, resolution, resolution))
        for block in blocks(samples, 16, verbose):
            w = field.values(series[block], fine)
            found = solve_vorticity(w, viscosity, times=times, step=time_step, forcing=stirring)
            start[block] = w[:, ::refine, ::refine]
            states[block] = np.moveaxis(found[..., ::refine, ::refine], 0, 1)
        return Samples(start[..., np.newaxis], states[..., np.newaxis])

    made = cached(cache, "navier_stokes_2d", arguments, make)
    del arguments["samples"], arguments["seed"]
    return Dataset(
        **split(made, validation, test),
        name="Stirred flow on a torus",
        description=(
            f"w_t + v · grad w = {viscosity:g} Δw + f, periodic in x and y with the period 1, "
            f"stirred by f = {forcing:g} (sin 2π(x + y) + cos 2π(x + y)): initial vorticity, and "
            f"{steps} states at intervals of {interval:g}, by a Fourier spectral method. With "
            "lengths in units of L and times in units of T, w is in units of 1 / T."
        ),
        coordinates=UNIT_SQUARE,
        periodic=("x", "y"),
        input_fields="w",
        output_fields="w",
        parameters=arguments,
        seed=seed,
    )
