"""Darcy flow on the unit square: from the conductivity to the pressure."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from kerasphys._validation import (
    check_bool,
    check_choice,
    check_int,
    check_number,
    check_positive_int,
    message,
)
from kerasphys.datasets._cache import cached
from kerasphys.datasets._conductivity import Conductivity
from kerasphys.datasets._progress import blocks
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.poisson_2d import UNIT_SQUARE
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.splits import check_sizes, split
from kerasphys.solvers.darcy import MEANS, solve_darcy


def darcy_2d(
    samples: int = 1200,
    resolution: int = 64,
    validation: int | None = None,
    test: int | None = None,
    *,
    kind: str = "piecewise",
    conductivities: Sequence[float] = (3.0, 12.0),
    deviation: float = 1.0,
    tau: float = 3.0,
    gamma: float = 2.0,
    source: float = 1.0,
    mean: str = "arithmetic",
    refine: int = 1,
    seed: int = 0,
    cache: str | os.PathLike | None = None,
    verbose: bool = True,
) -> Dataset:
    """Random conductivities `κ` and the pressures `u` of `-div(κ grad u) = f` on the unit square.

    `u` is zero around the square and computed by finite volumes (`kp.solvers.solve_darcy`). `κ`
    follows from a Gaussian field `z` without a slope at the boundary, of the law
    `N(0, sigma² (-Δ + tau²)^-gamma)` with 64 wavenumbers along each side: `"piecewise"` takes one
    of two values by the sign of `z`, `"lognormal"` is `exp(z)`. The benchmark of 29² points, solved
    on 141², is `darcy_2d(resolution=29, refine=5)`.

    Args:
        samples: Positive integer, how many there are in all.
        resolution: Integer of at least 3, the points along each side, both ends included.
        validation: How many samples are kept for validation, a tenth by default.
        test: How many samples are kept for the test, a tenth by default.
        kind: `"piecewise"` or `"lognormal"`.
        conductivities: Two positive numbers, `κ` where `z < 0` and elsewhere, if piecewise.
        deviation: Positive number, the root mean square of `z = log κ`, if lognormal.
        tau: Non-negative number, the inverse length of `z`.
        gamma: Positive number, the smoothness of `z`.
        source: Number other than zero, `f`.
        mean: `"arithmetic"` or `"harmonic"`, how the solver finds `κ` between two points. For
            piecewise conductivities it changes `u` by more than a good surrogate's error.
        refine: Positive integer: the solver's grid has so many cells in each cell of the samples'.
        seed: Non-negative integer.
        cache: Directory in which samples are kept and found again, or `None`. What is damaged
            there is made again, with a warning.
        verbose: Whether a progress bar is shown.

    Returns:
        A `Dataset` with the inputs `κ` and the outputs `u`, `(n, resolution, resolution, 1)`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.

    Example:
        ```python
        import kerasphys as kp

        data = kp.datasets.darcy_2d(samples=10, resolution=17, seed=0, verbose=False)
        kappa, u = data.train
        assert set(kappa.ravel()) == {3.0, 12.0}
        assert u.min() >= 0
        ```

    Reference:
        Li et al., 2021, https://arxiv.org/abs/2010.08895: piecewise 12 and 3, from 421² points.
    """
    validation, test = check_sizes(samples, validation, test)
    resolution = check_int("resolution", resolution, minimum=3)
    law = Conductivity(kind, conductivities, deviation, tau, gamma)
    arguments = {
        "samples": check_positive_int("samples", samples),
        "resolution": resolution,
        **law.arguments,
        "source": check_number("source", source),
        "mean": check_choice("mean", mean, MEANS),
        "refine": check_positive_int("refine", refine),
        "seed": check_int("seed", seed, minimum=0),
    }
    if source == 0:
        raise ValueError(message("source", "a number other than zero", source))
    verbose = check_bool("verbose", verbose)
    fine = (resolution - 1) * refine + 1

    def make() -> Samples:
        series = law.field.coefficients(samples, seed)
        kappa, u = (np.empty((samples, resolution, resolution)) for _ in range(2))
        for block in blocks(samples, 16, verbose):
            found = law.fields(series[block], fine)
            kappa[block] = found[:, ::refine, ::refine]
            u[block] = [solve_darcy(each, source, mean=mean)[::refine, ::refine] for each in found]
        return Samples(kappa[..., np.newaxis], u[..., np.newaxis])

    made = cached(cache, "darcy_2d", arguments, make)
    del arguments["samples"], arguments["seed"]
    return Dataset(
        **split(made, validation, test),
        name=f"Darcy flow on the unit square, {kind} conductivity",
        description=(
            f"-div(κ grad u) = f with u = 0 on the boundary, by finite volumes on {fine}² points "
            f"with {mean} face means. With f in units of q, κ in units of k and lengths in units "
            "of L, u is in units of q L² / k."
        ),
        coordinates=UNIT_SQUARE,
        input_fields="conductivity",
        output_fields="u",
        parameters=arguments,
        seed=seed,
    )
