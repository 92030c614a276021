"""A Fourier neural operator here and in neuraloperator, step for step, in one run.

    python -m venv .venv-peers && .venv-peers/bin/pip install neuraloperator torch numpy
    python -m benchmarks.fno_against_neuraloperator
    python -m benchmarks.fno_against_neuraloperator --case fno1d_1024_modes32_width64
    python -m benchmarks.fno_against_neuraloperator --case fno2d_64_modes24_width32_mlp

Both programs run in turn, each several times, in processes of their own. Prints one JSON line with
the median times and the medians of the ratios of neighbouring runs, ours over theirs.

The networks have equal width, layers, lifting, projection, coordinates and activation, and the
modes -12..12 (2-D) or 0..16 (1-D). neuraloperator keeps one wavenumber fewer below zero along the
first axis, and follows each layer by a small dense network of half the width at every point, as
ours do in the cases that end in `mlp` only.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import against


def race(case: str) -> against.Race:
    """Our case and the peer's of the same name, without `_mlp`."""
    return against.Race(
        peer="neuraloperator",
        packages=("neuraloperator", "torch", "numpy"),
        ours=["-m", "benchmarks.throughput", "--case", case],
        theirs=["benchmarks/peers/fno_neuraloperator.py", "--case", case.removesuffix("_mlp")],
        equal=False,
    )


SIZES = ("fno2d_64_modes24_width32", "fno1d_1024_modes32_width64")
RACES = {case: race(case) for size in SIZES for case in (size, f"{size}_mlp")}


def main(arguments: Sequence[str] | None = None) -> None:
    description = "A Fourier neural operator here and in neuraloperator."
    against.main(description, RACES, arguments)


if __name__ == "__main__":
    main()
