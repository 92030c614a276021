"""Whether several processes train as one, and whether a killed one costs anything.

    python -m benchmarks.distributed

Two processes train a physics-informed network for 100 steps, and end with the same weights; one
process alone is the reference. Then, run after run, a process that is chosen at random is killed
(SIGKILL) at a random step, and all are started again; what they end with is compared with the run
left alone, bit for bit. One line of JSON.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import machine
from benchmarks.resume import heat_problem

EPOCHS, STEPS = 10, 10


def killer(step: int, mark: Path) -> Any:
    """A callback that kills its process at the beginning of a step, and leaves a mark."""
    import keras

    class Killer(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            if self.model.optimizer.iterations.numpy() == step:
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)

    return Killer()


def train(directory: Path, strategy: Any = None, callbacks: Sequence[Any] = ()) -> Any:
    """One process: the same training, whoever else takes part."""
    import keras

    import kerasphys as kp

    keras.utils.set_random_seed(0)
    problem = heat_problem()
    with contextlib.nullcontext() if strategy is None else strategy.scope():
        model = kp.models.PINNModel(kp.networks.MLP([16, 16], seed=0), problem)
        model.compile(keras.optimizers.Adam(1e-2))
    resume = kp.callbacks.Resume(directory / "run", [kp.callbacks.Resample(every=3)])
    model.fit(
        problem.points(equation=255, initial=33, walls=33, seed=0),
        validation_data=problem.points(equation=65, initial=9, walls=9, seed=1),
        epochs=EPOCHS,
        steps_per_epoch=STEPS,
        callbacks=[resume, *callbacks],
        verbose=0,
    )
    return model


def worker(directory: Path, victim: int, step: int) -> None:
    """One of several processes; the one whose index is `victim` is killed once."""
    import kerasphys as kp

    cluster = kp.distribution.Cluster.find()
    mark = directory / "killed"
    dies = victim == cluster.index and not mark.exists()
    kill = [killer(step, mark)] if dies else []
    model = train(directory, cluster.strategy(timeout=120), kill)
    np.savez(directory / f"worker_{cluster.index}.npz", *model.get_weights())


def together(directory: Path, victim: int = -1, step: int = -1) -> tuple[int, list[list[Any]]]:
    """Two processes. Returns how often they were started again, and the weights of each."""
    import kerasphys as kp

    directory.mkdir()
    command = [sys.executable, "-m", "benchmarks.distributed", "--worker", str(directory)]
    command += [str(victim), str(step)]
    starts = kp.distribution.launch(command, workers=2, restarts=2, timeout=300)
    found = []
    for index in range(2):
        with np.load(directory / f"worker_{index}.npz") as file:
            found.append([file[name] for name in file.files])
    return starts, found


def difference(first: list[Any], second: list[Any]) -> float:
    """The largest one between two sets of weights."""
    return max(float(np.abs(a - b).max()) for a, b in zip(first, second, strict=True))


def measure(kills: int, folder: Path) -> dict[str, Any]:
    """All that is printed, but for the machine."""
    alone = train(folder / "alone").get_weights()
    start = time.perf_counter()
    _, (first, second) = together(folder / "left_alone")
    seconds = time.perf_counter() - start
    moments = random.Random(0)
    recovered, restarts = 0, []
    for number in range(kills):
        victim, step = moments.randrange(2), moments.randrange(1, EPOCHS * STEPS)
        starts, (a, b) = together(folder / f"kill_{number}", victim, step)
        restarts.append(starts)
        recovered += starts == 1 and difference(a, first) == difference(b, first) == 0
    return {
        "steps": EPOCHS * STEPS,
        "difference_between_workers": difference(first, second),
        "difference_to_one_process": difference(first, alone),
        "kills": kills,
        "recovered": recovered,
        "lost": kills - recovered,
        "restarts": restarts,
        "seconds_of_a_run": round(seconds, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=10, help="runs in which a process is killed")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        directory, victim, step = arguments.worker
        worker(Path(directory), int(victim), int(step))
        return
    if arguments.kills < 1:
        parser.error("--kills must be at least 1")
    with tempfile.TemporaryDirectory() as name:
        found = measure(arguments.kills, Path(name))
    print(json.dumps(found | {"machine": machine()}))


if __name__ == "__main__":
    main()
