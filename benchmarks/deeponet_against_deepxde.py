"""A DeepONet here and in DeepXDE, step for step, in one run.

    python -m venv .venv-peers && .venv-peers/bin/pip install deepxde torch numpy
    python -m benchmarks.deeponet_against_deepxde
    python -m benchmarks.deeponet_against_deepxde --peer-python /elsewhere/bin/python

Both programs run in turn, each several times, in processes of their own. Prints one JSON line with
the median times and the medians of the ratios of neighbouring runs, ours over theirs: 1000
functions at 100 sensors and 100 common points, branch and trunk of width 128, ReLU, Adam on all
data in every step.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import against

CASE = "deeponet_1000x100x100"
RACES = {
    CASE: against.Race(
        peer="deepxde",
        packages=("deepxde", "torch", "numpy"),
        ours=["-m", "benchmarks.throughput", "--case", CASE],
        theirs=["benchmarks/peers/deeponet_deepxde.py"],
    )
}


def main(arguments: Sequence[str] | None = None) -> None:
    against.main("A DeepONet here and in DeepXDE.", RACES, arguments)


if __name__ == "__main__":
    main()
