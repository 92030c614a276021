"""The heat equation on a line: from the initial value to what is left of it."""

from __future__ import annotations

import numpy as np

from kerasphys._validation import check_choice, check_int, check_positive
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.random_field import RandomField
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.splits import check_sizes, split
from kerasphys.solvers.boxes import BOUNDARIES


def heat_1d(
    samples: int = 1200,
    resolution: int = 128,
    validation: int | None = None,
    test: int | None = None,
    *,
    boundary: str = "periodic",
    diffusivity: float = 0.01,
    end: float = 1.0,
    sigma: float = 25.0,
    tau: float = 5.0,
    gamma: float = 2.0,
    modes: int = 32,
    seed: int = 0,
) -> Dataset:
    """Random initial values and the solutions of `u_t = κ u_xx` on `[0, 1]` at one later time.

    The initial values have the law `N(0, sigma² (-Δ + tau²)^-gamma)` with the boundary values of
    the equation. They are sums of eigenfunctions, each of which decays exponentially: the
    solutions are exact, on every grid.

    Args:
        samples: Positive integer, how many there are in all.
        resolution: Integer of at least 3, the points of the line. Both ends are included; a
            periodic line leaves out the upper one.
        validation: How many samples are kept for validation, a tenth by default.
        test: How many samples are kept for the test, a tenth by default.
        boundary: `"periodic"`, `"dirichlet"` (`u = 0` at both ends) or `"neumann"` (`u_x = 0`).
        diffusivity: Positive number `κ`.
        end: Positive number, the later time.
        sigma: Positive number, the amplitude of the initial values.
        tau: Non-negative number, their inverse length.
        gamma: Positive number, their smoothness.
        modes: Positive integer, how many wavenumbers they have.
        seed: Non-negative integer.

    Returns:
        A `Dataset` with the inputs and outputs `(n, resolution, 1)`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        start, later = kp.datasets.heat_1d(samples=10, resolution=64).train
        np.testing.assert_allclose(later.mean(axis=1), start.mean(axis=1), atol=1e-12)
        ```
    """
    validation, test = check_sizes(samples, validation, test)
    resolution = check_int("resolution", resolution, minimum=3)
    boundary = check_choice("boundary", boundary, BOUNDARIES)
    diffusivity, end = check_positive("diffusivity", diffusivity), check_positive("end", end)
    field = RandomField(boundary, 1, sigma, tau, gamma, modes=modes)
    start = field.coefficients(samples, seed)
    decay = np.exp(-diffusivity * field.eigenvalues * end)
    fields = [
        field.values(series, resolution)[..., np.newaxis] for series in (start, start * decay)
    ]
    return Dataset(
        **split(Samples(*fields), validation, test),
        name=f"Heat equation on a line, {boundary}",
        description=(
            f"u_t = {diffusivity:g} u_xx, {boundary}: initial values and exact solutions after "
            f"{end:g}. With x in units of L and t in units of T, the diffusivity is in units of "
            "L² / T; u is in any unit."
        ),
        coordinates=[{"name": "x", "lower": 0.0, "upper": 1.0}],
        periodic="x" if boundary == "periodic" else (),
        input_fields="u",
        output_fields="u",
        parameters={
            "resolution": resolution,
            "boundary": boundary,
            "diffusivity": diffusivity,
            "end": end,
            "sigma": field.sigma,
            "tau": field.tau,
            "gamma": field.gamma,
            "modes": field.modes,
        },
        seed=seed,
    )
