"""Step times: one Adam step of the Burgers PINN or of an operator network, and inference.

    python -m benchmarks.throughput                                       all cases
    python -m benchmarks.throughput --case burgers_2540_3x20_float64 --engine tape

Prints one JSON line for each case, measured in a process of its own: train_ms and infer_ms
(median, fastest, slowest), the seconds of the first epoch with all that is compiled, peak memory,
the cores that other processes kept busy (much over 0.1 makes a line suspect) and the machine. A
training step is one of `model.fit` with jit_compile=True and 50 steps in an execution; its time
holds the overhead of `fit`. Inference is a compiled call, from a NumPy array to a NumPy array.

The cases of operator networks are in `benchmarks/operator_steps.py`. One of the PINN names the
interior points, depth x width of the network, and the precision. As in DeepXDE's
case of the same name, the equation holds at all points, those on the walls (80) and at the start
(160) included, and the conditions are terms of the loss: rows = interior + 2 x 240.

`gflop` are the matrix products of a step: u, u_x, u_t and u_xx are carried through each hidden
layer, and each product has two in the backward pass. `matmul_fraction` is their rate in the step
over that of a large matrix product here: what it leaves of 1 goes to activations, memory traffic,
the optimizer and overhead.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import operator_steps
from benchmarks.machine import machine
from benchmarks.output import emit
from benchmarks.timing import (
    OtherLoad,
    matmul_gflops,
    peak_mib,
    set_threads,
    summary,
    time_calls,
    time_steps,
)

WALLS, INITIAL = 80, 160
STEPS = 50  # in an execution

CASES = {
    f"burgers_{interior}_{depth}x{width}_{precision}": (interior, depth, width, precision)
    for interior, depth, width in ((2540, 3, 20), (10000, 4, 64))
    for precision in ("float32", "float64")
}


def matrix_flop(units: Sequence[int], equation: int, boundary: int) -> int:
    """The operations of a step's matrix products, for a network from (x, t) to u.

    Args:
        units: The widths of the hidden layers.
        equation: Points of the equation, with four quantities each: u, u_x, u_t, u_xx.
        boundary: Points with u alone.
    """
    # the derivatives of the first layer are its weights, and nobody asks for its inputs' gradient
    first = 2 * (2 * 2 * units[0]) * (equation + boundary)
    widths = [*units, 1]
    later = sum(2 * a * b for a, b in itertools.pairwise(widths))
    return first + 3 * later * (4 * equation + boundary)


def measure(
    case: str,
    interior: int,
    depth: int,
    width: int,
    precision: str,
    engine: str = "auto",
    repeats: int = 10,
    least: float = 3.0,
    steps: int = STEPS,
) -> dict[str, Any]:
    """The line of a case; imports and building the model are outside the clocks."""
    import keras
    import tensorflow as tf

    import kerasphys as kp
    from benchmarks.pinn_problems import burgers_1d

    problem = burgers_1d().problem
    equation = interior + WALLS + INITIAL
    points = problem.points(equation=equation, walls=WALLS, initial=INITIAL, seed=0)
    units = [width] * depth
    model = kp.models.PINNModel(
        kp.networks.MLP(units, seed=0), problem, engine=engine, dtype=precision
    )
    model.compile(keras.optimizers.Adam(1e-3), jit_compile=True, steps_per_execution=steps)
    infer = tf.function(lambda x: model(x, training=False), jit_compile=True)
    x = np.random.default_rng(0).uniform([-1, 0], [1, 1], (interior, 2)).astype(precision)

    load = OtherLoad()
    trained = time_steps(model, points, steps, repeats, least)
    _, inferred = time_calls(lambda: infer(x).numpy(), repeats, least)
    busy = load.cores()
    gflop = matrix_flop(units, equation, WALLS + INITIAL) / 1e9
    best = matmul_gflops(precision)
    rate = gflop / statistics.median(trained.seconds)
    facts = machine()
    return {
        "case": case,
        "engine": engine,
        "versions": facts["versions"],
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "train_ms": summary(trained.seconds),
        "infer_ms": summary(inferred),
        "first_train_s": round(trained.first, 2),
        "parameters": model.network.count_params(),
        "rows": equation + WALLS + INITIAL,
        "precision": precision,
        "steps_per_execution": steps,
        "peak_mib": peak_mib(),
        "other_cores_busy": busy,
        "gflop": round(gflop, 4),
        "gflops": round(rate, 1),
        "matmul_gflops": round(best, 1),
        "matmul_fraction": round(rate / best, 3),
        "note": f"{gflop:.3g} GFLOP of matrix products a step, done at {rate:.3g} GFLOP/s; a large "
        f"product reaches {best:.3g} GFLOP/s here, so the step is at {rate / best:.0%} of it.",
        "machine": facts,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--case", choices=[*CASES, *operator_steps.CASES, "all"], default="all")
    parser.add_argument("--engine", default="auto", help="auto, tape or jets")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, help="append the lines to this file as well")
    options = parser.parse_args(arguments)
    if options.case == "all":
        for case in (*CASES, *operator_steps.CASES):
            again = [f"--case={case}", f"--engine={options.engine}", f"--threads={options.threads}"]
            again += [f"--out={options.out}"] if options.out else []
            subprocess.run([sys.executable, "-m", "benchmarks.throughput", *again], check=True)
        return
    set_threads(options.threads)
    if options.case in CASES:
        row = measure(options.case, *CASES[options.case], engine=options.engine)
    else:
        row = operator_steps.measure(options.case, operator_steps.CASES[options.case]())
    emit(row, options.out)


if __name__ == "__main__":
    main()
