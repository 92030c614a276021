"""Operator networks: what they reach on unseen functions, and how long it takes to train them.

    python -m benchmarks.operators --case antiderivative
    python -m benchmarks.operators --case antiderivative --seed 1
    python -m benchmarks.operators --case antiderivative --seed 0 1 2

Prints one JSON line: the case, relative_l2 (the mean over unseen samples of the relative L2 error),
the seconds of training with all that is traced (making the data is outside the clock), the trained
parameters, the cores that other processes kept busy (much over 0.1 makes the seconds suspect) and
the machine. Of several seeds these are medians, and relative_l2_of_each has the errors. The cases
are in `benchmarks/operator_cases.py`.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.operator_cases import CASES
from benchmarks.output import emit
from benchmarks.timing import OtherLoad, set_threads


def measure(case: str, seeds: Sequence[int] = (0,)) -> dict[str, Any]:
    """The line of a case.

    Args:
        case: A name in `CASES`.
        seeds: Of data and weights, one for each run.
    """
    load = OtherLoad()
    line = {"case": case, "seeds": list(seeds), **medians([CASES[case](seed) for seed in seeds])}
    return {**line, "other_cores_busy": load.cores(), "machine": machine()}


def medians(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The median of each number over runs, and the errors of each where there are several."""
    found = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    if len(runs) > 1:
        found["relative_l2_of_each"] = [run["relative_l2"] for run in runs]
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--case", choices=tuple(CASES), required=True)
    parser.add_argument("--seed", type=int, nargs="+", default=[0], help="of data and weights")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, help="append the line to this file as well")
    options = parser.parse_args(arguments)
    set_threads(options.threads)
    emit(measure(options.case, options.seed), options.out)


if __name__ == "__main__":
    main()
