"""Whether damaged and hostile files are read correctly or refused with a clear error.

    python -m benchmarks.fuzz                              1,000 mutants
    python -m benchmarks.fuzz --mutants 100 --seed 1
    python -m benchmarks.fuzz --index 17                   one of them, with its traceback

Mutants are artefacts, `.keras` files, states of `Resume`, cached samples and data files, of which
one file is damaged. Every second mutant is skilled: it is damaged within the format (an entry of a
protocol buffer, a value of JSON, a block of variables with the right checksum), and signed again,
so that neither manifests nor checksums find it.

Processes of their own read the mutants. One that dies or takes longer than 30 s is counted and
replaced. A mutant is `read` if the numbers are the original ones; `read_otherwise` if they are
others, which only a skilled one may reach, or any where the format has no checksums; `refused` by
an error of the families ValueError and OSError that names the path; `unclear` by any other error;
`unnoticed` if the numbers are others and should not be; or it ended in a `crash` or `hang`. The
counts are printed as one line of JSON.
"""

from __future__ import annotations

import argparse
import collections
import json
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fuzz_targets import TARGETS, Target, Values
from benchmarks.machine import machine
from benchmarks.mutations import mutate

SECONDS = 30  # that reading a mutant may take
FAILURES = ("unnoticed", "unclear", "crash", "hang")

# one process imports the libraries, and each worker is a fork of it
processes = multiprocessing.get_context("forkserver")


def make(folder: str) -> None:
    """Writes the originals, and the numbers that reading them gives."""
    originals = Path(folder, "originals")
    originals.mkdir()
    for target in TARGETS:
        path = originals / target.name
        target.make(path)
        copy = Path(folder, f"first-{target.name}")
        _copy(path, copy)
        np.savez(Path(folder, f"{target.name}.npz"), *target.read(copy))


def make_apart(folder: Path) -> None:
    """`make` in a process of its own."""
    maker = processes.Process(target=make, args=(str(folder),))
    maker.start()
    maker.join()
    if maker.exitcode:
        raise RuntimeError(f"The originals could not be made: exit code {maker.exitcode}.")


def work(folder: str, seed: int, indices: Sequence[int], results: Connection) -> None:
    """Makes and reads mutants, and tells about each when it begins and when it ends."""
    _be_quiet()
    for index in indices:
        results.send((index, None))
        results.send((index, judge(Path(folder), seed, index)))
    results.close()


def judge(folder: Path, seed: int, index: int, show: bool = False) -> dict[str, Any]:
    """What becomes of a mutant.

    Args:
        folder: Where the originals are.
        seed: The seed of all mutants.
        index: The number of this one.
        show: Whether to print the traceback.
    """
    target, skilled = TARGETS[index // 2 % len(TARGETS)], bool(index % 2)
    rng = np.random.default_rng([seed, index])
    mutants = folder / "mutants"
    shutil.rmtree(mutants, ignore_errors=True)
    path = mutants / target.name
    _copy(folder / "originals" / target.name, path)
    damage = mutate(path, rng, skilled)
    if skilled:
        target.sign(path)
    outcome, error = _read(target, path, folder, skilled, show)
    return {
        "index": index,
        "target": target.name,
        "skilled": skilled,
        "damage": damage,
        "outcome": outcome,
        "error": error,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _read(target: Target, path: Path, folder: Path, skilled: bool, show: bool) -> tuple[str, str]:
    try:
        values = target.read(path)
    except Exception as error:
        if show:
            traceback.print_exc()
        told = f"{type(error).__name__}: {error}"[:400]
        clear = isinstance(error, ValueError | OSError) and str(path) in str(error)
        return ("refused" if clear else "unclear"), told
    with np.load(folder / f"{target.name}.npz") as file:
        same = _equal(values, [file[name] for name in file.files])
    if same:
        return "read", ""
    return ("read_otherwise" if skilled or not target.checked else "unnoticed"), ""


def _equal(values: Values, others: Values) -> bool:
    return len(values) == len(others) and all(map(np.array_equal, values, others))


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    (shutil.copytree if path.is_dir() else shutil.copyfile)(path, target)


def _be_quiet() -> None:
    """Hides what TensorFlow says about each mutant."""
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), sys.stderr.fileno())


def prepare() -> None:
    """Imports the libraries for the processes to come."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    processes.set_forkserver_preload(["kerasphys"])


def fuzz(mutants: int, seed: int, folder: Path, seconds: float = SECONDS) -> dict[str, Any]:
    """Counts what becomes of mutants.

    Args:
        mutants: How many.
        seed: What draws them.
        folder: An empty directory for them.
        seconds: How long reading one may take.
    """
    make_apart(folder)
    found: list[dict[str, Any]] = []
    while len(found) < mutants:
        found += _one_worker(range(len(found), mutants), seed, folder, seconds)
    counts = collections.Counter(one["outcome"] for one in found)
    names = ("read", "read_otherwise", "refused", *FAILURES)
    return {
        "mutants": len(found),
        "skilled": sum(one["skilled"] for one in found),
        **{name: counts[name] for name in names},
        "failures": sum(counts[name] for name in FAILURES),
        "peak_mib": max(one["peak_mib"] for one in found),
        "failed": [one for one in found if one["outcome"] in FAILURES],
    }


def _one_worker(
    indices: Sequence[int], seed: int, folder: Path, seconds: float
) -> list[dict[str, Any]]:
    """Reads mutants until all are done or the process that reads them has to be replaced."""
    ours, theirs = processes.Pipe(duplex=False)
    worker = processes.Process(target=work, args=(str(folder), seed, list(indices), theirs))
    worker.start()
    theirs.close()
    found, reading, outcome = [], indices[0], "crash"
    try:
        while len(found) < len(indices):
            if not ours.poll(seconds):
                outcome = "hang"
                break
            reading, result = ours.recv()
            if result is not None:
                found.append(result)
    except EOFError:
        pass
    finally:
        if outcome == "hang":
            worker.kill()
        worker.join()
        ours.close()
    if len(found) < len(indices):
        found.append(
            {
                "index": reading,
                "target": TARGETS[reading // 2 % len(TARGETS)].name,
                "skilled": bool(reading % 2),
                "damage": "",
                "outcome": outcome,
                "error": f"exit code {worker.exitcode}",
                "peak_mib": 0,
            }
        )
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mutants", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--index", type=int, help="read this mutant alone, here")
    options = parser.parse_args(arguments)
    if options.mutants < 1:
        parser.error("--mutants must be at least 1")
    prepare()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        if options.index is not None:
            make_apart(Path(name))
            found = judge(Path(name), options.seed, options.index, show=True)
            print(json.dumps(found))
            return 0
        found = fuzz(options.mutants, options.seed, Path(name))
    found |= {
        "seed": options.seed,
        "seconds": round(time.perf_counter() - start, 1),
        "machine": machine(),
    }
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
