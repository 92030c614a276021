"""The cases of `benchmarks.operators`: data, network and recipe of each.

A case is a function of the seed that trains and returns `relative_l2`, `seconds` and `parameters`,
with other numbers where they say more. Whoever adds one enters it in `CASES`.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from typing import Any

from benchmarks.examples import run


def example(name: str, key: str = "relative_l2") -> Callable[[int], dict[str, Any]]:
    """The example of a name in full; its number `key` is the `relative_l2` of the line."""

    def case(seed: int) -> dict[str, Any]:
        numbers = run(name, seed)
        seconds = numbers.get("training_seconds", numbers["seconds"])
        return {**numbers, "relative_l2": numbers[key], "seconds": seconds}

    return case


def poisson_fno(seed: int) -> dict[str, Any]:
    """An FNO trained on 64 x 64 points, asked on as many and on 128 x 128."""
    import kerasphys as kp
    from examples.darcy_fno import train

    data, finer = (kp.datasets.poisson_2d(1200, n, 100, 100, seed=seed) for n in (64, 128))
    with contextlib.redirect_stdout(io.StringIO()):  # the progress bar
        model, _, seconds = train(data, 10, seed)
    errors = [
        kp.solvers.mean_relative_l2(model.predict(test.inputs), test.outputs)
        for test in (data.test, finer.test)
    ]
    return {
        "relative_l2": errors[0],
        "finer": errors[1],
        "finer_ratio": errors[1] / errors[0],
        "seconds": round(seconds, 1),
        "parameters": model.network.count_params(),
    }


CASES: dict[str, Callable[[int], dict[str, Any]]] = {
    "advection_deeponet": example("advection_pod", "deeponet"),
    "advection_pod": example("advection_pod"),
    "antiderivative": example("antiderivative"),
    "band": example("conformal_band"),
    "burgers_fno": example("burgers_fno"),
    "darcy_fno": example("darcy_fno"),
    "diffusion_reaction": example("diffusion_reaction"),
    "mionet": example("mionet"),
    "navier_stokes_fno": example("navier_stokes_fno"),
    "pendulum": example("pendulum_operator"),
    "poisson_fno": poisson_fno,
}
