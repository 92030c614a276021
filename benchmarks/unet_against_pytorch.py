"""A U-Net here and in PyTorch, step for step, in one run.

    python -m venv .venv-peers && .venv-peers/bin/pip install torch numpy
    python -m benchmarks.unet_against_pytorch
    python -m benchmarks.unet_against_pytorch --peer-python /elsewhere/bin/python

Both programs run in turn, each several times, in processes of their own. Prints one JSON line with
the median times and the medians of the ratios of neighbouring runs, ours over theirs.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import against

RACE = against.Race(
    peer="pytorch",
    packages=("torch", "numpy"),
    ours=["-m", "benchmarks.images", "--case", "unet2d", "--through", "surrogate"],
    theirs=["benchmarks/peers/unet_pytorch.py"],
)


def main(arguments: Sequence[str] | None = None) -> None:
    against.main("A U-Net here and in PyTorch.", {"unet2d": RACE}, arguments)


if __name__ == "__main__":
    main()
