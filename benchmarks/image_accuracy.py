"""What U-Nets and CNNs reach on fields and pictures: the accuracy cases of `benchmarks.images`.

A case of `EXAMPLES` is the example of this name in full. Those of `FIELDS` train the network and
with the recipe of `examples.poisson_unet` on other data.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.examples import run
from benchmarks.machine import machine
from benchmarks.timing import OtherLoad

if TYPE_CHECKING:
    import kerasphys as kp

SAMPLES, HELD_OUT = 1200, 100


@dataclass(frozen=True)
class FieldCase:
    """Data for a U-Net, and what can be had without one.

    Attributes:
        make: The data from a number of samples, and a seed.
        epochs: How often the network sees the training data.
        without: From inputs to answers that nobody has to learn, or `None`.
    """

    make: Callable[[int, int], kp.datasets.Dataset]
    epochs: int
    without: Callable[[np.ndarray], np.ndarray] | None = None


def darcy(samples: int, seed: int) -> kp.datasets.Dataset:
    """Piecewise constant conductivities, to pressures."""
    import kerasphys as kp

    return kp.datasets.darcy_2d(samples, 64, HELD_OUT, HELD_OUT, seed=seed, verbose=False)


def super_resolution(samples: int, seed: int) -> kp.datasets.Dataset:
    """Means over blocks of 4 x 4 points of a rough field, to the field."""
    import kerasphys as kp

    fine = kp.datasets.poisson_2d(samples, 64, HELD_OUT, HELD_OUT, seed=seed)
    return kp.datasets.coarse(fine, 4, of="inputs")


def interpolate(blocks: np.ndarray) -> np.ndarray:
    """Cubic splines through the means over blocks of 4 x 4 points."""
    import scipy

    coarse = blocks[:, 2::4, 2::4, 0]
    return scipy.ndimage.zoom(coarse, (1, 4, 4), order=3, mode="nearest", grid_mode=True)[..., None]


FIELDS = {
    "darcy": FieldCase(darcy, 20),
    "super_resolution": FieldCase(super_resolution, 20, interpolate),
}
# The example, what the line is to call its result, and what the example calls it.
EXAMPLES = {
    "poisson": ("poisson_unet", "relative_l2", "relative_l2"),
    "denoising": ("denoising", "relative_l2", "relative_l2 U-Net"),
    "burgers_rollout": ("burgers_rollout", "relative_l2", "relative_l2"),
    "label_free": ("label_free_unet", "relative_l2", "relative_l2"),
    "digits": ("digits", "accuracy", "augmented_accuracy"),
}
CASES = (*FIELDS, *EXAMPLES)


def measure(case: str, seed: int = 0, samples: int = SAMPLES) -> dict[str, Any]:
    """The line of a case.

    Args:
        case: A name in `CASES`.
        seed: Of data and weights.
        samples: How many samples a case of `FIELDS` has in all.
    """
    load = OtherLoad()
    found = _example(case, seed) if case in EXAMPLES else _field(FIELDS[case], seed, samples)
    line = {"case": case, "seed": seed, **found}
    return {**line, "other_cores_busy": load.cores(), "machine": machine()}


def _example(case: str, seed: int) -> dict[str, Any]:
    name, key, source = EXAMPLES[case]
    numbers = run(name, seed)
    return {key: numbers[source], **numbers}


def _field(case: FieldCase, seed: int, samples: int) -> dict[str, Any]:
    import kerasphys as kp
    from examples.poisson_unet import train

    data = case.make(samples, seed)
    with contextlib.redirect_stdout(io.StringIO()):  # the progress bar
        model, _, seconds = train(data, True, case.epochs, seed)
    inputs, outputs = data.test
    line: dict[str, Any] = {
        "relative_l2": kp.solvers.mean_relative_l2(model.predict(inputs), outputs)
    }
    if case.without is not None:
        line["without_a_network"] = kp.solvers.mean_relative_l2(case.without(inputs), outputs)
    return {**line, "seconds": round(seconds, 1), "parameters": model.network.count_params()}
