"""Neural ODE on a spiral: forward and gradient, and forward alone.

    python -m benchmarks.ode                                all cases
    python -m benchmarks.ode --case node_rk4_backprop

The field is a network 2-64-64-2 with tanh, the batch 512, float32; the states are carried from
time 0 to 1 by RK4 with 100 steps, or by Dopri5 with rtol = atol = 1e-6, and the loss is the mean
square error of the end. Prints one JSON line for each case, measured in a process of its own:
train_ms (forward and gradient) and infer_ms (median, fastest, slowest), the seconds of the first
call with all that is compiled, the steps, peak memory, the cores that other processes kept busy
(much over 0.1 makes a line suspect) and the machine.

`gflop` are the matrix products of a gradient if every stage were evaluated once and differentiated
once. Here each gradient evaluates the stages twice, because to write what is inside of them to
memory and to read it takes longer.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import machine
from benchmarks.output import emit
from benchmarks.timing import OtherLoad, peak_mib, set_threads, summary, time_calls

BATCH, UNITS = 512, (2, 64, 64, 2)
SPIRAL = np.array([[-0.1, 2.0], [-2.0, -0.1]])

METHODS: dict[str, dict[str, Any]] = {
    "rk4": dict(steps=100),
    "dopri5": dict(rtol=1e-6, atol=1e-6, max_steps=256),
}
CASES = {
    f"node_{method}_{gradient}": (method, gradient)
    for method in METHODS
    for gradient in ("backprop", "checkpoint", "adjoint")
}


def measure(
    case: str, method: str, gradient: str, batch: int = BATCH, repeats: int = 10, least: float = 3.0
) -> dict[str, Any]:
    """The line of a case; imports and building the network are outside the clocks."""
    import scipy
    import tensorflow as tf

    import kerasphys as kp

    rng = np.random.default_rng(0)
    start = rng.uniform(-2, 2, size=(batch, 2))
    end = tf.constant(start @ scipy.linalg.expm(SPIRAL).T, "float32")
    start = tf.constant(start, "float32")
    network = kp.networks.MLP(UNITS[1:-1], outputs=2, activation="tanh", seed=0, dtype="float32")
    network.build((None, 2))
    times = [0.0, 1.0]

    def solve(y0: Any, **options: Any) -> Any:
        options = dict(gradient=gradient) | METHODS[method] | options
        return kp.ode.odeint(lambda t, y: network(y), y0, times, method, **options)

    @tf.function(jit_compile=True)
    def train(y0: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(solve(y0)[-1] - end))
        return tape.gradient(loss, network.trainable_variables)

    infer = tf.function(lambda y0: solve(y0)[-1], jit_compile=True)
    _, counts = solve(start, info=True)

    load = OtherLoad()
    first, trained = time_calls(lambda: [g.numpy() for g in train(start)], repeats, least)
    _, inferred = time_calls(lambda: infer(start).numpy(), repeats, least)
    busy = load.cores()
    facts = machine()
    return {
        "case": case,
        "versions": facts["versions"],
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "train_ms": summary(trained),
        "infer_ms": summary(inferred),
        "first_train_s": round(first, 2),
        "parameters": network.count_params(),
        "ode_steps": int(counts["steps"]),
        "field_calls_forward": int(counts["evaluations"]),
        "gflop": round(matrix_flop(int(counts["evaluations"]), batch) / 1e9, 4),
        "peak_mib": peak_mib(),
        "other_cores_busy": busy,
        "machine": facts,
    }


def matrix_flop(evaluations: int, batch: int = BATCH) -> int:
    """The operations of the matrix products of a field and its gradient."""
    return evaluations * batch * 3 * sum(2 * a * b for a, b in itertools.pairwise(UNITS))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--case", choices=[*CASES, "all"], default="all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, help="append the lines to this file as well")
    options = parser.parse_args(arguments)
    if options.case == "all":
        for case in CASES:
            again = [f"--case={case}", f"--threads={options.threads}"]
            again += [f"--out={options.out}"] if options.out else []
            subprocess.run([sys.executable, "-m", "benchmarks.ode", *again], check=True)
        return
    set_threads(options.threads)
    emit(measure(options.case, *CASES[options.case]), options.out)


if __name__ == "__main__":
    main()
