"""Peak memory of training on a million points, above that of the program at its start.

    python -m benchmarks.memory

Burgers' equation, a network of 4 layers of 64, float64, `jit_compile=True`: the points pass in
blocks inside the compiled step. Prints one JSON line.
"""

import argparse
import json
import threading
import time
from pathlib import Path

import keras

import kerasphys as kp
from benchmarks.machine import machine
from benchmarks.pinn_problems import PROBLEMS

PAGE_MIB = 4096 / 2**20


class PeakMemory(threading.Thread):
    """Watches the resident memory of this process."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.start_mib = self.peak_mib = resident_mib()
        self.running = True

    def run(self) -> None:
        while self.running:
            self.peak_mib = max(self.peak_mib, resident_mib())
            time.sleep(0.02)


def resident_mib() -> float:
    """What this process holds in memory now (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_MIB


def run(points: int, steps: int = 2) -> dict:
    """Trains for a few steps and returns the peak."""
    problem = PROBLEMS["burgers_1d"]().problem
    model = kp.models.PINNModel(kp.networks.MLP([64] * 4, seed=0), problem)
    model.compile(keras.optimizers.Adam(1e-3), jit_compile=True)
    watch = PeakMemory()
    watch.start()
    sets = problem.points(equation=points, initial=1000, walls=1000, sampler="uniform")
    start = time.perf_counter()
    model.fit(sets, epochs=1, steps_per_epoch=steps, verbose=0)
    seconds = time.perf_counter() - start
    watch.running = False
    return {
        "points": points,
        "start_mib": round(watch.start_mib),
        "peak_mib": round(watch.peak_mib),
        "above_start_mib": round(watch.peak_mib - watch.start_mib),
        "seconds": round(seconds, 1),
        "steps": steps,
        "machine": machine(),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--points", type=int, default=1_000_000)
    print(json.dumps(run(parser.parse_args().points)))
