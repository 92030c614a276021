"""Poisson's equation on the unit square: from the source to the solution."""

from __future__ import annotations

import numpy as np

from kerasphys._validation import check_int, check_positive
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.random_field import RandomField
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.splits import check_sizes, split

UNIT_SQUARE = (
    {"name": "x", "lower": 0.0, "upper": 1.0},
    {"name": "y", "lower": 0.0, "upper": 1.0},
)


def poisson_2d(
    samples: int = 1200,
    resolution: int = 64,
    validation: int | None = None,
    test: int | None = None,
    *,
    decay: float = 2.0,
    modes: int = 16,
    amplitude: float = 1.0,
    seed: int = 0,
) -> Dataset:
    """Random sources `f` and the solutions `u` of `-Δu = f` on the unit square, `u = 0` around it.

    Both are sine series, `f = Σ a_kl sin(kπx) sin(lπy)` with `a_kl ~ N(0, s² (k² + l²)^-decay)`, so
    the solution is exact, on every grid. Samples are the same functions at every resolution.

    Args:
        samples: Positive integer, how many there are in all.
        resolution: Integer of at least 3, the points along each side, both ends included.
        validation: How many samples are kept for validation, a tenth by default.
        test: How many samples are kept for the test, a tenth by default.
        decay: Positive number: the larger, the smoother are the sources.
        modes: Positive integer, the largest `k` and `l`.
        amplitude: Positive number, the root mean square of the sources, which fixes `s`.
        seed: Non-negative integer.

    Returns:
        A `Dataset` with the inputs `f` and the outputs `u`, `(n, resolution, resolution, 1)`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.

    Example:
        ```python
        import kerasphys as kp

        data = kp.datasets.poisson_2d(samples=20, resolution=33, seed=0)
        f, u = data.train
        differences = kp.solvers.solve_poisson(f[..., 0], (1.0, 1.0))
        assert kp.solvers.relative_l2(differences, u[..., 0]) < 3e-3
        ```
    """
    validation, test = check_sizes(samples, validation, test)
    resolution = check_int("resolution", resolution, minimum=3)
    decay, amplitude = check_positive("decay", decay), check_positive("amplitude", amplitude)
    unscaled = RandomField("dirichlet", 2, tau=0.0, gamma=decay, modes=modes)
    coefficients = amplitude / unscaled.deviation * unscaled.coefficients(samples, seed)
    fields = [
        unscaled.values(series, resolution)[..., np.newaxis]
        for series in (coefficients, coefficients / unscaled.eigenvalues)
    ]
    return Dataset(
        **split(Samples(*fields), validation, test),
        name="Poisson's equation on the unit square",
        description=(
            "-Δu = f with u = 0 on the boundary; f is a random sine series, u its exact solution. "
            "With f in units of q and lengths in units of L, u is in units of q L²."
        ),
        coordinates=UNIT_SQUARE,
        input_fields="f",
        output_fields="u",
        parameters={
            "resolution": resolution,
            "decay": decay,
            "modes": unscaled.modes,
            "amplitude": amplitude,
        },
        seed=seed,
    )
