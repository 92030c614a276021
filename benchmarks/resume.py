"""Whether a run that is killed and started again ends as one that was left alone, bit for bit.

    python -m benchmarks.resume

Every run is a process of its own. Some are killed (SIGKILL) at random moments, others before each
operation on the disk while a state is written; all are started again. What is compared are the
weights, the state of the optimizer and the history. The counts are printed as one line of JSON.
"""

import argparse
import functools
import hashlib
import itertools
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from benchmarks.machine import machine

# Events of Python's audit hooks; opening a file to read it or to flush it counts too.
OPERATIONS = {"open", "os.chmod", "os.mkdir", "os.remove", "os.rename", "os.rmdir"}
NUMBER = 3  # of the state whose writing is cut short

# one process imports the libraries, and each run is a fork of it
processes = multiprocessing.get_context("forkserver")


def first_order(directory: str, epochs: int) -> Any:
    """Mini-batches, points drawn anew, a falling learning rate, the best weights at the end."""
    import keras

    import kerasphys as kp

    model = _model(keras.optimizers.Adam(1e-2))
    callbacks = [
        kp.callbacks.Resample(every=3),
        keras.callbacks.ReduceLROnPlateau(patience=5, factor=0.5),
        keras.callbacks.EarlyStopping(patience=epochs // 2, restore_best_weights=True),
    ]
    _fit(model, epochs, kp.callbacks.Resume(directory, callbacks), batch_size=16)
    return model


def second_order(directory: str, epochs: int) -> Any:
    """Adam, then SSBroyden, with points and weights that follow the residual."""
    import keras

    import kerasphys as kp

    stages = [(keras.optimizers.Adam(1e-2), 2 * epochs), (kp.optimizers.SSBroyden(), None)]
    model = _model(kp.optimizers.Stages(stages))
    callbacks = [
        kp.callbacks.ResidualResample(every=5),
        kp.callbacks.ResidualAttention(),
        kp.callbacks.GradientNormBalance(every=3),
    ]
    _fit(model, epochs, kp.callbacks.Resume(directory, callbacks), steps_per_epoch=4)
    return model


TRAININGS: tuple[Callable[[str, int], Any], ...] = (first_order, second_order)


def heat_problem() -> Any:
    """What is trained: heat between two cold walls."""
    import kerasphys as kp

    domain = kp.geometry.Interval(-1, 1, "x") * kp.geometry.Interval(0, 1, "t")
    return kp.Problem(
        domain,
        fields="u",
        parameters={"diffusivity": 0.1},
        conditions={
            "equation": kp.Residual(kp.equations.heat),
            "initial": kp.Dirichlet(u=1.0, on=domain.start("t")),
            "walls": kp.Dirichlet(u=0.0, on=domain.boundary("x")),
        },
    )


def _model(optimizer: Any) -> Any:
    import keras

    import kerasphys as kp

    keras.utils.set_random_seed(0)
    model = kp.models.PINNModel(kp.networks.MLP([8, 8], seed=0), heat_problem())
    model.compile(optimizer)
    return model


def _fit(model: Any, epochs: int, resume: Any, **options: Any) -> None:
    points = model.problem.points(equation=64, initial=16, walls=16, seed=0)
    others = model.problem.points(equation=64, initial=16, walls=16, seed=1)
    model.fit(
        points, epochs=epochs, validation_data=others, callbacks=[resume], verbose=0, **options
    )


def run(training: int, directory: str, epochs: int, boundary: int | None, result: str) -> None:
    """One process: trains, and writes a digest of all that it ends with."""
    if boundary is not None:
        _die_at(boundary)
    model = TRAININGS[training](directory, epochs)
    digest = hashlib.sha256()
    for variable in [*model.variables, *model.optimizer.variables]:
        digest.update(variable.numpy().tobytes())
    history = [model.history.history, model.history.epoch]
    Path(result).write_text(json.dumps([digest.hexdigest(), history]), encoding="utf-8")


class Watch:
    """Kills its process before an operation on the disk, of those made while it is `watching`.

    Args:
        boundary: How many operations come before.
    """

    def __init__(self, boundary: int):
        self.left, self.watching = boundary, False
        fsync = os.fsync

        def flush(handle: int) -> None:  # it has no event
            self.operation("open")
            fsync(handle)

        os.fsync = flush
        sys.addaudithook(self.operation)

    def operation(self, event: str, _: Any = None) -> None:
        if self.watching and event in OPERATIONS:
            self.left -= 1
            if self.left < 0:
                os.kill(os.getpid(), signal.SIGKILL)


def _die_at(boundary: int) -> None:
    """Arranges that the process kills itself before an operation of `Checkpoints.write`."""
    from kerasphys.callbacks._checkpoints import Checkpoints

    watch, write = Watch(boundary), Checkpoints.write

    @functools.wraps(write)
    def watched(self: Checkpoints, number: int, state: dict[str, Any]) -> None:
        watch.watching = number == NUMBER
        write(self, number, state)
        watch.watching = False

    Checkpoints.write = watched


def _start(*arguments: Any) -> BaseProcess:
    process = processes.Process(target=run, args=arguments)
    process.start()
    return process


def _finish(training: int, directory: Path, epochs: int) -> str:
    """What a run ends with that is left alone from now on."""
    result = directory.with_suffix(".json")
    process = _start(training, str(directory), epochs, None, str(result))
    process.join()
    if process.exitcode:
        raise SystemExit(f"A run failed with exit code {process.exitcode}.")
    return result.read_text(encoding="utf-8")


def prepare() -> None:
    """Imports the libraries for the processes to come, so that no run is timed with that."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    processes.set_forkserver_preload(["kerasphys"])
    first = processes.Process(target=machine)
    first.start()
    first.join()


def random_kills(kills: int, epochs: int, folder: Path) -> dict[str, Any]:
    """Kills runs at random moments, anywhere between the first epoch and the last."""
    moments = random.Random(0)
    alone, seconds = [], []
    for training in range(len(TRAININGS)):
        start = time.perf_counter()
        alone.append(_finish(training, folder / f"alone_{training}", epochs))
        seconds.append(time.perf_counter() - start)
    identical, kept = 0, []
    for attempt in itertools.count():
        if len(kept) == kills:
            break
        training = len(kept) % len(TRAININGS)
        directory = folder / f"killed_{attempt}"
        process = _start(training, str(directory), epochs, None, str(folder / "ignored"))
        epoch, rest = divmod(moments.uniform(0.0, epochs), 1.0)
        while process.is_alive() and _epochs_done(directory) < epoch:
            time.sleep(1e-3)
        process.join(rest * seconds[training] / epochs)
        process.kill()
        process.join()
        if process.exitcode == 0:  # it was over before
            continue
        kept.append(_epochs_done(directory))
        identical += _finish(training, directory, epochs) == alone[training]
    return {"kills": kills, "identical": identical, "epochs_done_when_killed": kept}


def _epochs_done(directory: Path) -> int:
    return max((int(path.name[6:]) for path in directory.glob("epoch-*")), default=0)


def boundary_kills(folder: Path, epochs: int = NUMBER + 2) -> dict[str, Any]:
    """Kills runs before each operation of the writing of one state."""
    alone = _finish(0, folder / "alone", epochs)
    identical = 0
    for boundary in itertools.count():
        directory = folder / f"boundary_{boundary}"
        process = _start(0, str(directory), epochs, boundary, str(folder / "ignored"))
        process.join()
        if process.exitcode == 0:
            return {"boundaries": boundary, "boundaries_identical": identical}
        if process.exitcode != -signal.SIGKILL:
            raise SystemExit(f"A run failed with exit code {process.exitcode}.")
        identical += _finish(0, directory, epochs) == alone
    raise AssertionError


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20, help="runs killed at random moments")
    parser.add_argument("--epochs", type=int, default=100, help="epochs of these runs")
    arguments = parser.parse_args()
    if arguments.kills < 1 or arguments.epochs < 10:
        parser.error("--kills must be at least 1, --epochs at least 10")
    prepare()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("random", "boundaries"):
            (folder / part).mkdir()
        found = random_kills(arguments.kills, arguments.epochs, folder / "random")
        found |= boundary_kills(folder / "boundaries")
    lost = found["kills"] - found["identical"]
    lost += found["boundaries"] - found["boundaries_identical"]
    found |= {
        "different": lost,
        "seconds": round(time.perf_counter() - start, 1),
        "machine": machine(),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
