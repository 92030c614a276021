"""What each part of a network is worth: the same problem with it and without it.

    python -m benchmarks.networks --case fourier_features
    python -m benchmarks.networks --list

Both networks have the same number of trainable parameters (the one without the part is the wider,
up to one neuron a layer), the same points, and the same steps of the same optimizer: Adam, then
SSBroyden. A step of the one may take longer than a step of the other: the seconds, compilation
included, are printed beside. One line of JSON: the median over the seeds of the relative L2 error
with the part and without it, and their ratio.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

import kerasphys as kp
from benchmarks.machine import machine
from benchmarks.pinn_problems import PROBLEMS, ForwardProblem, grid
from benchmarks.timing import OtherLoad
from kerasphys.geometry import Box, Interval
from kerasphys.layers import FourierFeatures
from kerasphys.networks import MLP, ModifiedMLP, Network, PirateNet

STEPS_PER_EPOCH = 50


@dataclass(frozen=True)
class Case:
    """A part of a network, and a problem where it should help.

    Attributes:
        statement: What is compared, in words.
        problem: Makes the problem and its reference.
        with_part: The network with the part, of a seed.
        without: The network without it, of a width and a seed.
        points: How many training points for each condition.
        adam: Steps of Adam.
        ssbroyden: Steps of SSBroyden after them.
        hard_with: The conditions that hold by construction, with the part.
        hard_without: And without it.
    """

    statement: str
    problem: Callable[[], ForwardProblem]
    with_part: Callable[[int], Network]
    without: Callable[[int, int], Network]
    points: dict[str, int]
    adam: int
    ssbroyden: int
    hard_with: bool | Sequence[str] = True
    hard_without: bool | Sequence[str] = True


def run(case: Case, seeds: Sequence[int]) -> dict[str, Any]:
    """The errors with and without the part."""
    forward = case.problem()
    inputs = len(forward.problem.coordinates)
    wanted = parameters(case.with_part(0), inputs)
    width = matching_width(case, inputs)
    rows: dict[str, Any] = {"with": [], "without": []}
    for seed in seeds:
        rows["with"].append(train(case, forward, case.with_part(seed), seed, case.hard_with))
        rows["without"].append(
            train(case, forward, case.without(width, seed), seed, case.hard_without)
        )
    errors = {key: [error for error, _ in found] for key, found in rows.items()}
    medians = {key: statistics.median(found) for key, found in errors.items()}
    return {
        "relative_l2_with": medians["with"],
        "relative_l2_without": medians["without"],
        "ratio": medians["with"] / medians["without"],
        "errors_with": errors["with"],
        "errors_without": errors["without"],
        "parameters_with": wanted,
        "parameters_without": parameters(case.without(width, 0), inputs),
        "seconds_with": statistics.median(seconds for _, seconds in rows["with"]),
        "seconds_without": statistics.median(seconds for _, seconds in rows["without"]),
    }


def train(
    case: Case, forward: ForwardProblem, network: Network, seed: int, hard: bool | Sequence[str]
) -> tuple[float, float]:
    """The error against the reference, and the seconds of the training."""
    model = kp.models.PINNModel(network, forward.problem, hard=hard)
    stages = [(keras.optimizers.Adam(3e-3), case.adam), (kp.optimizers.SSBroyden(), None)]
    model.compile(
        kp.optimizers.Stages(stages), jit_compile=True, steps_per_execution=STEPS_PER_EPOCH
    )
    wanted = {name: n for name, n in case.points.items() if name in model.soft_conditions}
    start = time.perf_counter()
    model.fit(
        forward.problem.points(**wanted, seed=seed),
        epochs=(case.adam + case.ssbroyden) // STEPS_PER_EPOCH,
        steps_per_epoch=STEPS_PER_EPOCH,
        verbose=0,
    )
    seconds = time.perf_counter() - start
    return forward.error(model.predict(forward.points)), round(seconds, 1)


def matching_width(case: Case, inputs: int) -> int:
    """The least width without the part that has as many parameters as the network with it."""
    wanted = parameters(case.with_part(0), inputs)
    return next(w for w in itertools.count(2) if parameters(case.without(w, 0), inputs) >= wanted)


def parameters(network: Network, inputs: int) -> int:
    """How many numbers are trained."""
    network.prepare(1, "float64")
    network.build((None, inputs))
    return sum(int(np.prod(v.shape)) for v in network.trainable_variables)


def two_scales() -> ForwardProblem:
    """`-u'' = f` on (0, 1), zero at both ends: one wave, and a tenth of it twenty times as fine."""

    def exact(x):
        return np.sin(2 * np.pi * x) + 0.1 * np.sin(40 * np.pi * x)

    def source(x):
        fine = 0.1 * (40 * np.pi) ** 2 * np.sin(40 * np.pi * x)
        return (2 * np.pi) ** 2 * np.sin(2 * np.pi * x) + fine

    line = Interval(0, 1, "x")
    problem = kp.Problem(
        line,
        fields="u",
        conditions={
            "equation": kp.Residual(kp.equations.poisson, source=source),
            "ends": kp.Dirichlet(u=0.0, on=line.boundary()),
        },
    )
    x = np.linspace(0, 1, 2001)
    return ForwardProblem("two_scales", problem, x[:, None], exact(x)[:, None])


def torus() -> ForwardProblem:
    """`Δu - u = q` on [-1, 1]², periodic along both axes."""

    def exact(x, y):
        return np.sin(np.pi * x) * np.sin(2 * np.pi * y) + np.cos(2 * np.pi * x)

    def source(x, y):
        waves = np.sin(np.pi * x) * np.sin(2 * np.pi * y)
        return -(1 + 5 * np.pi**2) * waves - (1 + 4 * np.pi**2) * np.cos(2 * np.pi * x)

    square = Box((-1, -1), (1, 1))
    problem = kp.Problem(
        square,
        fields="u",
        conditions={
            "equation": kp.Residual(_screened, source=source),
            "around_x": kp.Periodic(across="x", fields="u", order=1),
            "around_y": kp.Periodic(across="y", fields="u", order=1),
        },
    )
    points = grid(np.linspace(-1, 1, 101), np.linspace(-1, 1, 101))
    return ForwardProblem("torus", problem, points, exact(*points.T)[:, None])


def _screened(u, laplacian_u, source):
    return laplacian_u - u - source


CASES = {
    "periodic_embedding": Case(
        statement="Screened Poisson on a torus: periodic by construction, or in the loss.",
        problem=torus,
        with_part=lambda seed: MLP([20] * 3, seed=seed),
        without=lambda width, seed: MLP([width] * 3, seed=seed),
        points={"equation": 1024, "around_x": 128, "around_y": 128},
        adam=200,
        ssbroyden=400,
        hard_without=False,
    ),
    "fourier_features": Case(
        statement="A Poisson equation with a fine scale: Fourier features, or the coordinate.",
        problem=two_scales,
        with_part=lambda seed: MLP(
            [20] * 3, embedding=FourierFeatures(10, scale=2.0, seed=seed), seed=seed
        ),
        without=lambda width, seed: MLP([width] * 3, seed=seed),
        points={"equation": 512},
        adam=500,
        ssbroyden=500,
    ),
    "modified_mlp": Case(
        statement="The Helmholtz equation: a modified MLP, or an MLP.",
        problem=PROBLEMS["helmholtz_2d"],
        with_part=lambda seed: ModifiedMLP([20] * 3, seed=seed),
        without=lambda width, seed: MLP([width] * 3, seed=seed),
        points={"equation": 1024},
        adam=200,
        ssbroyden=400,
    ),
    "pirate_net": Case(
        statement="The Helmholtz equation: nine hidden layers in residual blocks, or in an MLP.",
        problem=PROBLEMS["helmholtz_2d"],
        with_part=lambda seed: PirateNet(3, 16, seed=seed),
        without=lambda width, seed: MLP([width] * 9, seed=seed),
        points={"equation": 1024},
        adam=200,
        ssbroyden=400,
    ),
}


def main(arguments: Sequence[str] | None = None) -> dict[str, Any] | None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--case", choices=CASES)
    chosen.add_argument("--list", action="store_true", help="print the cases and stop")
    parser.add_argument("--seeds", type=int, default=3, help="how many; the medians are printed")
    options = parser.parse_args(arguments)
    if options.list:
        for name, case in CASES.items():
            print(f"{name}: {case.statement}")
        return None
    if options.seeds < 1:
        parser.error("--seeds must be at least 1")
    case, others = CASES[options.case], OtherLoad()
    found = {
        "case": options.case,
        "problem": case.problem.__name__,
        **run(case, range(options.seeds)),
        "steps": {"adam": case.adam, "ssbroyden": case.ssbroyden},
        "other_cores_busy": others.cores(),
        "machine": machine(),
    }
    print(json.dumps(found))
    return found


if __name__ == "__main__":
    main()
