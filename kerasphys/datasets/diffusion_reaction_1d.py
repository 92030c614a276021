"""Diffusion with a reaction between two walls: from the source to what it makes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasphys._validation import (
    check_bool,
    check_int,
    check_number,
    check_positive,
    check_positive_int,
)
from kerasphys.datasets._cache import cached
from kerasphys.datasets._nodes import check_sizes_of, nodes
from kerasphys.datasets._progress import blocks
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.kernel_field import KernelField
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.splits import check_sizes, split
from kerasphys.solvers.chebyshev import chebyshev_points
from kerasphys.solvers.reaction_diffusion import solve_reaction_diffusion


def diffusion_reaction_1d(
    samples: int = 1200,
    sensors: int = 100,
    validation: int | None = None,
    test: int | None = None,
    *,
    resolution: int | Sequence[int] = 100,
    diffusivity: float = 0.01,
    reaction: float = 0.01,
    end: float = 1.0,
    length_scale: float = 0.2,
    deviation: float = 1.0,
    degree: int = 64,
    time_step: float = 0.05,
    seed: int = 0,
    cache: str | os.PathLike | None = None,
    verbose: bool = True,
) -> Dataset:
    """Random sources `f(x)` and the solutions of `s_t = D s_xx + k s² + f` on `[0, 1]`.

    `s` is zero at the time 0 and at both ends. The sources are Gaussian with the kernel
    `deviation² exp(-r² / 2l²)`. The solutions are computed by a spectral method
    (`kp.solvers.solve_reaction_diffusion`); their relative error is 1e-10 with the defaults.

    Args:
        samples: Positive integer, how many there are in all.
        sensors: Integer of at least 2, the evenly spaced positions at which `f` is known, both
            ends included.
        validation: How many samples are kept for validation, a tenth by default.
        test: How many samples are kept for the test, a tenth by default.
        resolution: Integer of at least 2, the evenly spaced positions, and the times, at which `s`
            is known, all ends included; or two integers.
        diffusivity: Positive number `D`.
        reaction: Number `k`; 0 leaves a linear operator. A reaction that is fed strongly enough
            grows beyond all bounds in finite time, if it is positive.
        end: Positive number, the last time.
        length_scale: Positive number `l`.
        deviation: Positive number, the standard deviation of `f`.
        degree: Integer of at least 4, the degree of the solver's polynomials in `x`.
        time_step: Positive number, the largest step of the solver.
        seed: Non-negative integer.
        cache: Directory in which samples are kept and found again, or `None`. What is damaged
            there is made again, with a warning.
        verbose: Whether a progress bar is shown.

    Returns:
        A `Dataset` with the inputs `{"f": (n, sensors)}` and the outputs `(n, p, 1)` at all nodes
        of the grid over `x` and `t`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.
        RuntimeError: If a solution grows beyond all bounds.

    Example:
        ```python
        import kerasphys as kp

        data = kp.datasets.diffusion_reaction_1d(samples=10, resolution=(21, 11), verbose=False)
        s = data.train.outputs.reshape(8, 21, 11)
        assert not s[:, [0, -1]].any()
        assert not s[:, :, 0].any()
        ```

    Reference:
        Wang, Wang and Perdikaris, 2021, https://doi.org/10.1126/sciadv.abi8605
    """
    validation, test = check_sizes(samples, validation, test)
    sizes = check_sizes_of("resolution", resolution)
    field = KernelField("rbf", length_scale, deviation=deviation)
    arguments = {
        "samples": check_positive_int("samples", samples),
        "sensors": check_int("sensors", sensors, minimum=2),
        "resolution": list(sizes),
        "diffusivity": check_positive("diffusivity", diffusivity),
        "reaction": check_number("reaction", reaction),
        "end": check_positive("end", end),
        "length_scale": field.length_scale,
        "deviation": field.deviation,
        "degree": check_int("degree", degree, minimum=4),
        "time_step": check_positive("time_step", time_step),
        "seed": check_int("seed", seed, minimum=0),
    }
    verbose = check_bool("verbose", verbose)
    at, x, t = (np.linspace(0, *line) for line in ((1, sensors), (1, sizes[0]), (end, sizes[1])))

    def make() -> Samples:
        series = field.coefficients(samples, seed)
        inside = field.at(series, chebyshev_points(degree, 0.0, 1.0)[1:-1])
        s = np.empty((samples, *sizes))
        for block in blocks(samples, 100, verbose):
            f = inside[block]

            def rate(s: np.ndarray, *_: Any, f: np.ndarray = f) -> np.ndarray:
                return reaction * s**2 + f

            found = solve_reaction_diffusion(
                np.zeros_like(f),
                rate,
                x,
                t,
                diffusivity=diffusivity,
                step=time_step,
                degree=degree,
            )
            s[block] = np.moveaxis(found, 0, -1)
        outputs = s.reshape(samples, -1, 1)
        return Samples({"f": field.at(series, at)}, outputs, nodes(x, t))

    made = cached(cache, "diffusion_reaction_1d", arguments, make)
    del arguments["samples"], arguments["seed"]
    return Dataset(
        **split(made, validation, test),
        name="Diffusion with a reaction between two walls",
        description=(
            f"s_t = {diffusivity:g} s_xx + {reaction:g} s² + f(x), zero at the time 0 and at both "
            "ends, by a spectral method; f is Gaussian with a squared exponential kernel. With s "
            "in units of q and t in units of T, f is in units of q / T."
        ),
        coordinates=[
            {"name": "x", "lower": 0.0, "upper": 1.0},
            {"name": "t", "lower": 0.0, "upper": float(end)},
        ],
        input_fields="f",
        output_fields="s",
        parameters=arguments,
        seed=seed,
        sensors={"f": at},
    )
