"""Peak memory of the gradient of a solve, above that before it, for few and for many steps.

    python -m benchmarks.ode_memory

A linear field, a state of one MiB, Euler steps, in a graph. Prints one JSON line. Needs Linux,
and an allocator that hands memory back as soon as it is free: the command starts itself anew with
one.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

GRADIENTS = ("adjoint", "checkpoint", "backprop")
STEPS = (10, 1000)
COLUMNS = 64
ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}


def peak_mib(function: Any) -> float:
    """The most memory that this process holds during a call."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forgets the last peak
    function()
    return status_mib("VmHWM")


def status_mib(name: str) -> float:
    """An entry of /proc/self/status."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"/proc/self/status has no {name}.")


def measure(rows: int = 2048, steps: Sequence[int] = STEPS) -> dict[str, Any]:
    """MiB above the start, for each gradient and number of steps; and how they grow."""
    import tensorflow as tf

    import kerasphys as kp

    rate = tf.Variable(-1.0, dtype="float64")

    def gradient(name: str, count: int) -> Any:
        @tf.function(input_signature=[tf.TensorSpec((None, COLUMNS), "float64")])
        def compute(y0: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(y0)
                end = kp.ode.odeint(
                    lambda t, y: rate * y, y0, [0.0, 1.0], "euler", steps=count, gradient=name
                )
                loss = tf.reduce_sum(end[-1])
            return tape.gradient(loss, [y0, rate])

        compute(tf.ones((1, COLUMNS), "float64"))  # what the runtime sets up is not counted
        return compute

    computes = {(name, count): gradient(name, count) for name in GRADIENTS for count in steps}
    start = tf.ones((rows, COLUMNS), "float64")
    before = status_mib("VmRSS")
    peaks = {
        case: peak_mib(lambda compute=compute: compute(start)) - before
        for case, compute in computes.items()
    }
    found = {f"{name}_{count}_mib": round(peak, 2) for (name, count), peak in peaks.items()}
    for name in GRADIENTS:
        found[f"{name}_growth"] = round(peaks[name, steps[-1]] / peaks[name, steps[0]], 3)
    return found


def run() -> dict[str, Any]:
    """`measure` in a process of its own."""
    environment = os.environ | ALLOCATOR | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", "benchmarks.ode_memory", "--here"]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--here", action="store_true", help="in this process")
    print(json.dumps(measure() if parser.parse_args().here else run()))
