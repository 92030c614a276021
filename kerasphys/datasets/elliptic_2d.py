"""A stationary flux on the unit square: from the conductivity and the boundary values."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from kerasphys._validation import (
    check_bool,
    check_choice,
    check_int,
    check_number,
    check_positive,
    check_positive_int,
)
from kerasphys.datasets._cache import cached
from kerasphys.datasets._conductivity import Conductivity
from kerasphys.datasets._nodes import nodes
from kerasphys.datasets._progress import blocks
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.poisson_2d import UNIT_SQUARE
from kerasphys.datasets.random_field import RandomField
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.splits import check_sizes, split
from kerasphys.solvers.darcy import MEANS, solve_darcy


def elliptic_2d(
    samples: int = 1200,
    resolution: int = 33,
    validation: int | None = None,
    test: int | None = None,
    *,
    kind: str = "lognormal",
    conductivities: Sequence[float] = (3.0, 12.0),
    deviation: float = 0.5,
    tau: float = 3.0,
    gamma: float = 3.0,
    source: float = 0.0,
    amplitude: float = 1.0,
    mean: str = "arithmetic",
    refine: int = 2,
    seed: int = 0,
    cache: str | os.PathLike | None = None,
    verbose: bool = True,
) -> Dataset:
    """Conductivities `κ`, boundary values `g`, and the solutions `u` of `-div(κ grad u) = f`.

    `u = g` around the unit square. The operator has two input functions: it is linear in `g` where
    `f = 0`, and not in `κ`. `κ` has the law of `kp.datasets.darcy_2d`. `g` is a Gaussian field
    of mean zero along the boundary, a ring of length 4, of the law `N(0, s² (-Δ + 4)^-3)` with 8
    wavenumbers. `u` is computed by finite volumes (`kp.solvers.solve_darcy`).

    Args:
        samples: Positive integer, how many there are in all.
        resolution: Integer of at least 3, the points along each side, both ends included.
        validation: How many samples are kept for validation, a tenth by default.
        test: How many samples are kept for the test, a tenth by default.
        kind: `"piecewise"` or `"lognormal"`, the law of `κ`.
        conductivities: Two positive numbers, the values of `κ`, if piecewise.
        deviation: Positive number, the root mean square of `log κ`, if lognormal.
        tau: Non-negative number, the inverse length of `log κ`.
        gamma: Positive number, the smoothness of `log κ`.
        source: Number, `f`.
        amplitude: Positive number, the root mean square of `g`, which fixes `s`.
        mean: `"arithmetic"` or `"harmonic"`, how the solver finds `κ` between two points.
        refine: Positive integer: the solver's grid has so many cells in each cell of the samples'.
        seed: Non-negative integer.
        cache: Directory in which samples are kept and found again, or `None`. What is damaged
            there is made again, with a warning.
        verbose: Whether a progress bar is shown.

    Returns:
        A `Dataset` with the inputs `kappa`, `(n, resolution, resolution, 1)`, and `g`,
        `(n, 4 (resolution - 1))`, from the origin along the x axis and around; the outputs `u`,
        `(n, resolution², 1)`, at the points of the grid, `(resolution², 2)`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.

    Example:
        ```python
        import kerasphys as kp

        data = kp.datasets.elliptic_2d(samples=10, resolution=17, verbose=False)
        assert data.train.inputs["g"].shape == (8, 64)
        assert data.train.outputs.shape == (8, 289, 1)
        assert data.sensors["g"].shape == (64, 2)
        ```

    Reference:
        Jin, Meng and Lu, 2022, https://arxiv.org/abs/2202.06137, on several input functions.
    """
    validation, test = check_sizes(samples, validation, test)
    resolution = check_int("resolution", resolution, minimum=3)
    law = Conductivity(kind, conductivities, deviation, tau, gamma)
    ring = RandomField("periodic", 1, tau=2.0, gamma=3.0, lengths=4.0, modes=8)
    arguments = {
        "samples": check_positive_int("samples", samples),
        "resolution": resolution,
        **law.arguments,
        "source": check_number("source", source),
        "amplitude": check_positive("amplitude", amplitude),
        "mean": check_choice("mean", mean, MEANS),
        "refine": check_positive_int("refine", refine),
        "seed": check_int("seed", seed, minimum=0),
    }
    verbose = check_bool("verbose", verbose)
    fine = (resolution - 1) * refine + 1
    around, around_fine = _around(resolution), _around(fine)

    def make() -> Samples:
        inside, along = np.random.SeedSequence(seed).generate_state(2)
        series = law.field.coefficients(samples, int(inside))
        waves = amplitude / ring.deviation * ring.coefficients(samples, int(along))
        kappa, u = (np.empty((samples, resolution, resolution)) for _ in range(2))
        g = ring.values(waves, len(around_fine))
        for block in blocks(samples, 16, verbose):
            found = law.fields(series[block], fine)
            walls = np.zeros(found.shape)
            walls[:, around_fine[:, 0], around_fine[:, 1]] = g[block]
            kappa[block] = found[:, ::refine, ::refine]
            u[block] = [
                solve_darcy(one, source, mean=mean, boundary=other)[::refine, ::refine]
                for one, other in zip(found, walls, strict=True)
            ]
        x = np.linspace(0, 1, resolution)
        inputs = {"kappa": kappa[..., np.newaxis], "g": g[:, ::refine]}
        return Samples(inputs, u.reshape(samples, -1, 1), nodes(x, x))

    made = cached(cache, "elliptic_2d", arguments, make)
    del arguments["samples"], arguments["seed"]
    return Dataset(
        **split(made, validation, test),
        name="A stationary flux on the unit square",
        description=(
            f"-div(κ grad u) = {source:g} with u = g on the boundary, by finite volumes on {fine}² "
            f"points with {mean} face means. g and u have one unit, U; with κ in units of k and "
            "lengths in units of L the source is in units of k U / L²."
        ),
        coordinates=UNIT_SQUARE,
        input_fields=("kappa", "g"),
        output_fields="u",
        parameters=arguments,
        seed=seed,
        sensors={"g": around / (resolution - 1)},
    )


def _around(points: int) -> np.ndarray:
    """The indices of the boundary of a grid, once around from the origin, `(m, 2)`."""
    rising, last = np.arange(points - 1), points - 1
    low, high = np.zeros_like(rising), np.full_like(rising, last)
    sides = [(rising, low), (high, rising), (last - rising, high), (low, last - rising)]
    return np.concatenate([np.stack(side, axis=-1) for side in sides])
