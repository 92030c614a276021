"""What DeepXDE reached on the problems of pinn_problems.py: measured facts, stored beside.

The runs in peers/deepxde.json were made once, on the machine that is named there. A time must be
held against the best of the settings that were tried, because the split between Adam and L-BFGS
matters: `best_run` and `seconds_to` choose it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent / "peers" / "deepxde.json"


@functools.cache
def record() -> dict[str, Any]:
    """The file: library, machine, date, and the runs."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def runs(problem: str) -> list[dict[str, Any]]:
    """All runs of a problem, in the order in which they were made."""
    found = [run for run in record()["runs"] if run["problem"] == problem]
    if not found:
        known = sorted({run["problem"] for run in record()["runs"]})
        raise ValueError(f"No run of {problem!r}. There are runs of {', '.join(known)}.")
    return found


def best_run(problem: str) -> dict[str, Any]:
    """The run with the lowest error: `best_error`, `best_at_s`, `reached_s`, `trace` and more."""
    return min(runs(problem), key=lambda run: run["best_error"])


def seconds_to(problem: str, error: float) -> float | None:
    """The earliest time at which any run was seen at or below an error, or None."""
    times = [first_seen(run["trace"], error) for run in runs(problem)]
    return min((time for time in times if time is not None), default=None)


def first_seen(trace: Sequence[Sequence[float]], error: float) -> float | None:
    """The first time at which a trace, rows of seconds and error, is at or below an error."""
    return next((row[0] for row in trace if row[1] <= error), None)
