"""A program of ours and one of another library in turn, in processes of their own.

What the comparisons share: `benchmarks/<name>_against_<peer>.py` say which programs. The other
library lives in an environment of its own, made once:

    python -m venv .venv-peers && .venv-peers/bin/pip install torch numpy

Both programs run several times, one after the other, so that a machine that slows down slows both.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import machine

ROOT = Path(__file__).resolve().parent.parent
PEER_PYTHON = Path(".venv-peers/bin/python")


@dataclass(frozen=True)
class Race:
    """Two programs that print the same measurements as their last line.

    Attributes:
        peer: The other library, as the keys of the result begin.
        packages: What `pip` installs for it.
        ours: The arguments of our interpreter.
        theirs: Those of the interpreter of the other environment.
        equal: Whether both networks must have as many parameters.
    """

    peer: str
    packages: tuple[str, ...]
    ours: Sequence[str]
    theirs: Sequence[str]
    equal: bool = True

    def run(self, python: Path, rounds: int) -> dict[str, Any]:
        """The line: what `compare` finds over so many rounds."""
        pairs = [
            (line_of([sys.executable, *self.ours]), line_of([str(python), *self.theirs]))
            for _ in range(rounds)
        ]
        ours, theirs = zip(*pairs, strict=True)
        return self.compare(ours, theirs)

    def compare(self, ours: Sequence[dict], theirs: Sequence[dict]) -> dict[str, Any]:
        """Median times, and medians of the ratios of neighbouring runs, ours over theirs."""
        line: dict[str, Any] = {"rounds": len(ours)}
        for what in ("train", "infer"):
            key = f"{what}_ms"
            here, there = [_median(row[key]) for row in ours], [_median(row[key]) for row in theirs]
            line[key] = round(statistics.median(here), 1)
            line[f"{self.peer}_{key}"] = round(statistics.median(there), 1)
            ratios = [a / b for a, b in zip(here, there, strict=True)]
            line[f"{what}_ratio"] = round(statistics.median(ratios), 3)
        line["parameters"] = ours[0]["parameters"]
        line[f"{self.peer}_parameters"] = theirs[0]["parameters"]
        if self.equal and line["parameters"] != line[f"{self.peer}_parameters"]:
            raise ValueError("The two networks differ in their numbers of parameters.")
        return {**line, "versions": theirs[0]["versions"]}


def _median(times: Any) -> float:
    return times["median"] if isinstance(times, dict) else times


def line_of(command: Sequence[str]) -> dict[str, Any]:
    """The JSON that a program prints last."""
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return json.loads(done.stdout.strip().splitlines()[-1])


def main(description: str, races: dict[str, Race], arguments: Sequence[str] | None = None) -> None:
    """The command line of a comparison, which prints one JSON line.

    Args:
        description: What `--help` says.
        races: By the names that `--case` takes. The first is the default.
        arguments: Those of the command line, or `None` for the program's own.
    """
    first = next(iter(races))
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--case", choices=tuple(races), default=first)
    parser.add_argument("--peer-python", type=Path, default=PEER_PYTHON, help="the other library's")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    race = races[options.case]
    if not options.peer_python.exists():
        packages = " ".join(race.packages)
        parser.error(
            f"There is no {options.peer_python}. Make it: python -m venv .venv-peers && "
            f".venv-peers/bin/pip install {packages}"
        )
    line = race.run(options.peer_python, options.rounds)
    print(json.dumps({"case": options.case, **line, "machine": machine()}), flush=True)
