"""FitzHugh and Nagumo's activator and inhibitor on a square: patterns that grow from noise."""

from __future__ import annotations

import os

import numpy as np

from kerasphys._validation import (
    check_bool,
    check_int,
    check_nonnegative,
    check_number,
    check_positive,
    check_positive_int,
    message,
)
from kerasphys.datasets._cache import cached
from kerasphys.datasets._progress import blocks
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.random_field import RandomField
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.splits import check_sizes, split
from kerasphys.solvers.reactions import solve_reactions


def reaction_diffusion_2d(
    samples: int = 1200,
    resolution: int = 65,
    validation: int | None = None,
    test: int | None = None,
    *,
    diffusivity: float = 1e-3,
    inhibitor_diffusivity: float = 5e-3,
    threshold: float = 5e-3,
    steps: int = 10,
    interval: float = 0.5,
    deviation: float = 0.5,
    tau: float = 10.0,
    gamma: float = 3.0,
    modes: int = 16,
    refine: int = 1,
    time_step: float = 0.05,
    seed: int = 0,
    cache: str | os.PathLike | None = None,
    verbose: bool = True,
) -> Dataset:
    """Trajectories of an activator `u` and an inhibitor `v` on `[-1, 1]²`, with closed walls.

    `u_t = D_u Δu + u - u³ - k - v` and `v_t = D_v Δv + u - v`, with no slope across the walls. The
    initial values are two independent Gaussian fields without a slope there, of the law
    `N(0, s² (-Δ + tau²)^-gamma)`: smooth, so that samples are the same functions at every
    resolution. (PDEBench draws each value of its grid independently, which no grid resolves.)

    Args:
        samples: Positive integer, how many trajectories there are in all.
        resolution: Integer of at least 4, the points along each side, both ends included.
        validation: How many samples are kept for validation, a tenth by default.
        test: How many samples are kept for the test, a tenth by default.
        diffusivity: Non-negative number `D_u`, of the activator.
        inhibitor_diffusivity: Non-negative number `D_v`.
        threshold: Number `k`.
        steps: Positive integer, the states of a trajectory after the initial one.
        interval: Positive number, the time between two of them.
        deviation: Positive number, the root mean square of the initial values, which fixes `s`.
        tau: Non-negative number, their inverse length.
        gamma: Positive number, their smoothness.
        modes: Positive integer, their wavenumbers along each side: less than the solver's points
            there.
        refine: Positive integer: the solver's grid has so many cells in each cell of the samples'.
        time_step: Positive number, the largest step of the solver.
        seed: Non-negative integer.
        cache: Directory in which samples are kept and found again, or `None`. What is damaged
            there is made again, with a warning.
        verbose: Whether a progress bar is shown.

    Returns:
        A `Dataset` with the inputs `(n, resolution, resolution, 2)`, `u` and `v` at the start, and
        the outputs `(n, steps, resolution, resolution, 2)`, the states that follow.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.
        RuntimeError: If the solver needs a smaller `time_step`.

    Example:
        ```python
        import kerasphys as kp

        data = kp.datasets.reaction_diffusion_2d(
            samples=10, resolution=17, steps=2, verbose=False
        )
        assert data.train.outputs.shape == (8, 2, 17, 17, 2)
        assert kp.datasets.one_step(data).train.inputs.shape == (16, 17, 17, 2)
        ```

    Reference:
        Takamoto et al., 2022, https://arxiv.org/abs/2210.07182, appendix D.4
    """
    validation, test = check_sizes(samples, validation, test)
    field = RandomField("neumann", 2, tau=tau, gamma=gamma, lengths=2.0, modes=modes)
    arguments = {
        "samples": check_positive_int("samples", samples),
        "resolution": check_int("resolution", resolution, minimum=4),
        "diffusivity": check_nonnegative("diffusivity", diffusivity),
        "inhibitor_diffusivity": check_nonnegative("inhibitor_diffusivity", inhibitor_diffusivity),
        "threshold": check_number("threshold", threshold),
        "steps": check_positive_int("steps", steps),
        "interval": check_positive("interval", interval),
        "deviation": check_positive("deviation", deviation),
        "tau": field.tau,
        "gamma": field.gamma,
        "modes": field.modes,
        "refine": check_positive_int("refine", refine),
        "time_step": check_positive("time_step", time_step),
        "seed": check_int("seed", seed, minimum=0),
    }
    verbose = check_bool("verbose", verbose)
    times = interval * np.arange(1, steps + 1)
    fine = (resolution - 1) * refine + 1
    if field.modes >= fine:
        cure = "Take fewer, or a larger `resolution` or `refine`."
        expected = f"less than the {fine} points of the solver along a side"
        raise ValueError(message("modes", expected, modes, cure))

    def rate(u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return u - u**3 - threshold - v, u - v

    def make() -> Samples:
        both = deviation / field.deviation * field.coefficients(2 * samples, seed)
        series = both.reshape(samples, 2, *both.shape[1:])
        start = np.empty((samples, resolution, resolution, 2))
        states = np.empty((samples, steps, resolution, resolution, 2))
        for block in blocks(samples, 8, verbose):
            values = field.values(series[block].reshape(-1, *both.shape[1:]), fine)
            first = values.reshape(-1, 2, fine, fine)
            found = solve_reactions(
                first,
                rate,
                (diffusivity, inhibitor_diffusivity),
                (2.0, 2.0),
                times=times,
                step=time_step,
            )
            start[block] = np.moveaxis(first[..., ::refine, ::refine], 1, -1)
            kept = found[..., ::refine, ::refine]
            states[block] = np.moveaxis(kept, (1, 0, 2), (0, 1, -1))
        return Samples(start, states)

    made = cached(cache, "reaction_diffusion_2d", arguments, make)
    del arguments["samples"], arguments["seed"]
    return Dataset(
        **split(made, validation, test),
        name="FitzHugh and Nagumo's reaction on a square",
        description=(
            f"u_t = {diffusivity:g} Δu + u - u³ - {threshold:g} - v and v_t = "
            f"{inhibitor_diffusivity:g} Δv + u - v with no slope at the walls: initial values, and "
            f"{steps} states at intervals of {interval:g}, by a cosine spectral method. Without "
            "units."
        ),
        coordinates=[{"name": name, "lower": -1.0, "upper": 1.0} for name in ("x", "y")],
        input_fields=("u", "v"),
        output_fields=("u", "v"),
        parameters=arguments,
        seed=seed,
    )
