"""Burgers' equation on a ring: from the initial value to what becomes of it."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from kerasphys._validation import (
    check_bool,
    check_choice,
    check_int,
    check_positive,
    check_positive_int,
)
from kerasphys.datasets._cache import cached
from kerasphys.datasets._nodes import nodes
from kerasphys.datasets._progress import blocks
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.random_field import RandomField
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.splits import check_sizes, split
from kerasphys.solvers import solve_periodic

LAYOUTS = ("grid", "operator")


def burgers_1d(
    samples: int = 1200,
    resolution: int = 128,
    validation: int | None = None,
    test: int | None = None,
    *,
    viscosity: float = 0.02,
    steps: int = 10,
    interval: float = 0.1,
    sigma: float = 25.0,
    tau: float = 5.0,
    gamma: float = 2.0,
    modes: int = 32,
    layout: str = "grid",
    refine: int = 2,
    time_step: float = 0.005,
    seed: int = 0,
    cache: str | os.PathLike | None = None,
    verbose: bool = True,
) -> Dataset:
    """Trajectories of `u_t + u u_x = ν u_xx`, periodic on `[0, 1)`, from random initial values.

    The initial values have the law `N(0, sigma² (-Δ + tau²)^-gamma)`; with the defaults their
    standard deviation is 0.59. `kp.datasets.one_step` makes pairs of consecutive states of them;
    with `steps=1` these map the initial value to the state after `interval`. Two problems of the
    literature are

    - `viscosity=0.1, steps=1, interval=1.0, modes=128` of Fourier neural operators;
    - `viscosity=0.01, sigma=625.0, gamma=4.0, resolution=100, steps=100, interval=0.01,
      layout="operator"` of physics-informed operator networks, whose initial values have the
      deviation 0.21.

    Args:
        samples: Positive integer, how many trajectories there are in all.
        resolution: Integer of at least 4, the points of the ring.
        validation: How many samples are kept for validation, a tenth by default.
        test: How many samples are kept for the test, a tenth by default.
        viscosity: Positive number `ν`.
        steps: Positive integer, the states of a trajectory after the initial one.
        interval: Positive number, the time between two of them.
        sigma: Positive number, the amplitude of the initial values.
        tau: Non-negative number, their inverse length.
        gamma: Positive number, their smoothness.
        modes: Positive integer, how many wavenumbers they have.
        layout: `"grid"` for trajectories, or `"operator"` for initial values as functions and
            values at points of space and time.
        refine: Positive integer: the solver has so many points for each of the samples', or more
            if it needs them to have three for each of the wavenumbers. Fronts have a width of
            about `ν`.
        time_step: Positive number, the largest step of the solver.
        seed: Non-negative integer.
        cache: Directory in which samples are kept and found again, or `None`. What is damaged
            there is made again, with a warning.
        verbose: Whether a progress bar is shown.

    Returns:
        A `Dataset` with the inputs `(n, resolution, 1)`, the initial values, and the outputs
        `(n, steps, resolution, 1)`, the states that follow. In the operator layout the inputs are
        `{"u0": (n, resolution)}`, and the outputs `(n, p, 1)` are at all nodes of the grid over
        `x` and `t`, the time 0 included.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.
        RuntimeError: If the solver needs a smaller `time_step`.

    Example:
        ```python
        import kerasphys as kp

        data = kp.datasets.burgers_1d(samples=10, resolution=32, steps=3, verbose=False)
        assert data.train.outputs.shape == (8, 3, 32, 1)
        pairs = kp.datasets.one_step(data)
        assert pairs.train.inputs.shape == (24, 32, 1)
        ```

    Reference:
        Li et al., 2021, https://arxiv.org/abs/2010.08895, appendix A.3.1; Wang, Wang and
        Perdikaris, 2021, https://doi.org/10.1126/sciadv.abi8605. The deviations are those of the
        programs that made their data.
    """
    validation, test = check_sizes(samples, validation, test)
    resolution = check_int("resolution", resolution, minimum=4)
    field = RandomField("periodic", 1, sigma, tau, gamma, modes=modes)
    arguments = {
        "samples": check_positive_int("samples", samples),
        "resolution": resolution,
        "viscosity": check_positive("viscosity", viscosity),
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
    layout = check_choice("layout", layout, LAYOUTS)
    verbose = check_bool("verbose", verbose)
    times = interval * np.arange(1, steps + 1)
    finer = max(refine, -(-3 * field.modes // resolution))

    def make() -> Samples:
        start = field.sample(samples, resolution * finer, seed)
        states = np.empty((samples, steps, resolution))
        for block in blocks(samples, 64, verbose):
            _, u = solve_periodic(
                start[block],
                linear=lambda d: viscosity * d**2,
                nonlinear=lambda u, d: -d(u**2) / 2,
                lower=0.0,
                upper=1.0,
                times=times,
                points=resolution * finer,
                step=time_step,
            )
            states[block] = np.moveaxis(u[..., ::finer], 0, 1)
        return Samples(start[:, ::finer, np.newaxis], states[..., np.newaxis])

    made = cached(cache, "burgers_1d", arguments, make)
    del arguments["samples"], arguments["seed"]
    line = {"name": "x", "lower": 0.0, "upper": 1.0}
    common: dict[str, Any] = {"coordinates": [line], "input_fields": "u"}
    if layout == "operator":
        x, t = np.arange(resolution) / resolution, np.concatenate([[0.0], times])
        made = _over_time(made, nodes(x, t))
        time = {"name": "t", "lower": 0.0, "upper": float(times[-1])}
        common = {"coordinates": [line, time], "input_fields": "u0", "sensors": {"u0": x}}
    return Dataset(
        **split(made, validation, test),
        name="Burgers' equation on a ring",
        description=(
            f"u_t + u u_x = {viscosity:g} u_xx, periodic in x with the period 1: initial values, "
            f"and {steps} states at intervals of {interval:g}, by a Fourier spectral method. With "
            "lengths in units of L and times in units of T, u is in units of L / T."
        ),
        periodic="x",
        output_fields="u",
        parameters=arguments,
        seed=seed,
        **common,
    )


def _over_time(trajectories: Samples, points: np.ndarray) -> Samples:
    """Initial values as functions, and all states at the points of space and time."""
    start = trajectories.inputs[..., 0]
    states = np.concatenate([start[:, np.newaxis], trajectories.outputs[..., 0]], axis=1)
    outputs = states.swapaxes(1, 2).reshape(len(start), -1, 1)
    return Samples({"u0": start}, outputs, points)
