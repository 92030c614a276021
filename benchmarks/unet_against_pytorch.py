"""A U-Net here and in PyTorch, step for step, in one run.

    python -m venv .venv-peers && .venv-peers/bin/pip install torch numpy
    python -m benchmarks.unet_against_pytorch
    python -m benchmarks.unet_against_pytorch --peer-python /elsewhere/bin/python

Both programs run in turn, each several times, in processes of their own. Prints one JSON line with
the median times and the medians of the ratios of neighbouring runs, ours over theirs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import machine

HERE = Path(__file__).resolve().parent
PEER_PYTHON = Path(".venv-peers/bin/python")
OURS = ["-m", "benchmarks.images", "--case", "unet2d", "--through", "surrogate"]
THEIRS = [str(HERE / "peers" / "unet_pytorch.py")]


def line_of(command: Sequence[str]) -> dict[str, Any]:
    """The JSON that a program prints last."""
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parent)
    return json.loads(done.stdout.strip().splitlines()[-1])


def compare(ours: Sequence[dict], theirs: Sequence[dict]) -> dict[str, Any]:
    """Medians over the rounds."""
    line: dict[str, Any] = {"rounds": len(ours)}
    for what in ("train", "infer"):
        key = f"{what}_ms"
        here, there = [row[key]["median"] for row in ours], [row[key] for row in theirs]
        line[key] = round(statistics.median(here), 1)
        line[f"pytorch_{key}"] = round(statistics.median(there), 1)
        ratios = [a / b for a, b in zip(here, there, strict=True)]
        line[f"{what}_ratio"] = round(statistics.median(ratios), 3)
    if ours[0]["parameters"] != theirs[0]["parameters"]:
        raise ValueError("The two networks differ in their numbers of parameters.")
    return {**line, "parameters": ours[0]["parameters"], "versions": theirs[0]["versions"]}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peer-python", type=Path, default=PEER_PYTHON, help="one with torch")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    if not options.peer_python.exists():
        parser.error(
            f"There is no {options.peer_python}. Make it: python -m venv .venv-peers && "
            ".venv-peers/bin/pip install torch numpy"
        )
    rounds = [
        (line_of([sys.executable, *OURS]), line_of([str(options.peer_python), *THEIRS]))
        for _ in range(options.rounds)
    ]
    ours, theirs = zip(*rounds, strict=True)
    print(json.dumps({**compare(ours, theirs), "machine": machine()}), flush=True)


if __name__ == "__main__":
    main()
