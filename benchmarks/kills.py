"""Whether an export that is killed leaves a whole artefact at its path, the old one or the new one.

    python -m benchmarks.kills

Every export is a process of its own, killed (SIGKILL) before each operation on the disk that Python
makes, and at random moments, which TensorFlow's own writes are among. Afterwards the artefact must
load, with its digests, and predict what one of the two models does; where there was none before,
none or the new one. The counts are printed as one line of JSON.
"""

import argparse
import itertools
import json
import random
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.resume import Watch, prepare, processes

OLD, NEW = 1.0, 2.0  # what the two models predict


def export(path: str, value: float, boundary: int | None, begun: str) -> None:
    """One process: exports a model that predicts `value` everywhere."""
    import kerasphys as kp

    model = kp.models.SurrogateModel(
        kp.networks.MLP([4], outputs=1, kernel_initializer="zeros"), dtype="float64"
    )
    model.build((None, 1))
    model.network.weights[-1].assign([value])
    if boundary is not None:
        _die_at(boundary)
    Path(begun).touch()
    model.export(path)


def _die_at(boundary: int) -> None:
    """Arranges that the process kills itself before an operation of `replace_directory`."""
    from kerasphys import _files
    from kerasphys.artifacts import writer

    watch = Watch(boundary)
    replace, exchange = writer.replace_directory, _files._exchange

    def watched(path: Path) -> Any:
        watch.watching = True
        return replace(path)

    def exchange_watched(one: Path, other: Path) -> bool:  # it has no event
        watch.operation("os.rename")
        return exchange(one, other)

    writer.replace_directory, _files._exchange = watched, exchange_watched


def _outcome(path: Path) -> str:
    """What a process left: old, new, nothing, or something that is none of them."""
    import kerasphys as kp

    if not path.exists():
        return "nothing"
    try:
        value = float(kp.load_surrogate(path).predict([[0.5]])["outputs"][0, 0])
    except (OSError, ValueError) as error:
        return f"damaged: {error}"
    return {OLD: "old", NEW: "new"}.get(value, f"wrong: {value}")


def _run(path: Path, boundary: int | None, seconds: float | None) -> int | None:
    """Exports the new model, killed at a boundary or after some time. Returns the exit code."""
    begun = path.with_name("begun")
    process = processes.Process(target=export, args=(str(path), NEW, boundary, str(begun)))
    process.start()
    if seconds is not None:
        while process.is_alive() and not begun.exists():
            time.sleep(1e-3)
        process.join(seconds)
        process.kill()
    process.join()
    return process.exitcode


def kills(folder: Path, moments: int, step: int = 1) -> dict[str, Any]:
    """Kills exports before every `step`-th operation, and at so many random moments.

    Returns:
        How many were killed, how many left something else than they may, and what was left.
    """
    old = folder / "old"
    process = processes.Process(target=export, args=(str(old), OLD, None, str(folder / "begun")))
    process.start()
    process.join()
    start = time.perf_counter()
    (folder / "timed").mkdir()
    _run(folder / "timed" / "artefact", None, None)
    seconds = time.perf_counter() - start
    drawn = random.Random(0)
    outcomes: dict[str, int] = {}
    bad, boundaries = [], 0
    for exists in (True, False):
        allowed = {"new", "old" if exists else "nothing"}
        times = [(None, drawn.uniform(0.0, seconds)) for _ in range(moments)]
        for index, (boundary, after) in enumerate(
            itertools.chain(times, ((step * number, None) for number in itertools.count()))
        ):
            path = folder / f"{exists}_{index}" / "artefact"
            path.parent.mkdir()
            if exists:
                shutil.copytree(old, path)
            code = _run(path, boundary, after)
            if code not in (0, -signal.SIGKILL):
                raise SystemExit(f"An export failed with exit code {code}.")
            found = _outcome(path)
            outcomes[found] = outcomes.get(found, 0) + 1
            if found not in allowed:
                bad.append(f"{path.parent.name}: {found}")
            boundaries += boundary is not None and code != 0
            if boundary is not None and code == 0:
                break
    return {"boundaries": boundaries, "moments": 2 * moments, "damaged": bad, "outcomes": outcomes}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moments", type=int, default=20, help="kills at random moments")
    arguments = parser.parse_args()
    if arguments.moments < 0:
        parser.error("--moments must not be negative")
    prepare()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        found = kills(Path(name), arguments.moments)
    found["damaged_count"] = len(found["damaged"])
    found |= {"seconds": round(time.perf_counter() - start, 1), "machine": machine()}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
